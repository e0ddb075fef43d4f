package console

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

func TestDecision(t *testing.T) {
	r := newRig(t)
	d := r.sample()
	answer := r.as(review.Lead).show("/decisions/" + d[0].ID)
	answer.has(t, "ehr-sync tried to create Contact.", "The request was not sent.", "Explained: policy.",
		"Social security number (G)", "us_ssn", "very likely", "its form, a check digit or range that holds and the name of the field",
		"Contact.SSN__c", "SSN·7KQ2-M4", "/services/data/{version}/sobjects/Contact", "TLS 1.3", "812 B", "1 record, inspected whole",
		"The same value", "The same client", d[5].ID, "name: ssn-never-leaves", "Decide and next", "Inclusion proof", "Request an exception")
	answer.lacks(t, "argon2", "aGFzaGhhc2g")
	if !strings.Contains(answer.body, "<mark>   6    - name: ssn-never-leaves</mark>") {
		t.Error("the rule is not marked in the policy")
	}
	if diff := cmp.Diff([]string{"look ok " + d[0].ID}, r.recorded("lead-1")); diff != "" {
		t.Errorf("access log (-want +got):\n%s", diff)
	}
	r.as(review.Lead).show("/decisions/"+d[3].ID).has(t, "A client at 192.0.2.9 tried to reach *.example.net.", "The connection was refused.")
	allowed := r.as(review.Lead).show("/decisions/" + d[4].ID)
	allowed.has(t, "asked to create Contact")
	allowed.lacks(t, "Decide and next", "Request an exception")
	for _, address := range []string{"/decisions/01KAX3M9T0V5Q2Z8R4B6C7D8E9", "/decisions/x"} {
		gone := r.as(review.Lead).get(address)
		if gone.status != http.StatusNotFound {
			t.Errorf("%s: status %d", address, gone.status)
		}
		checkPage(t, address, gone.body)
	}
}

// Each role gets the forms of what it may do, and no others.
func TestFormsByRole(t *testing.T) {
	r := newRig(t)
	id := r.sample()[0].ID
	tests := map[review.Role]struct{ has, lacks []string }{
		review.Analyst: {[]string{"/decide", "/note", "Assign to me", "Request an exception"}, []string{"/record.json", "/proof", "<select"}},
		review.Lead:    {[]string{"/decide", "/note", "<select", "/record.json", "/proof", "Request an exception"}, nil},
		review.Auditor: {[]string{"/record.json", "/proof"}, []string{"/decide", "/note", "/assign", "Request an exception"}},
		review.PolicyAdmin: {[]string{"Request an exception", "name: ssn-never-leaves"},
			[]string{"/decide", "/note", "/assign", "/record.json", "/proof"}},
	}
	for role, test := range tests {
		t.Run(string(role), func(t *testing.T) {
			answer := r.as(role).show("/decisions/" + id)
			answer.has(t, test.has...)
			answer.lacks(t, test.lacks...)
		})
	}
}

func TestDecideAndNext(t *testing.T) {
	r := newRig(t)
	d := r.sample()
	analyst := r.as(review.Analyst)
	q := "decision:block rule:ssn-never-leaves status:open after:-7d"
	form := url.Values{"q": {q}, "verdict": {"true_positive"}, "reason": {"Identifier in a free-text field"}, "then": {"next"}}
	next := analyst.send("/decisions/"+d[0].ID+"/decide", form)
	next.has(t, "1 verdict recorded.", "/decisions/"+d[5].ID+"/decide")
	last := analyst.send("/decisions/"+d[5].ID+"/decide", form)
	last.has(t, "That was the last one.", "No decision matches")
	stay := url.Values{"q": {q}, "verdict": {"false_positive"}, "reason": {"No identifier"}, "then": {"stay"}}
	analyst.send("/decisions/"+d[3].ID+"/decide", stay).has(t, "False positive", "No identifier", d[3].ID, "Reopen")
	again := analyst.post("/decisions/"+d[3].ID+"/decide", stay)
	if again.status != http.StatusConflict {
		t.Errorf("a second verdict: status %d", again.status)
	}
	analyst.send("/decisions/"+d[3].ID+"/reopen", url.Values{"reason": {"The field was renamed"}}).has(t, "Reopened.", "The field was renamed", "Decide and next")
	var verdicts []string
	for _, a := range r.access.Records(r.t) {
		if a.Kind == audit.AccessVerdict && a.Review != nil {
			verdicts = append(verdicts, a.Actor+" "+a.Review.Verdict+" "+a.Via)
		}
	}
	want := []string{"analyst-1 true_positive console", "analyst-1 true_positive console", "analyst-1 false_positive console", "analyst-1  console"}
	if diff := cmp.Diff(want, verdicts); diff != "" {
		t.Errorf("access log (-want +got):\n%s", diff)
	}
}

func TestVerdictFormErrors(t *testing.T) {
	r := newRig(t)
	id := r.sample()[0].ID
	analyst := r.as(review.Analyst)
	tests := map[string]struct {
		form url.Values
		has  []string
	}{
		"nothing":    {url.Values{}, []string{"Choose a verdict."}},
		"no reason":  {url.Values{"verdict": {"benign"}}, []string{"Give a reason", `value="benign" data-key="b" required checked`}},
		"no verdict": {url.Values{"reason": {"because"}}, []string{"Choose a verdict.", `value="because"`}},
		"unknown":    {url.Values{"verdict": {"suspicious"}, "reason": {"because"}}, []string{"Choose a verdict."}},
		"too long":   {url.Values{"verdict": {"benign"}, "reason": {strings.Repeat("a", 1001)}}, []string{"longer than 1000 bytes"}},
		"identifier": {url.Values{"verdict": {"benign"}, "reason": {"patient 078-05-1120"}}, []string{"identifier (us_ssn)", `value="patient 078-05-1120"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			answer := analyst.post("/decisions/"+id+"/decide", test.form)
			if answer.status != http.StatusUnprocessableEntity {
				t.Errorf("status %d", answer.status)
			}
			answer.has(t, test.has...)
			answer.has(t, `aria-invalid="true"`)
			checkPage(t, name, answer.body)
		})
	}
	analyst.show("/decisions/"+id).has(t, "Nobody has judged")
	// What was typed went back to who typed it and nowhere else.
	for _, what := range append(r.reports, r.files()...) {
		if strings.Contains(what, "078-05") {
			t.Error("an identifier that a person typed is kept")
		}
	}
}

// files returns the contents of all files of the rig.
func (r *rig) files() []string {
	r.t.Helper()
	var all []string
	err := filepath.WalkDir(r.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		body, err := os.ReadFile(path)
		all = append(all, string(body))
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

func TestSecondPerson(t *testing.T) {
	r := newRig(t)
	id := r.sample()[2].ID // of the rule second-look
	one, two := r.as(review.Analyst), r.another(review.Analyst, "robin")
	form := url.Values{"verdict": {"benign"}, "reason": {"Permitted for this job"}, "then": {"stay"}}
	own := one.send("/decisions/"+id+"/decide", form)
	own.has(t, "Another person has to confirm.", "asks for another person to confirm your verdict", "awaiting")
	own.lacks(t, "Do not confirm")
	same := one.post("/decisions/"+id+"/confirm", url.Values{"agree": {"yes"}})
	if same.status != http.StatusUnprocessableEntity {
		t.Errorf("one's own verdict: status %d", same.status)
	}
	checkPage(t, "same person", same.body)
	two.show("/decisions/"+id).has(t, "Benign", "by analyst-1: Permitted for this job", "Do not confirm")
	if got := two.post("/decisions/"+id+"/confirm", url.Values{"agree": {"no"}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("no without a reason: status %d", got.status)
	}
	two.send("/decisions/"+id+"/confirm", url.Values{"agree": {"no"}, "reason": {"Not in the contract"}}).has(t, "sent back", "Not in the contract", "Decide and next")
	one.send("/decisions/"+id+"/decide", form)
	two.send("/decisions/"+id+"/confirm", url.Values{"agree": {"yes"}}).has(t, "Verdict confirmed.", "Confirmed: Benign", "Reopen")
}

func TestAssignAndNote(t *testing.T) {
	r := newRig(t)
	id := r.sample()[0].ID
	analyst, lead := r.as(review.Analyst), r.as(review.Lead)
	analyst.send("/decisions/"+id+"/assign", url.Values{"to": {"analyst-1"}}).has(t, "1 decision assigned.", "Give it back", "Assigned to analyst-1")
	if got := analyst.post("/decisions/"+id+"/assign", url.Values{"to": {"lead-1"}}); got.status != http.StatusForbidden {
		t.Errorf("an analyst gives work to somebody else: status %d", got.status)
	}
	lead.send("/decisions/"+id+"/assign", url.Values{"to": {""}}).has(t, "Back to the queue")
	analyst.send("/decisions/"+id+"/note", url.Values{"text": {"Asked the owner of the job."}}).has(t, "Note recorded.", "Asked the owner of the job.")
	bad := analyst.post("/decisions/"+id+"/note", url.Values{"text": {"078-05-1120"}})
	if bad.status != http.StatusUnprocessableEntity {
		t.Errorf("an identifier in a note: status %d", bad.status)
	}
	bad.has(t, "identifier (us_ssn)", "note-error")
	checkPage(t, "note", bad.body)
}

// A record that somebody changed on the disk is shown to nobody, in whatever form, and reported.
func TestAlteredDecision(t *testing.T) {
	r := newRig(t)
	d := r.sample()[0]
	if _, err := r.log.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	segments, err := filepath.Glob(filepath.Join(r.dir, "audit", "seg-*"))
	if err != nil || len(segments) != 1 {
		t.Fatal(segments, err)
	}
	text, err := os.ReadFile(segments[0])
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(text, []byte(`"id":"`+d.ID))
	at += bytes.Index(text[at:], []byte(`"client":"ehr-`))
	copy(text[at:], `"client":"xxx-`)
	f, err := os.OpenFile(segments[0], os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(text[at:at+14], int64(at)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	lead := r.as(review.Lead)
	for _, form := range []string{"", "/record.json", "/proof"} {
		got := lead.get("/decisions/" + d.ID + form)
		if got.status != http.StatusInternalServerError {
			t.Errorf("%q: status %d", form, got.status)
		}
		got.has(t, "The log was changed")
		got.lacks(t, "xxx-", r.dir)
	}
	if len(r.reports) != 3 || !strings.Contains(r.reports[0], "record") {
		t.Errorf("reported: %q", r.reports)
	}
}

func TestDownloads(t *testing.T) {
	r := newRig(t)
	d := r.sample()[0]
	auditor := r.as(review.Auditor)
	record := auditor.get("/decisions/" + d.ID + "/record.json")
	if record.status != http.StatusOK || record.header.Get("Content-Disposition") != `attachment; filename="`+d.ID+`.json"` {
		t.Fatalf("record: %d %q", record.status, record.header.Get("Content-Disposition"))
	}
	var got audit.Decision
	if err := json.Unmarshal([]byte(record.body), &got); err != nil {
		t.Fatal(err)
	}
	want := *d
	want.Time = got.Time
	if diff := cmp.Diff(want, got); diff != "" || !got.Time.Equal(d.Time) {
		t.Errorf("the record (-want +got):\n%s", diff)
	}
	proof := auditor.proof(d.ID)
	if proof.status != http.StatusOK || proof.header.Get("Content-Disposition") != `attachment; filename="`+d.ID+`.tlog-proof"` {
		t.Fatalf("proof: %d %q", proof.status, proof.header.Get("Content-Disposition"))
	}
	proved, err := audit.VerifyProof([]byte(proof.body), r.key)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, *proved); diff != "" {
		t.Errorf("what is proved is not the record (-record +proved):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"export ok " + d.ID, "export ok " + d.ID}, r.recorded("auditor-1")); diff != "" {
		t.Errorf("access log (-want +got):\n%s", diff)
	}
	for _, what := range []string{"record.json", "proof"} {
		if got := auditor.get("/decisions/01KAX3M9T0V5Q2Z8R4B6C7D8E9/" + what); got.status != http.StatusNotFound {
			t.Errorf("%s of nothing: status %d", what, got.status)
		}
	}
}

// proof downloads the proof of a decision as soon as there is one: a record is under a checkpoint within a second.
func (p *person) proof(id string) *page {
	p.rig.t.Helper()
	answer := p.get("/decisions/" + id + "/proof")
	for range 50 {
		if answer.status != http.StatusConflict {
			break
		}
		answer.has(p.rig.t, "No signed checkpoint covers it yet.")
		time.Sleep(100 * time.Millisecond)
		answer = p.get("/decisions/" + id + "/proof")
	}
	return answer
}
