package corpus

import (
	"fmt"
	"strings"
)

var transactions = load("x12.txt")

// groups are the functional identifier codes of transactions (GS01).
var groups = map[string]string{"837": "HC", "270": "HS", "271": "HB", "834": "BE", "278": "HI", "835": "HP"}

// quoteX12 spells an element: X12 has no escapes, so that separators become spaces.
func quoteX12(s string) string {
	return strings.NewReplacer("*", " ", "~", " ", ":", " ", "\n", " ", "|", " ").Replace(s)
}

// writeX12 writes an interchange of one transaction.
func writeX12(g *generator, w *writer) {
	w.text.MediaType = "application/edi-x12"
	lines := pick(g, transactions).lines(g)
	kind := strings.Split(lines[0], "*")[1]
	end := pick(g, []string{"~", "~\n", "~"})
	control := g.harmless("control")
	w.raw(fmt.Sprintf("ISA*00*          *00*          *ZZ*%-15s*ZZ*%-15s*%s*%s*^*00501*%s*0*P*:%s", "SUBMITTER01", "RECEIVER77",
		g.harmless("date6"), g.harmless("time4"), control, end))
	version := "005010X222A1"
	if fields := strings.Split(lines[0], "*"); len(fields) > 3 {
		version = fields[3]
	}
	w.raw(fmt.Sprintf("GS*%s*SUBMITTER01*RECEIVER77*%s*%s*1*X*%s%s", groups[kind], g.harmless("date8"), g.harmless("time4"), version, end))
	for _, line := range lines {
		line = strings.ReplaceAll(line, "${se}", fmt.Sprint(len(lines)))
		g.write(w, g.choose(line), quoteX12)
		w.raw(end)
	}
	w.raw("GE*1*1" + end + "IEA*1*" + control + end)
}
