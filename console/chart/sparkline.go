package chart

import (
	"html/template"
	"slices"
	"strings"
)

// Sparkline draws values, oldest first, without axes, for a cell of a table. Its title says first, highest and last value.
func Sparkline(title string, values []int64) template.HTML {
	var m markup
	m.raw(`<svg class="c-spark" role="img" width="100" height="24" viewBox="0 0 100 24" preserveAspectRatio="none">`)
	if len(values) == 0 {
		m.element("title", title+": no values")
		m.raw(`<line class="c-axis" x1="0" x2="100" y1="23" y2="23"/></svg>`)
		return m.html()
	}
	first, last := values[0], values[len(values)-1]
	highest := slices.Max(values)
	m.element("title", title+": first "+grouped(first)+", highest "+grouped(highest)+", last "+grouped(last))
	scale := float64(max(highest, 1))
	if len(values) == 1 {
		values = []int64{first, first}
	}
	var at strings.Builder
	for i, n := range values {
		x := float64(i) / float64(len(values)-1) * 100
		y := 23 - 22*float64(max(n, 0))/scale
		at.WriteString(coordinate(x) + "," + coordinate(y) + " ")
	}
	line := strings.TrimSpace(at.String())
	m.raw(`<polygon class="c-fill s0" points="0,24 `, line, ` 100,24"/><polyline class="c-line s0" vector-effect="non-scaling-stroke" points="`,
		line, `"/></svg>`)
	return m.html()
}
