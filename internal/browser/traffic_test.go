//go:build browser

package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/internal/rig"
)

// secret is the password of each client.
const secret = "synthetic-secret"

const policyFile = `version: 1
unreadable: block
hosts:
  - match: "*.my.salesforce.com"
    pins: [PINS]
clients:
  - name: ehr-sync
    identify: {basic: {user: ehr-sync, hash: HASH}}
  - name: billing-export
    identify: {basic: {user: billing-export, hash: HASH}}
  - name: patient-portal
    identify: {basic: {user: patient-portal, hash: HASH}}
rules:
  - name: ssn-never-leaves
    when: {detector: us_ssn, likelihood: likely}
    then: block
  - name: identity-with-diagnosis
    second_review: true
    when: {direction: request, record: {all: [{category: name}, {category: clinical}]}}
    then: block
  - name: mask-phones
    when: {object: Contact, field: [Phone, MobilePhone], carrier: body}
    then: {mask: {keep_last: 4}}
  - name: redact-email
    when: {object: Contact, field: Email, carrier: body}
    then: redact
  - name: birthdate-without-consent
    when: {object: Contact, field: Birthdate, unless: {field: HasConsent__c, equals: true}}
    then: generalise
  - name: watch-record-numbers
    when: {detector: mrn}
    then: alert
`

// values are the social security numbers of the traffic. The people are invented.
func values() []string {
	return []string{"536-90-4399", "536-90-4412", "219-40-7713", "536-90-4427"}
}

// exchange is one request of a client.
type exchange struct {
	client, method, path, media, body string
	status                            int // of the answer
}

const (
	api      = "/services/data/v60.0"
	contacts = api + "/sobjects/Contact"
	jsonType = "application/json"
)

// create is a POST of one record; refused says whether a rule blocks it.
func create(client, object string, refused bool, body string) exchange {
	status := http.StatusCreated
	if refused {
		status = http.StatusBadRequest
	}
	return exchange{client, "POST", api + "/sobjects/" + object, jsonType, body, status}
}

// query reads by SOQL.
func query(client string, status int, soql string) exchange {
	return exchange{client, "GET", api + "/query?q=" + url.QueryEscape(soql), "", "", status}
}

// aDay is what three jobs do on a day: 50 exchanges, of which 22 are blocked.
func aDay() []exchange {
	const ehr, billing, portal = "ehr-sync", "billing-export", "patient-portal"
	v := values()
	var list []exchange
	for i, name := range []string{"Ashby", "Okafor", "Lindqvist", "Marsh", "Haddad", "Novak"} {
		list = append(list,
			create(ehr, "Contact", false, fmt.Sprintf(`{"LastName": %q, "Phone": "(212) 555-01%02d", "Email": "%s@example.org"}`, name, 10+i, strings.ToLower(name))),
			create(ehr, "Contact", true, fmt.Sprintf(`{"LastName": %q, "SSN__c": %q}`, name, v[i%3])),
			exchange{ehr, "PATCH", contacts + fmt.Sprintf("/MRN__c/MRN-0048291%d", i), jsonType, fmt.Sprintf(`{"LastName": %q}`, name), 0},
			create(billing, "Account", false, fmt.Sprintf(`{"Name": "%s Clinic", "Industry": "Healthcare"}`, name)),
		)
	}
	for i, name := range []string{"Weiss", "Moreau", "Duarte", "Tran"} {
		list = append(list,
			create(billing, "Case", true, fmt.Sprintf(`{"Subject": "call back", "Description": "patient gave ssn %s on the phone"}`, v[i%2])),
			create(portal, "Contact", true, fmt.Sprintf(`{"LastName": %q, "Diagnosis__c": "E11.9"}`, name)),
			create(portal, "Contact", false, fmt.Sprintf(`{"LastName": %q, "Birthdate": "19%d-04-17"}`, name, 48+i)),
			create(ehr, "Contact", true, fmt.Sprintf(`{"LastName": %q, "SSN__c": %q}`, name, v[0])),
		)
	}
	return append(list,
		query(portal, http.StatusOK, "SELECT LastName, Phone, Email FROM Contact"),
		query(billing, http.StatusOK, "SELECT Name FROM Account"),
		query(billing, http.StatusBadRequest, "SELECT Id FROM Contact WHERE SSN__c = '"+v[3]+"'"),
		create(portal, "Contact", true, `{"LastName": "Tran", "LastName": "Okafor"}`),
		exchange{ehr, "POST", api + "/jobs/ingest", jsonType, `{"object": "Contact", "operation": "insert", "lineEnding": "LF"}`, http.StatusOK},
		exchange{ehr, "PUT", api + "/jobs/ingest/JOB/batches", "text/csv", "LastName,MobilePhone\n" + strings.Repeat("Novak,212-555-0121\n", 400), http.StatusCreated},
		exchange{ehr, "POST", api + "/jobs/ingest", jsonType, `{"object": "Contact", "operation": "insert", "lineEnding": "LF"}`, http.StatusOK},
		exchange{ehr, "PUT", api + "/jobs/ingest/JOB/batches", "text/csv", "LastName,SSN__c\nHaddad,\nNovak," + v[1] + "\n", http.StatusBadRequest},
		query(portal, http.StatusOK, "SELECT LastName, MRN__c FROM Contact"),
		query(ehr, http.StatusOK, "SELECT Id, LastName FROM Contact"),
	)
}

// send sends exchanges through the gate and checks how they are answered.
func (g *gate) send(t *testing.T, list []exchange) {
	t.Helper()
	clients := make(map[string]*http.Client)
	job := ""
	for i, e := range list {
		if clients[e.client] == nil {
			c, err := g.Client(g.Proxy(e.client, secret))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(c.CloseIdleConnections)
			clients[e.client] = c
		}
		e.path = strings.Replace(e.path, "JOB", job, 1)
		status, answer, err := e.send(t.Context(), clients[e.client])
		if err != nil {
			t.Fatalf("exchange %d: %v", i, err)
		}
		if status != e.status && (e.status != 0 || status/100 != 2) {
			t.Fatalf("exchange %d, %s %s: answered %d, want %d: %s", i, e.method, e.path, status, e.status, answer)
		}
		if strings.HasSuffix(e.path, "/jobs/ingest") {
			var made struct{ ID string }
			if err := json.Unmarshal(answer, &made); err != nil {
				t.Fatal(err)
			}
			job = made.ID
		}
	}
}

// send sends one exchange.
func (e exchange) send(ctx context.Context, c *http.Client) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, e.method, "https://"+rig.Host+e.path, strings.NewReader(e.body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+rig.Token)
	if e.media != "" {
		req.Header.Set("Content-Type", e.media)
	}
	res, err := c.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// past is how many days before today the gate has decided, in the history that the tests begin with.
const past = 12

// history gives the gate a past: its own decisions of one day of traffic, over and again at earlier times, in a log of
// the same gate. What people see then has days behind it, as a console has that they work with.
func (g *gate) history(t *testing.T) {
	t.Helper()
	if err := g.Serve(context.Background()); err != nil {
		t.Fatal(err)
	}
	g.send(t, aDay())
	if err := g.StopGate(); err != nil {
		t.Fatal(err)
	}
	var day []*audit.Decision
	log := filepath.Join(g.Data, "audit")
	for d, err := range audit.Read(log) {
		if err != nil {
			t.Fatal(err)
		}
		if d.Kind == audit.Whole {
			day = append(day, d)
		}
	}
	for _, name := range []string{"audit", "access", "index", "witness", "users.json"} {
		if err := os.RemoveAll(filepath.Join(g.Data, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := rewrite(log, day); err != nil {
		t.Fatal(err)
	}
	g.backdate(t)
}

// rewrite writes the decisions of a day again for each day of the past and for today until an hour ago, between 6 and
// 20 o'clock, fewer on weekends.
func rewrite(log string, day []*audit.Decision) (err error) {
	l, err := audit.Open(audit.Config{Dir: log, Node: "gate-1", Wait: 10 * time.Second})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	end := time.Now().UTC().Add(-time.Hour)
	midnight := time.Now().UTC().Truncate(24 * time.Hour)
	for ago := past; ago >= 0; ago-- {
		date := midnight.AddDate(0, 0, -ago)
		every := 2
		if date.Weekday() == time.Saturday || date.Weekday() == time.Sunday {
			every = 7
		}
		for i, d := range day {
			if (i+ago)%every != 0 || d.Client == "patient-portal" && ago < 3 {
				continue
			}
			again := *d
			again.ID, again.Seq = "", 0
			again.Time = date.Add(6*time.Hour + time.Duration(i)*14*time.Hour/time.Duration(len(day)) + time.Duration(ago*i)*time.Second)
			if again.Time.After(end) {
				return nil
			}
			if err := l.Append(context.Background(), &again); err != nil {
				return err
			}
		}
	}
	return nil
}

// backdate says that the policy was in effect during the past.
func (g *gate) backdate(t *testing.T) {
	t.Helper()
	journal := filepath.Join(g.Data, "policies", "in-effect.jsonl")
	b, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := bytes.Cut(bytes.TrimSpace(b), []byte("\n"))
	var first struct {
		Digest string    `json:"digest"`
		Since  time.Time `json:"since"`
	}
	if err := json.Unmarshal(line, &first); err != nil {
		t.Fatal(err)
	}
	first.Since = time.Now().UTC().AddDate(0, 0, -past-1)
	if line, err = json.Marshal(first); err == nil {
		err = os.WriteFile(journal, append(line, '\n'), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
