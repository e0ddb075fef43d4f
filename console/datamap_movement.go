package console

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/phigate/phigate/audit/index"
)

// risk sorts places: what passed as it was comes before what was changed or stopped, and what names a person by itself
// before what does so only together with other things.
type risk int

// The risks.
const (
	contained risk = iota // everything was changed or stopped
	indirect              // something passed that may point to a person: a date, a place, a code
	direct                // something passed that names a person
)

// Word is the risk in a word.
func (r risk) Word() string {
	switch r {
	case direct:
		return "direct"
	case indirect:
		return "indirect"
	}
	return "contained"
}

// Class is the class of its tag.
func (r risk) Class() string {
	switch r {
	case direct:
		return "tag tag-block"
	case indirect:
		return "tag tag-mask"
	}
	return "tag tag-allow"
}

// riskOf is the risk of a category that passed readable.
func riskOf(category string) risk {
	switch category {
	case "geographic", "date", "url", "ip", "device", "vehicle", "clinical":
		return indirect
	}
	return direct
}

// readable reports whether a value went on as it was.
func readable(action string) bool { return action == "allow" || action == "alert" }

// movement is a field in which a client moves values, and what was done about them.
type movement struct {
	Client, Direction, Object, Field string
	Risk                             risk
	N, Readable                      int
	Last                             time.Time
	Example                          string          // ID of the newest decision
	Cells                            map[string]cell // by category
	Row                              []cell          // in the order of the client's categories
}

// cell is one category in one place.
type cell struct {
	Category, Title, URL string
	N                    int
	ByAction             map[string]int
}

// Class colours a cell by the worst that was done.
func (c cell) Class() string {
	switch {
	case c.N == 0:
		return "cell"
	case c.ByAction["allow"] > 0 || c.ByAction["alert"] > 0:
		return "cell cell-left"
	case c.ByAction["block"] == c.N:
		return "cell cell-stopped"
	}
	return "cell cell-changed"
}

// Words says what was done with the values of a cell: "12 blocked, 3 masked", the loosest first.
func (c cell) Words() string {
	var parts []string
	for _, action := range slices.Backward(actionOrder()) {
		if n := c.ByAction[action]; n > 0 {
			parts = append(parts, number(n)+" "+strings.ToLower(actionWord(action)))
		}
	}
	return strings.Join(parts, ", ")
}

// Name is what the place is called: Contact.SSN__c.
func (m movement) Name() string {
	name := strings.Trim(m.Object+"."+m.Field, ".")
	if name == "" {
		return "body"
	}
	return name
}

// Towards says which way the values went.
func (m movement) Towards() string {
	if m.Direction == "response" {
		return "received"
	}
	return "sent"
}

// row is the cells of m, one for each category.
func (m movement) row(categories []string) []cell {
	row := make([]cell, len(categories))
	for i, name := range categories {
		row[i] = m.Cells[name]
		row[i].Category, row[i].Title = name, categoryTitle(name)
	}
	return row
}

// placesOf adds the flows of a period up by place, the riskiest first.
func placesOf(flows []index.Flow, r *request, p period) []movement {
	type key struct{ client, direction, object, field string }
	found := make(map[key]*movement)
	for _, f := range flows {
		k := key{f.Client, f.Direction, f.Object, f.Field}
		one := found[k]
		if one == nil {
			one = &movement{Client: f.Client, Direction: f.Direction, Object: f.Object, Field: f.Field, Cells: map[string]cell{}}
			found[k] = one
		}
		one.add(f, r, p)
	}
	list := make([]movement, 0, len(found))
	for one := range maps.Values(found) {
		list = append(list, *one)
	}
	slices.SortFunc(list, func(a, b movement) int {
		return cmp.Or(cmp.Compare(b.Risk, a.Risk), cmp.Compare(b.Readable, a.Readable), cmp.Compare(b.N, a.N),
			cmp.Compare(a.Client, b.Client), cmp.Compare(a.Name(), b.Name()), cmp.Compare(a.Direction, b.Direction))
	})
	return list
}

// add adds a flow in the same place.
func (m *movement) add(f index.Flow, r *request, p period) {
	c, ok := m.Cells[f.Category]
	if !ok {
		c.ByAction = map[string]int{}
		c.URL = decisions(r, "client", f.Client, "dir", f.Direction, "object", f.Object, "field", f.Field, "category", f.Category, "after", p.after())
	}
	c.N += int(f.N)
	c.ByAction[f.Action] += int(f.N)
	m.Cells[f.Category] = c
	m.N += int(f.N)
	if readable(f.Action) {
		m.Readable += int(f.N)
		m.Risk = max(m.Risk, riskOf(f.Category))
	}
	if f.Last.After(m.Last) {
		m.Last, m.Example = f.Last, f.Example
	}
}
