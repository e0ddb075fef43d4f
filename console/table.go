package console

import (
	"strings"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/review"
)

// rowTable is a table of decisions, as parts.html draws it.
type rowTable struct {
	Caption string
	Rows    []index.Row
	Brief   bool            // of one client and one rule, which are said elsewhere
	Q       string          // filter of the list, which a decision's page comes back to
	Pick    string          // id of the form in which rows are chosen; empty if they cannot be
	Picked  map[string]bool // those that are
}

// Table is the list of the queue.
func (p *queuePage) Table() rowTable {
	t := rowTable{Caption: p.Count + ", newest first", Rows: p.Rows, Q: p.Q, Picked: p.Picked}
	if p.Bulk != nil {
		t.Pick = "bulk"
	}
	return t
}

// Table is what is about to be judged.
func (p confirmPage) Table() rowTable {
	return rowTable{Caption: "What is judged", Rows: p.Rows, Q: p.Q}
}

// Table is the newest decisions of the case.
func (p *casePage) Table() rowTable {
	return rowTable{Caption: "Its decisions, newest first", Rows: p.Rows, Q: "case:" + p.Case.Key, Brief: true}
}

// who is what a row calls the client.
func who(row index.Row) string {
	switch {
	case row.Client != "":
		return row.Client
	case row.Source != "":
		return row.Source
	}
	return "unknown"
}

// operation is what a row's transfer was to do: "create Contact", and "answer" where that body is meant.
func operation(row index.Row) string {
	words := []string{row.Op, row.Object}
	switch {
	case row.Kind == string(audit.Connect):
		words = []string{"connect to", row.Host}
	case row.Object == "":
		words = []string{row.Method, row.Route}
	}
	if row.Direction == "response" {
		words = append(words, "(answer)")
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// keyHelp is a key in the dialog that ? opens.
type keyHelp struct{ Key, Does string }

// keysHelp are the keys that every page understands.
func keysHelp() []keyHelp {
	return []keyHelp{
		{"j", "next row"}, {"k", "previous row"}, {"Enter", "open the row"}, {"x", "choose the row"}, {"a", "choose all rows"},
		{"n", "next page, or next decision"}, {"p", "previous page"}, {"r", "show what is new"}, {"/", "filter or search"},
		{"Esc", "leave a field"}, {"?", "this help"},
	}
}

// Keys are the keys of the dialog; the verdicts' letters are in it for who may judge.
func (f *frame) Keys() []keyHelp {
	keys := keysHelp()
	if f.may(review.DecisionsDecide) {
		for _, v := range review.Verdicts() {
			keys = append(keys, keyHelp{v.Key, v.Title})
		}
	}
	return keys
}
