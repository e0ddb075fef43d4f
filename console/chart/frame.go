package chart

import (
	"html/template"
	"time"
)

// The parts of a chart in CSS pixels. Across, the plot is 1000 units of the inner viewBox wide.
const (
	above      = 16 // room for the label of the highest line
	below      = 20 // room for the times
	width      = 1000
	plotHeight = 140
	mostTicks  = 8
	gridParts  = 3
	clock      = "2006-01-02 15:04"
)

func (f *Frame) defaults() {
	f.ID = identifier(f.ID)
	if f.Unit == "" {
		f.Unit = "decisions"
	}
	if f.Empty == "" {
		f.Empty = "No " + f.Unit + " in this time."
	}
	if f.Height <= 0 {
		f.Height = plotHeight
	}
}

// word is what a key is called.
func (f *Frame) word(key string) string {
	if f.Word == nil {
		return key
	}
	return f.Word(key)
}

// canvas is the time and the values that a plot shows.
type canvas struct {
	markup
	frame    Frame
	from, to time.Time
	top      float64 // the value of the highest line
	step     float64
}

// newCanvas begins a figure whose highest value is highest.
func newCanvas(f Frame, from, to time.Time, highest float64) *canvas {
	c := &canvas{frame: f, from: from, to: to}
	c.step = roundStep(max(highest, 1), gridParts)
	for c.top = c.step; c.top < highest; {
		c.top += c.step
	}
	return c
}

// open writes the beginning of the picture, its names and the grid.
func (c *canvas) open(desc string) {
	f := c.frame
	if f.Desc != "" {
		desc = f.Desc
	}
	title, about := "", ""
	role := "img"
	if f.Link != nil {
		role = "group" // what is in a picture is hidden from screen readers, links too
	}
	c.raw(`<figure class="chart"><svg class="c-plot" role="`, role, `" width="100%" height="`, coordinate(float64(above+f.Height+below)), `"`)
	if f.ID != "" {
		title, about = ` id="`+f.ID+`-title"`, ` id="`+f.ID+`-desc"`
		c.raw(` aria-labelledby="`, f.ID, `-title" aria-describedby="`, f.ID, `-desc"`)
	}
	c.raw(">")
	c.element("title"+title, f.Title)
	c.element("desc"+about, desc)
	for v := 0.0; v <= c.top; v += c.step {
		y := coordinate(above + c.y(v))
		kind := "c-grid"
		if v == 0 {
			kind = "c-axis"
		}
		c.raw(`<line class="`, kind, `" x1="0" x2="100%" y1="`, y, `" y2="`, y, `"/>`)
	}
}

// draw writes a picture that is stretched over the width of the plot: 1000 units, whatever the screen's width.
func (c *canvas) draw(picture func()) {
	h := coordinate(float64(c.frame.Height))
	c.raw(`<svg x="0" y="`, coordinate(above), `" width="100%" height="`, h, `" viewBox="0 0 1000 `, h, `" preserveAspectRatio="none">`)
	picture()
	c.raw("</svg>")
}

// labels writes the letters: they keep their size. Each second time is left out on a narrow screen by its class.
func (c *canvas) labels() {
	for v := c.step; v <= c.top; v += c.step {
		c.element(`text class="c-tick" x="0" y="`+coordinate(above+c.y(v)-4)+`"`, short(v))
	}
	y := coordinate(float64(above + c.frame.Height + 15))
	for i, t := range ticks(c.from, c.to, mostTicks) {
		x := c.x(t.at) / width * 100
		kind, anchor := "c-tick", "middle"
		if i%2 == 1 {
			kind = "c-tick c-minor"
		}
		switch {
		case x < 4:
			anchor = "start"
		case x > 96:
			anchor = "end"
		}
		c.element(`text class="`+kind+`" x="`+coordinate(x)+`%" y="`+y+`" text-anchor="`+anchor+`"`, t.label)
	}
}

// blank writes the sentence of a chart without data in the middle of its axes.
func (c *canvas) blank() {
	c.element(`text class="c-none" x="50%" y="`+coordinate(above+float64(c.frame.Height)/2)+`" text-anchor="middle"`, c.frame.Empty)
}

// x returns where t is, in units of the plot.
func (c *canvas) x(t time.Time) float64 {
	span := c.to.Sub(c.from)
	if span <= 0 {
		return 0
	}
	return min(max(float64(t.Sub(c.from))/float64(span), 0), 1) * width
}

// y returns where the value v is, in pixels from the upper end of the plot.
func (c *canvas) y(v float64) float64 {
	return float64(c.frame.Height) * (1 - min(max(v/c.top, 0), 1))
}

// emptyChart draws axes with a sentence.
func emptyChart(f Frame, from, to time.Time) template.HTML {
	c := newCanvas(f, from, to, 0)
	c.open(f.Empty)
	c.blank()
	c.labels()
	c.raw("</svg></figure>")
	return c.html()
}

// column is a named column of the table behind a chart.
type column struct {
	name string
	cell func(row int) int64
}

// table writes the numbers behind the picture. Rows without any are left out.
func (c *canvas) table(times []time.Time, href func(row int) string, columns []column) {
	c.raw(`<details class="c-data"><summary>`)
	c.text("Numbers: " + c.frame.Title)
	c.raw(`</summary><table class="list">`)
	c.element("caption", c.frame.Title+". Times without "+c.frame.Unit+" are left out.")
	c.raw(`<thead><tr>`)
	c.element(`th scope="col"`, "From (UTC)")
	for _, col := range columns {
		c.element(`th scope="col" class="num"`, col.name)
	}
	c.raw("</tr></thead><tbody>")
	for row, at := range times {
		sum := int64(0)
		for _, col := range columns {
			sum = add(sum, col.cell(row))
		}
		if sum > 0 {
			c.row(row, at, href(row), columns)
		}
	}
	c.raw("</tbody></table></details>")
}

func (c *canvas) row(row int, at time.Time, href string, columns []column) {
	at = at.UTC()
	c.raw(`<tr><th scope="row">`)
	if href = address(href); href != "" {
		c.raw(`<a href="`, escape(href), `">`)
	}
	c.element(`time datetime="`+at.Format(time.RFC3339)+`"`, at.Format(clock))
	if href != "" {
		c.raw("</a>")
	}
	c.raw("</th>")
	for _, col := range columns {
		c.element(`td class="num"`, grouped(max(col.cell(row), 0)))
	}
	c.raw("</tr>")
}
