package corpus

import "strings"

var messages = load("hl7.txt")

// quoteHL7 spells a component (HL7 v2.5.1, section 2.7).
func quoteHL7(s string) string {
	return strings.NewReplacer(`\`, `\E\`, "|", `\F\`, "^", `\S\`, "&", `\T\`, "~", `\R\`, "\n", `\.br\`).Replace(s)
}

// writeHL7 writes a message, its segments ended by carriage returns, now and then as files hold them: by line feeds.
func writeHL7(g *generator, w *writer) {
	w.text.MediaType = "application/hl7-v2"
	end := pick(g, []string{"\r", "\r", "\n"})
	for _, segment := range pick(g, messages).lines(g) {
		g.write(w, g.choose(segment), quoteHL7)
		w.raw(end)
	}
}
