package index

import "testing"

// A row is as likely as the likeliest of its findings.
func TestRowLikelihood(t *testing.T) {
	cfg := config(t)
	l := openLogs(t, cfg)
	l.write(t, 1, 30)
	x := openIndex(t, cfg)
	if err := x.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, d := range l.list {
		row, err := x.Get(t.Context(), d.ID)
		if err != nil || row.Likelihood != d.Likelihood() {
			t.Errorf("likelihood %q, want %q, %v", row.Likelihood, d.Likelihood(), err)
		}
		seen[row.Likelihood] = true
	}
	if len(seen) < 3 {
		t.Errorf("the sample has only %v", seen)
	}
}
