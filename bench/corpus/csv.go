package corpus

import "strings"

var tables = load("tables.txt")

// quoteCSV spells a cell (RFC 4180).
func quoteCSV(s string) string { return strings.ReplaceAll(s, `"`, `""`) }

// writeCSV writes a table: a file of the Bulk API, or what a system exports.
func writeCSV(g *generator, w *writer) {
	w.text.MediaType = "text/csv"
	lines := pick(g, tables)
	if g.chance(40) {
		w.text.Request = "PUT " + org + "jobs/ingest/" + g.recordID("750") + "/batches"
	}
	end := pick(g, []string{"\n", "\r\n"})
	all := g.chance(30)
	for row := range 2 + g.IntN(4) {
		cells := g.cells(lines)
		if row == 0 {
			for i, c := range cells {
				if i > 0 {
					w.raw(",")
				}
				w.raw(quoteHeader(c.key, all))
			}
			w.raw(end)
		} else {
			g.meet()
			cells = g.cells(lines)
		}
		for i, c := range cells {
			if i > 0 {
				w.raw(",")
			}
			if all || strings.ContainsAny(c.held.String(), ",\"\n") {
				w.raw(`"`)
				w.field(c.held, c.note, quoteCSV)
				w.raw(`"`)
				continue
			}
			w.field(c.held, c.note, nil)
		}
		w.raw(end)
	}
}

func quoteHeader(key string, quoted bool) string {
	if quoted || strings.Contains(key, ",") {
		return `"` + quoteCSV(key) + `"`
	}
	return key
}
