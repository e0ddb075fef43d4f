package corpus

import "strings"

var transmissions = load("ncpdp.txt")

// quoteNCPDP spells a value: there are no escapes, and control characters separate.
func quoteNCPDP(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
}

// writeNCPDP writes a transmission of the Telecommunication Standard, now and then as one of a batch.
func writeNCPDP(g *generator, w *writer) {
	w.text.MediaType = pick(g, []string{"application/x-ncpdp", "application/octet-stream", ""})
	batch := g.chance(20)
	if batch {
		w.raw("\x0200T" + "SENDER                  " + g.shape("#######") + g.harmless("date8") + g.harmless("time4") + "P12RECEIVER                \x03\r\n\x02G1" + g.shape("##########"))
	}
	for i, line := range pick(g, transmissions).lines(g) {
		if i > 0 {
			line, transaction := strings.CutPrefix(line, ">")
			if transaction {
				w.raw("\x1D")
			}
			g.write(w, "\x1E\x1C"+strings.ReplaceAll(line, "|", "\x1C"), quoteNCPDP)
			continue
		}
		g.write(w, line, quoteNCPDP)
	}
	if batch {
		w.raw("\x03\r\n\x0299" + g.shape("#######") + "0000000003" + strings.Repeat(" ", 35) + "\x03\r\n")
	}
}
