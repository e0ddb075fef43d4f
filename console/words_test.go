package console

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
)

func TestByteSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.00 kB", 9994: "9.99 kB", 9996: "10.0 kB", 12_833: "12.8 kB", 99_960: "100 kB",
		999_499: "999 kB", 999_500: "1.00 MB", 1_210_000: "1.21 MB", 5_000_000_000: "5.00 GB", 9_999_000_000_000_000: "9999 TB",
	} {
		if got := byteSize(n); got != want {
			t.Errorf("byteSize(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 123456: "123,456", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := number(n); got != want {
			t.Errorf("number(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestAgo(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		0: "0 s ago", 59 * time.Second: "59 s ago", time.Minute: "1 min ago", 90 * time.Minute: "1 h ago", 47 * time.Hour: "47 h ago",
		48 * time.Hour: "2 d ago", -time.Hour: "in 1 h",
	} {
		if got := ago(now, now.Add(-d)); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	if got := ago(now, time.Time{}); got != "never" {
		t.Errorf("of the zero time: %q", got)
	}
	if got := left(now, now.Add(36*time.Hour)) + ", " + left(now, now); got != "36 h left, over" {
		t.Errorf("left: %q", got)
	}
}

func TestHandle(t *testing.T) {
	tests := map[string]struct{ detector, fingerprint, want string }{
		"number":    {"us_ssn", "7KQ2M4ABCDEFGHIJKLMNOPQRST", "SSN·7KQ2-M4"},
		"no word":   {"icd10_cm", "KTJFBSABCDEFGHIJKLMNOPQRST", "ICD10·KTJF-BS"},
		"one word":  {"mrn", "P3XJ9WABCDEFGHIJKLMNOPQRST", "MRN·P3XJ-9W"},
		"too short": {"person_name", "P3", "NAME"},
	}
	for name, test := range tests {
		if got := handle(test.detector, test.fingerprint); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestSaid(t *testing.T) {
	c := &Console{cfg: Config{Explain: func(reason string) string { return "because of " + reason }}}
	tests := map[string]struct {
		d    audit.Decision
		want said
	}{
		"blocked request": {
			audit.Decision{Kind: audit.Whole, Action: "block", Client: "ehr-sync", Op: "create", Object: "Contact", Dir: "request", Reason: "policy"},
			said{Heading: "Blocked: ehr-sync, create Contact", What: "ehr-sync tried to create Contact.", Then: "The request was not sent.", Why: "Because of policy."},
		},
		"masked answer": {
			audit.Decision{Kind: audit.Whole, Action: "mask", Client: "ehr-sync", Op: "read", Object: "Contact", Dir: "response", Reason: "policy"},
			said{Heading: "Masked: ehr-sync, read Contact", What: "ehr-sync tried to read Contact.", Then: "Values were masked before the answer went on.", Why: "Because of policy."},
		},
		"nobody known": {
			audit.Decision{Kind: audit.Connect, Action: "block", Source: "192.0.2.7", Dest: audit.Dest{Host: "example.org"}, Reason: "identity"},
			said{Heading: "Blocked: A client at 192.0.2.7, reach example.org", What: "A client at 192.0.2.7 tried to reach example.org.", Then: "The connection was refused.", Why: "Because of identity."},
		},
		"late block": {
			audit.Decision{Kind: audit.Closing, Action: "block", Client: "etl", Op: "job", Object: "Case", Dir: "request", Reason: "policy"},
			said{Heading: "Blocked: etl, run a bulk job on Case", What: "etl tried to run a bulk job on Case.",
				Then: "The transfer was stopped before its end; the other side has no complete request.", Why: "Because of policy."},
		},
		"monitor": {
			audit.Decision{Kind: audit.Whole, Action: "alert", Mode: "monitor", Op: "upsert", Object: "Case", Dir: "request", Reason: "policy"},
			said{Heading: "Reported: A client, create or update Case", What: "A client asked to create or update Case.",
				Then: "The request went on unchanged and was reported.", Why: "Because of policy.", Monitor: true},
		},
		"unknown path": {
			audit.Decision{Kind: audit.Whole, Action: "allow", Client: "etl", Op: "none", HTTP: audit.HTTP{Method: "GET", Route: "/x/{}"}, Reason: "clean"},
			said{Heading: "Allowed: etl, call GET /x/{}", What: "etl asked to call GET /x/{}.", Then: "The request went on unchanged.", Why: "Because of clean."},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, c.said(&test.d)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Who may not see fingerprints gets a page that does not have them.
func TestFindingsWithoutFingerprints(t *testing.T) {
	d := &audit.Decision{Finding: []audit.Finding{{Detector: "us_ssn", Category: "ssn", Evidence: "shape+validity+key", Object: "Contact",
		Field: "SSN__c", Fingerprints: []string{"7KQ2M4ABCDEFGHIJKLMNOPQRST"}}}}
	with, without := findings(d, true)[0], findings(d, false)[0]
	if diff := cmp.Diff([]string{"SSN·7KQ2-M4"}, with.Handles); diff != "" {
		t.Error(diff)
	}
	if len(without.Handles) > 0 || len(without.Fingerprints) > 0 || !without.Veiled {
		t.Errorf("without the permission: %d handles, %d fingerprints, veiled %v", len(without.Handles), len(without.Fingerprints), without.Veiled)
	}
	if len(d.Finding[0].Fingerprints) != 1 {
		t.Error("the record itself was changed")
	}
	if want := "its form, a check digit or range that holds and the name of the field"; with.Why != want {
		t.Errorf("evidence in words: %q", with.Why)
	}
	if with.Title != "Social security number (G)" || with.Place != "Contact.SSN__c" {
		t.Errorf("title %q, place %q", with.Title, with.Place)
	}
}

func TestPlace(t *testing.T) {
	tests := map[string]struct {
		f    audit.Finding
		want string
	}{
		"field":       {audit.Finding{Object: "Contact", Field: "Email", Path: "/records/[]/Email"}, "Contact.Email"},
		"no object":   {audit.Finding{Field: "Email", Path: "/Email"}, "Email"},
		"only a path": {audit.Finding{Path: "/a/[]"}, "/a/[]"},
		"whole":       {audit.Finding{Object: "Contact"}, "Contact"},
	}
	for name, test := range tests {
		if got := place(test.f); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestEventWords(t *testing.T) {
	tests := map[string]struct {
		e    index.Event
		want string
	}{
		"verdict":       {index.Event{Kind: audit.AccessVerdict, Review: &audit.Review{Status: "decided", Verdict: "false_positive"}}, "False positive"},
		"first of two":  {index.Event{Kind: audit.AccessVerdict, Review: &audit.Review{Status: "awaiting_second", Verdict: "benign"}}, "Benign, awaiting a second person"},
		"reopened":      {index.Event{Kind: audit.AccessVerdict, Review: &audit.Review{Status: "open"}}, "Reopened"},
		"confirmed":     {index.Event{Kind: audit.AccessConfirm, Review: &audit.Review{Status: "decided", Verdict: "benign"}}, "Confirmed: Benign"},
		"not confirmed": {index.Event{Kind: audit.AccessConfirm, Review: &audit.Review{Status: "open", Verdict: "benign"}}, "Not confirmed, back to the queue"},
		"assigned":      {index.Event{Kind: audit.AccessAssign, Review: &audit.Review{Assignee: "kim"}}, "Assigned to kim"},
		"given back":    {index.Event{Kind: audit.AccessAssign, Review: &audit.Review{}}, "Back to the queue"},
		"note":          {index.Event{Kind: audit.AccessNote, Review: &audit.Review{Text: "x"}}, "Note"},
		"no review":     {index.Event{Kind: audit.AccessLook}, "look"},
	}
	for name, test := range tests {
		if got := eventWords(test.e); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestNotice(t *testing.T) {
	if got := notice("decided", 3); got != "3 verdicts recorded." {
		t.Errorf("decided: %q", got)
	}
	for _, code := range []string{"", "<b>", "Your account was suspended, call 555"} {
		if got := notice(code, 1); got != "" {
			t.Errorf("an address puts %q on the page", got)
		}
	}
}

func TestSoft(t *testing.T) {
	if got := soft(`a.b__c<script>"x"`); got != `a.<wbr>b__c&lt;script&gt;&#34;x&#34;` {
		t.Errorf("soft: %s", got)
	}
}
