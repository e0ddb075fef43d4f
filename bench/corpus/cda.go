package corpus

import "strings"

var documents = load("cda.txt")

// writeCDA writes a clinical document, pretty or on one line.
func writeCDA(g *generator, w *writer) {
	w.text.MediaType = pick(g, []string{"application/hl7-cda+xml", "text/xml", "application/xml"})
	end := pick(g, []string{"\n", "\r\n", ""})
	for _, line := range pick(g, documents).lines(g) {
		if end == "" {
			line = strings.TrimLeft(line, " ")
		}
		g.write(w, line+end, quoteXML)
	}
}
