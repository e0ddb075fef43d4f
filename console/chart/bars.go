package chart

import "html/template"

// Bars draws a table with a bar in each row, in the order given: the table is the chart.
func Bars(f Frame, amounts []Amount) template.HTML {
	f.defaults()
	var m markup
	if len(amounts) == 0 {
		m.element(`p class="empty"`, f.Empty)
		return m.html()
	}
	highest := int64(1)
	for _, a := range amounts {
		highest = max(highest, a.N)
	}
	m.raw(`<table class="list c-bars">`)
	m.element("caption", f.Title)
	m.raw("<thead><tr>")
	m.element(`th scope="col"`, "Name")
	m.element(`th scope="col" class="num"`, f.Unit)
	m.raw("</tr></thead><tbody>")
	for _, a := range amounts {
		m.bar(a, float64(max(a.N, 0))/float64(highest)*100)
	}
	m.raw("</tbody></table>")
	return m.html()
}

// bar writes a row whose bar is share of a hundred long. The bar only repeats the number, so it is hidden from readers.
func (m *markup) bar(a Amount, share float64) {
	m.raw(`<tr><th scope="row">`)
	if href := address(a.Href); href != "" {
		m.element(`a href="`+escape(href)+`"`, a.Name)
	} else {
		m.element("span", a.Name)
	}
	kind := "s0"
	if a.Key != "" {
		kind = class("k-", a.Key)
	}
	if share > 0 {
		share = max(share, 0.5)
	}
	m.raw(`<svg class="c-bar" viewBox="0 0 100 6" preserveAspectRatio="none" width="100%" height="6" aria-hidden="true">`,
		`<rect class="c-track" width="100" height="6"/><rect class="`, kind, `" width="`, coordinate(share), `" height="6"/></svg></th>`)
	m.raw(`<td class="num">`)
	m.text(grouped(max(a.N, 0)))
	if a.Note != "" {
		m.raw(" ")
		m.element(`span class="muted"`, a.Note)
	}
	m.raw("</td></tr>")
}
