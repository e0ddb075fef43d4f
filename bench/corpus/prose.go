package corpus

import "strings"

var proseTemplates = load("prose.txt")

// writeProse writes a note.
func writeProse(g *generator, w *writer) {
	lines := strings.Join(pick(g, proseTemplates).lines(g), "\n")
	w.text.MediaType = "text/plain"
	g.write(w, g.choose(lines), nil)
}
