package export_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/export"
)

// sheet reads what was written as encoding/csv does.
func sheet(t *testing.T, decisions ...audit.Decision) [][]string {
	t.Helper()
	var out bytes.Buffer
	w := must(export.New(&out, export.CSV))
	for i := range decisions {
		if err := w.Write(&decisions[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatalf("encoding/csv: %v", err)
	}
	return rows
}

// cell returns the cell of a row by the header's name.
func cell(t *testing.T, rows [][]string, row int, column string) string {
	t.Helper()
	for i, name := range rows[0] {
		if name == column {
			return rows[row][i]
		}
	}
	t.Fatalf("no column %s", column)
	return ""
}

func TestCSVSummarises(t *testing.T) {
	rows := sheet(t, samples()[3].d, samples()[2].d)
	got := map[string]string{}
	for _, column := range []string{"time", "rules", "detectors", "categories", "fields", "fingerprints", "findings", "likelihood", "port", "bytes"} {
		got[column] = cell(t, rows, 1, column)
	}
	want := map[string]string{
		"time": "2026-11-23T09:30:04.123456Z", "rules": "ssn-never-leaves; mask-phones", "detectors": "us_ssn; us_phone",
		"categories": "ssn; phone", "fields": "Contact.SSN__c; Contact.Phone",
		"fingerprints": "GEZDGNBVGY3TQOJQGEZDGNBVGY; MFRGGZDFMZTWQ2LKNNWG23TPOA; NBSWY3DPEB3W64TMMQQHO2LUNA",
		"findings":     "4", "likelihood": "very_likely", "port": "443", "bytes": "412",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := cell(t, rows, 2, "findings"); got != "0" {
		t.Errorf("a decision without findings has %q of them", got)
	}
}

// What a spreadsheet would calculate gets an apostrophe in front; everything else stays as it is.
func TestCSVFormulas(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"equals":          {`=HYPERLINK("http://example.org")`, `'=HYPERLINK("http://example.org")`},
		"plus":            {"+1", "'+1"},
		"minus":           {"-1", "'-1"},
		"at":              {"@SUM(A1)", "'@SUM(A1)"},
		"tab":             {"\tx", "'\tx"},
		"carriage return": {"\rx", "'\rx"},
		"behind blanks":   {"  =1", "'  =1"},
		"full width":      {"＝1", "'＝1"},
		"plain":           {"ehr-sync", "ehr-sync"},
		"inside":          {"a=b", "a=b"},
		"quotes":          {`a"b,c;d`, `a"b,c;d`},
		"empty":           {"", ""},
		"not UTF-8":       {"\xff=", "\xff="},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := samples()[2].d
			d.Client = test.in
			if got := cell(t, sheet(t, d), 1, "client"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// A semicolon begins no new cell where spreadsheets split at it, because it is inside of quotes.
func TestCSVQuotesEveryText(t *testing.T) {
	d := samples()[2].d
	d.Client, d.Rules = "a;=1+1", []string{"a", "=cmd"}
	var out bytes.Buffer
	w := must(export.New(&out, export.CSV))
	if err := errors.Join(w.Write(&d), w.Close()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`,"a;=1+1",`, `,"a; =cmd",`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no cell %s", want)
		}
	}
}

// What encoding/csv reads back is what was written, give or take the apostrophe, and no cell is a formula.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"", "=1", `a"b`, "a,b;c", "a\nb", "a\r\nb", " +x", "\x00", "＠", "'=1"} {
		f.Add(s, "rule")
	}
	f.Fuzz(func(t *testing.T, client, rule string) {
		d := samples()[2].d
		d.Client, d.Rules = client, []string{rule, "b"}
		rows := sheet(t, d, samples()[3].d)
		if len(rows) != 3 || len(rows[1]) != len(rows[0]) {
			t.Fatalf("%d rows, %d cells of %d", len(rows), len(rows[1]), len(rows[0]))
		}
		got := cell(t, rows, 1, "client")
		if trimmed := strings.TrimSpace(got); trimmed != "" && strings.ContainsRune("=+-@", rune(trimmed[0])) {
			t.Errorf("%q is a formula", got)
		}
		// encoding/csv reads CR LF inside of quotes as LF (its documentation says so).
		if want := strings.ReplaceAll(client, "\r\n", "\n"); got != want && got != "'"+want {
			t.Errorf("%q came back as %q", client, got)
		}
	})
}
