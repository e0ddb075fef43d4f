package rig_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phigate/phigate/internal/rig"
)

// untouched are bodies that no rule edits, of the kinds that a re-serialisation would change.
var untouched = map[string]struct {
	method, path, media, body string // an empty path is that of a new bulk job
}{
	"odd whitespace":   {"POST", api + "/sobjects/Contact", "application/json", "\t{ \"LastName\"\r\n:\t\"Ashby\" ,\n\n  \"Department\" : null }  \n"},
	"unicode escapes":  {"POST", api + "/sobjects/Contact", "application/json", `{"\u004cast\u004eame":"\u0041shby \ud83d\ude00 \/ \u2028","Description":"é` + "\u2028" + `"}`},
	"numbers":          {"POST", api + "/sobjects/Account", "application/json", `{"Name":"A","AnnualRevenue":1.50e+03,"NumberOfEmployees":-0}`},
	"order of members": {"POST", api + "/sobjects/Contact", "application/json", `{"Title__x":{"b":1,"a":[]},"LastName":"Ashby","attributes":{"type":"Contact"}}`},
	"upper-case path":  {"PATCH", api + "/sobjects/contact/MRN__c/MRN-1?fields=Id", "application/json", `{"LastName":"Ashby"}`},
	"collections":      {"POST", api + "/composite/sobjects", "application/json;charset=UTF-8", `{"records" :[ {"attributes":{"type":"Contact"},"LastName":"A"} , {"attributes":{"type":"Contact"},"LastName":"B"}]}`},
	"past the window":  {"POST", api + "/composite/sobjects", "application/json", `{"records":[` + varied(`{"attributes":{"type":"Contact"},"LastName":"Ashby" ,"Department":"%s"},`+"\n", 25_000) + `{"LastName":"B"}]}`},
	"CSV with CRLF":    {"PUT", "", "text/csv", "LastName,Description\r\n\"Ash\r\nby\",\"a \"\"quoted\"\" word\"\r\nŌta, padded \r\nLee,\r\n"},
	"CSV past window":  {"PUT", "", "text/csv", "LastName,Description\r\n" + varied("\"Ashby\",%s\r\nLee,\"\"\r\n", 50_000)},
	"form":             {"POST", "/services/oauth2/token", "application/x-www-form-urlencoded", "grant_type=password&client_id=a%2Bb+c&username=integration%40acme.example&password=synthetic-password&client_secret="},
}

// varied repeats a line with another word in each, so that compression does not make a bomb of it.
func varied(line string, n int) string {
	var b strings.Builder
	r := rand.New(rand.NewPCG(3, 4))
	for range n {
		word := make([]byte, 16)
		for i := range word {
			word[i] = "abcdefghijklmnop"[r.IntN(16)]
		}
		fmt.Fprintf(&b, line, word)
	}
	return b.String()
}

func TestLaw2RequestsAreBitIdentical(t *testing.T) {
	g := start(t, rig.Config{})
	for name, h2 := range protocols {
		client := g.client(h2)
		for what, tt := range untouched {
			for _, coding := range []string{"", "gzip"} {
				body, headers := tt.body, []string(nil)
				if coding != "" {
					body, headers = zip(tt.body), []string{"Content-Encoding", coding}
				}
				path := tt.path
				if path == "" {
					path = g.job(client, "Contact", "CRLF")
				}
				mark := g.mark()
				got := g.send(client, tt.method, path, tt.media, body, headers...)
				if got.status == 500 || got.header.Get("X-Phigate-Decision") != "" {
					t.Errorf("%s, %s: %d %s", name, what, got.status, got.body)
				}
				r := g.last()
				if r.SHA256 != sha256.Sum256([]byte(tt.body)) || !r.Complete || r.Header.Get("Content-Encoding") != "" {
					t.Errorf("%s, %s, %q: the org got %d bytes (complete: %v, coding %q), want the %d that were sent", name, what, coding,
						r.Bytes, r.Complete, r.Header.Get("Content-Encoding"), len(tt.body))
				}
				for _, d := range g.settled(mark) {
					if d.Action != "allow" && d.Action != "alert" || d.Cover == "opaque" || d.Cover == "partial" {
						t.Errorf("%s, %s: the decision is %s, coverage %s", name, what, d.Action, d.Cover)
					}
				}
			}
		}
	}
}

func zip(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, s)
	_ = z.Close()
	return b.String()
}

func TestLaw2ResponsesAreBitIdentical(t *testing.T) {
	var script atomic.Pointer[struct{ media, body string }]
	for name, h2 := range protocols {
		g := start(t, rig.Config{Upstream: scripted(func(w http.ResponseWriter, r *http.Request) {
			s := script.Load()
			w.Header().Set("Content-Type", s.media)
			body := s.body
			if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				w.Header().Set("Content-Encoding", "gzip")
				body = zip(body)
			}
			_, _ = io.WriteString(w, body)
		}, h2)})
		client := g.client(h2)
		for what, tt := range untouched {
			for _, accept := range []string{"identity", "gzip"} {
				script.Store(&struct{ media, body string }{tt.media, tt.body})
				path := tt.path
				switch {
				case path == "":
					path = api + "/jobs/ingest/750000000000001AAA/successfulResults"
				case strings.Contains(path, "composite"):
					path = api + "/query?q=SELECT+LastName+FROM+Contact"
				}
				got := g.send(client, "GET", path, "", "", "Accept-Encoding", accept)
				if got.status != 200 || got.body != tt.body || got.header.Get("Content-Encoding") != "" {
					t.Errorf("%s, %s, %s: status %d, coding %q, %d bytes, want the %d that were sent\n%.300s", name, what, accept, got.status,
						got.header.Get("Content-Encoding"), len(got.body), len(tt.body), got.body)
				}
			}
		}
	}
}

// TestLaw2OnlyTheEditedRangesChange sends generated documents with phones and titles in them, and compares the whole
// of what arrives.
func TestLaw2OnlyTheEditedRangesChange(t *testing.T) {
	g := start(t, rig.Config{Extra: "inspect: {window: 2048}\n"})
	clients := map[bool]*http.Client{false: g.client(false), true: g.client(true)}
	rapid.Check(t, func(rt *rapid.T) {
		client := clients[rapid.Bool().Draw(rt, "h2")]
		if rapid.Bool().Draw(rt, "csv") {
			sent, want := table(rt)
			path := g.job(client, "Contact", "LF")
			if got := g.send(client, "PUT", path, "text/csv", sent); got.status != 201 {
				rt.Fatalf("%d %s", got.status, got.body)
			}
			if diff := cmp.Diff(want, string(g.last().Body)); diff != "" {
				rt.Fatalf("the org got (-want +got):\n%s", diff)
			}
			return
		}
		sent, want := document(rt)
		if got := g.send(client, "POST", api+"/composite/sobjects", "application/json", sent); got.status != 200 {
			rt.Fatalf("%d %s", got.status, got.body)
		}
		got := g.last().Body
		if diff := cmp.Diff(want, string(got)); diff != "" || !json.Valid(got) {
			rt.Fatalf("the org got (-want +got; parses: %v):\n%s", json.Valid(got), diff)
		}
	})
}

// document makes a collections request and what must become of it.
func document(rt *rapid.T) (sent, want string) {
	blank := func() string {
		return rapid.StringOfN(rapid.RuneFrom([]rune(" \t\r\n")), 0, 3, -1).Draw(rt, "blank")
	}
	var s, w strings.Builder
	both := func(text string) { s.WriteString(text); w.WriteString(text) }
	both(blank() + `{"allOrNone":false,` + blank() + `"records":[`)
	for i := range rapid.IntRange(1, 60).Draw(rt, "records") {
		if i > 0 {
			both("," + blank())
		}
		both(`{"attributes":` + blank() + `{"type":"Contact"},"LastName":"Ashby"`)
		for _, m := range rapid.SliceOfNDistinct(rapid.SampledFrom(members), 0, len(members), func(m member) string { return m.name }).Draw(rt, "members") {
			both("," + blank() + `"` + m.name + `"` + blank() + ":" + blank())
			s.WriteString(m.sent)
			w.WriteString(m.want)
			both(blank())
		}
		both("}")
	}
	both(blank() + "]}" + blank())
	return s.String(), w.String()
}

// member is a member of a contact, and what the policy makes of its value.
type member struct{ name, sent, want string }

var members = []member{
	{"Phone", `"` + phone + `"`, `"` + masked + `"`},
	{"MobilePhone", `"\u0032\u00312-555-0142 x"`, `"*******************142 x"`},
	{"Title", `"Nurse"`, `null`},
	{"Department", `"Card\u0069ology"`, `"Card\u0069ology"`},
	{"Description", `"\"\\ \/ é 😀"`, `"\"\\ \/ é 😀"`},
	{"HasConsent__c", `true`, `true`},
	{"Risk_Score__c", `1.0e1`, `1.0e1`},
}

// table makes an upload and what must become of it.
func table(rt *rapid.T) (sent, want string) {
	var s, w strings.Builder
	both := func(text string) { s.WriteString(text); w.WriteString(text) }
	both("LastName,Phone,Title,Description\n")
	for range rapid.IntRange(1, 100).Draw(rt, "rows") {
		both(rapid.SampledFrom([]string{"Ashby", `"Ash` + "\n" + `by"`, `"a ""b"""`, "Ōta"}).Draw(rt, "name") + ",")
		p := rapid.SampledFrom([][2]string{{phone, masked}, {`"` + phone + `"`, `"` + masked + `"`}, {"", ""}}).Draw(rt, "phone")
		s.WriteString(p[0])
		w.WriteString(p[1])
		both(",")
		p = rapid.SampledFrom([][2]string{{"Nurse", ""}, {"", ""}}).Draw(rt, "title")
		s.WriteString(p[0])
		w.WriteString(p[1])
		both("," + rapid.SampledFrom([]string{"", "plain", `"quoted, with a comma"`, " padded "}).Draw(rt, "text") + "\n")
	}
	return s.String(), w.String()
}

// TestLaw2LengthStands checks that a body whose length the policy cannot change keeps its Content-Length past the window.
func TestLaw2LengthStands(t *testing.T) {
	g := start(t, rig.Config{Extra: "inspect: {window: 2048}\n", Policy: strings.Replace(rules, "then: redact", "then: alert", 1)})
	body := "LastName,Phone\n" + strings.Repeat("Ashby,"+phone+"\n", 1000)
	for name, h2 := range protocols {
		client := g.client(h2)
		g.send(client, "PUT", g.job(client, "Contact", "LF"), "text/csv", body)
		r := g.last()
		if got, want := r.Header.Get("Content-Length"), fmt.Sprint(len(body)); got != want || string(r.Body) != strings.ReplaceAll(body, phone, masked) {
			t.Errorf("%s: the org got %d bytes under Content-Length %q, want %s", name, len(r.Body), got, want)
		}
	}
}
