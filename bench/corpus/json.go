package corpus

import (
	"encoding/json"
	"strings"
)

// org is where the requests go.
const org = "https://acme.my.salesforce.com/services/data/v60.0/"

var objects = load("objects.txt")

// cell is a value with its name.
type cell struct {
	key  string
	held value
	note bool
}

// cells returns the values of a record whose fields are lines of "slot key|key". The key's spelling is chosen by name.
func (g *generator) cells(lines []string) []cell {
	var cells []cell
	seen := map[string]bool{}
	for _, line := range lines {
		slot, keys := splitField(line)
		key := pick(g, strings.Split(keys, "|"))
		if seen[key] {
			continue
		}
		seen[key] = true
		if text, constant := strings.CutPrefix(slot, "="); constant {
			cells = append(cells, cell{key, plain(text), false})
			continue
		}
		cells = append(cells, cell{key, g.slot(slot), slot == "note"})
	}
	return cells
}

// splitField divides "slot keys". A constant slot ("=United States Country") has spaces, and so have headers behind
// other slots.
func splitField(line string) (slot, keys string) {
	at := strings.IndexByte(line, ' ')
	if line[0] == '=' {
		at = strings.LastIndexByte(line, ' ')
	}
	return line[:at], line[at+1:]
}

// record returns the name and the values of a record of some object, in any order, as clients' maps have them.
func (g *generator) record() (object string, cells []cell) {
	lines := pick(g, objects).lines(g)
	if g.chance(55) { // most traffic is about people
		lines = objects[g.IntN(4)].lines(g)
	}
	cells = g.cells(lines[1:])
	g.Shuffle(len(cells), func(i, k int) { cells[i], cells[k] = cells[k], cells[i] })
	return lines[0], cells
}

// quoteJSON spells s as between the quotes of a JSON string.
func quoteJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string can always be marshalled
	}
	return string(b[1 : len(b)-1])
}

// members writes the members of a JSON object without braces. before is what stands in front of the first.
func (w *writer) members(cells []cell, before string) {
	for i, c := range cells {
		if i > 0 || before != "" {
			w.raw(",")
		}
		w.raw(`"` + quoteJSON(c.key) + `":`)
		bare := c.held.String()
		if c.key == "HasOptedOutOfEmail" || len(c.held) == 1 && c.held[0].kind == "geo" || strings.Contains(c.key, "Age__") {
			w.value(c.held, nil)
			continue
		}
		if bare == "" {
			w.raw("null")
			continue
		}
		w.raw(`"`)
		w.field(c.held, c.note, quoteJSON)
		w.raw(`"`)
	}
}

// writeJSON writes a body of one of the REST APIs.
func writeJSON(g *generator, w *writer) {
	w.text.MediaType = "application/json"
	switch g.IntN(8) {
	case 0, 1:
		object, cells := g.record()
		w.text.Request = "POST " + org + "sobjects/" + object
		w.raw("{")
		w.members(cells, "")
		w.raw("}")
	case 2:
		w.text.Request = "POST " + org + "composite/sobjects"
		w.raw(`{"allOrNone":false,"records":[`)
		g.records(w, func(string) string { return "" })
		w.raw("]}")
	case 3:
		w.raw(`{"totalSize":2,"done":true,"records":[`)
		g.records(w, func(object string) string {
			return `,"url":"/services/data/v60.0/sobjects/` + object + `/` + g.harmless("id") + `"`
		})
		w.raw("]}")
	case 4:
		object, cells := g.record()
		w.text.Request = "POST " + org + "ui-api/records"
		w.raw(`{"apiName":"` + object + `","fields":{`)
		w.members(cells, "")
		w.raw("}}")
	case 5:
		object, cells := g.record()
		w.text.Request = "POST " + org + "composite"
		w.raw(`{"allOrNone":true,"compositeRequest":[{"method":"POST","url":"/services/data/v60.0/sobjects/` + object + `","referenceId":"new","body":{`)
		w.members(cells, "")
		w.raw("}}]}")
	default:
		w.text.Request = "POST https://acme.my.salesforce.com/services/apexrest/intake/v1/patients"
		g.intake(w)
	}
}

// records writes some records with their attributes, the way collections and query results have them.
func (g *generator) records(w *writer, more func(object string) string) {
	for i := range 1 + g.IntN(3) {
		if i > 0 {
			w.raw(",")
			g.meet()
		}
		object, cells := g.record()
		w.raw(`{"attributes":{"type":"` + object + `"` + more(object) + "}")
		w.members(cells, ",")
		w.raw("}")
	}
}

var intakes = load("intake.txt")

// intake writes a document of a service that integrators made themselves: nested, with names of its own.
func (g *generator) intake(w *writer) {
	g.write(w, g.document(pick(g, intakes)), quoteJSON)
}

// document is a JSON template as one text, pretty or compact.
func (g *generator) document(t template) string {
	lines := t.lines(g)
	if g.chance(50) {
		return strings.Join(lines, "\n")
	}
	for i, line := range lines {
		lines[i] = strings.TrimLeft(line, " ")
	}
	return strings.Join(lines, "")
}
