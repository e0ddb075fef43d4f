package audit

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What stands behind a cut, because the truncation was lost with the power, may be well-formed lines that follow on the
// ones before. Nobody takes them for the records that were written in their place, whose chain is another.
func TestBehindCut(t *testing.T) {
	key := testKey(t)
	l := unsteady(t, Config{Key: key}, "...F")
	dir := l.cfg.Dir
	written := write(t, l, 3)
	old := segmentPaths(t, dir)[0]
	whole := readFile(t, old)
	written = append(written, write(t, l, 2)...)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	lines := fileLines(whole)
	_, digits, ok := splitChain(bytes.TrimSuffix(lines[len(lines)-1], []byte{'\n'}))
	var before chain
	if err := before.UnmarshalText(digits); err != nil || !ok {
		t.Fatal(err)
	}
	replaced := fileLines(readFile(t, segmentPaths(t, dir)[1]))[1]
	head, _, _ := splitChain(bytes.TrimSuffix(replaced, []byte{'\n'}))
	ghost, _ := newLinker().seal(append(bytes.Clone(head), '}'), 0, before)
	if bytes.Equal(ghost, replaced) {
		t.Fatal("the ghost is no ghost")
	}
	writeFile(t, old, append(bytes.Clone(whole), ghost...))

	verify(t, dir)
	if diff := cmp.Diff(written, readAll(t, dir)); diff != "" {
		t.Error(diff)
	}
	for _, d := range written {
		if _, err := Prove(dir, d.ID); err != nil {
			t.Errorf("record %d: %v", d.Seq, err)
		}
	}
	again, err := Open(Config{Dir: dir, Node: "gate-1", Key: key})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Err(); err != nil {
		t.Errorf("opened again: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}
