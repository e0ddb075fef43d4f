package console

import (
	"encoding/csv"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/review"
)

func TestDatamap(t *testing.T) {
	r := newRig(t)
	d := r.sample()
	allowed := r.blocked(time.Hour)
	allowed.Client, allowed.Action, allowed.Finding[0].Action, allowed.Finding[0].Field = "care-portal", "alert", "alert", "Notes__c"
	r.append(allowed)
	auditor := r.as(review.Auditor)
	page := auditor.show("/data-map")
	page.has(t, "Contact.SSN__c", "Contact.MobilePhone", "Contact.Notes__c", "Social security number (G)", "3 masked", "1 reported", "direct", "contained",
		"/decisions/"+allowed.ID, "/data-map.csv?")
	if strings.Index(page.body, "Contact.Notes__c") > strings.Index(page.body, "Contact.SSN__c") {
		t.Error("what passed readable does not come first")
	}
	// A number leads to the decisions that it counts.
	r.as(review.Auditor).show("/queue?q=client:care-portal+dir:request+object:Contact+field:Notes__c+category:ssn+after:-30d").has(t, allowed.ID)
	only := auditor.show("/data-map?client=billing-export")
	only.has(t, "Contact.MobilePhone")
	only.lacks(t, "Contact.SSN__c")
	got := r.recorded("auditor-1")
	if got[len(got)-1] != "search ok data-map after:-30d client:billing-export" {
		t.Errorf("recorded: %v", got)
	}
	auditor.show("/data-map?client=nobody-of-that-name").has(t, "Contact.SSN__c")
	if got = r.recorded("auditor-1"); got[len(got)-1] != "search ok data-map after:-30d" {
		t.Errorf("recorded: %v", got)
	}
	viewer := r.as(review.Viewer).show("/data-map")
	viewer.has(t, "Contact.SSN__c")
	viewer.lacks(t, d[0].ID, allowed.ID, "/queue", "data-map.csv")
}

func TestDatamapFile(t *testing.T) {
	r := newRig(t)
	r.sample()
	file := r.as(review.Auditor).get("/data-map.csv?span=30d&category=phone")
	if file.status != 200 || !strings.HasPrefix(file.header.Get("Content-Disposition"), `attachment; filename="data-map-30d-`) {
		t.Fatalf("status %d, %s", file.status, file.header.Get("Content-Disposition"))
	}
	lines, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 2 || lines[1][0] != "billing-export" || lines[1][4] != "phone" || lines[1][5] != "D" || lines[1][8] != "contained" || lines[1][9] != "3" {
		t.Errorf("lines %v", lines)
	}
	got := r.recorded("auditor-1")
	if got[len(got)-1] != "export ok data-map after:-30d category:phone" {
		t.Errorf("recorded: %v", got)
	}
}

func TestPlacesOf(t *testing.T) {
	r := newTestRequest(review.Viewer, &url.URL{Path: "/data-map"})
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	flow := func(client, field, category, action string, n int64) index.Flow {
		return index.Flow{Client: client, Direction: "request", Object: "Contact", Field: field, Category: category, Action: action, N: n, Last: at, Example: "x"}
	}
	places := placesOf([]index.Flow{
		flow("a", "SSN__c", "ssn", "block", 900),
		flow("a", "Birthdate", "date", "allow", 50),
		flow("b", "Email", "email", "alert", 2),
		flow("b", "Email", "email", "mask", 7),
		flow("b", "Phone", "phone", "mask", 40),
	}, r, period{Name: "30d"})
	var got []string
	for _, p := range places {
		got = append(got, strings.Join([]string{p.Client, p.Name(), p.Risk.Word(), number(p.N), number(p.Readable)}, " "))
	}
	want := []string{"b Contact.Email direct 9 2", "a Contact.Birthdate indirect 50 50", "a Contact.SSN__c contained 900 0", "b Contact.Phone contained 40 0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	email := places[0].Cells["email"]
	if email.Words() != "2 reported, 7 masked" || email.Class() != "cell cell-left" || email.URL != "" {
		t.Errorf("cell %q %q %q", email.Words(), email.Class(), email.URL)
	}
	if c := places[2].Cells["ssn"].Class(); c != "cell cell-stopped" {
		t.Errorf("class %q", c)
	}
	if c := places[3].Cells["phone"].Class(); c != "cell cell-changed" {
		t.Errorf("class %q", c)
	}
	maps := byClient(places, r, period{Name: "30d"})
	if len(maps) != 2 || maps[0].Client != "b" || cmp.Diff([]string{"phone", "email"}, maps[0].Categories) != "" || len(maps[0].Places[0].Row) != 2 {
		t.Errorf("maps %+v", maps)
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{"": "", "ehr-sync": "ehr-sync", "=1+1": "'=1+1", "@x": "'@x", "-x": "'-x", "\tx": "'\tx"} {
		if got := plain(text); got != want {
			t.Errorf("plain(%q) = %q, want %q", text, got, want)
		}
	}
}
