package chart

import (
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"
)

// colours is how many classes s0, s1, ... there are.
const colours = 8

// Lines draws one line for each series. The series number i has the class "s" and i, up to s7.
func Lines(f Frame, series []Series) template.HTML { return plotted(f, series, false) }

// Area draws one series as a line with the area below it filled.
func Area(f Frame, s Series) template.HTML { return plotted(f, []Series{s}, true) }

func plotted(f Frame, series []Series, filled bool) template.HTML {
	f.defaults()
	times := timesOf(series)
	if len(times) == 0 {
		return emptyChart(f, time.Time{}, time.Time{})
	}
	from, to := times[0], times[len(times)-1]
	highest, all := int64(0), int64(0)
	totals := make([]int64, len(series))
	for i, s := range series {
		for _, p := range s.Points {
			totals[i], highest = add(totals[i], p.N), max(highest, p.N)
		}
		all = add(all, totals[i])
	}
	if all == 0 {
		return emptyChart(f, from, to)
	}
	c := newCanvas(f, from, to, float64(highest))
	c.open(c.summary(series, totals, highest))
	c.draw(func() {
		for i, s := range series {
			c.line("s"+strconv.Itoa(i%colours), s.Points, filled)
		}
	})
	c.labels()
	c.raw("</svg>")
	if len(series) > 1 {
		c.names(series, totals)
	}
	c.table(times, func(int) string { return "" }, seriesColumns(series, times))
	c.raw("</figure>")
	return c.html()
}

// timesOf returns all times of the points, sorted, each once.
func timesOf(series []Series) []time.Time {
	var times []time.Time
	for _, s := range series {
		for _, p := range s.Points {
			times = append(times, p.From)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	return slices.CompactFunc(times, time.Time.Equal)
}

func seriesColumns(series []Series, times []time.Time) []column {
	columns := make([]column, len(series))
	for i, s := range series {
		values := make(map[int64]int64, len(s.Points))
		for _, p := range s.Points {
			values[p.From.UnixNano()] = add(values[p.From.UnixNano()], p.N)
		}
		columns[i] = column{s.Name, func(row int) int64 { return values[times[row].UnixNano()] }}
	}
	return columns
}

func (c *canvas) summary(series []Series, totals []int64, highest int64) string {
	parts := make([]string, len(series))
	for i, s := range series {
		parts[i] = s.Name + " " + grouped(totals[i])
	}
	return c.frame.Unit + " from " + c.from.UTC().Format(clock) + " to " + c.to.UTC().Format(clock) + " UTC: " +
		strings.Join(parts, ", ") + ". The highest value is " + grouped(highest) + "."
}

// line draws the points. A single one becomes a level line, since a point alone could not be seen.
func (c *canvas) line(class string, points []Point, filled bool) {
	if len(points) == 0 {
		return
	}
	var at strings.Builder
	for _, p := range points {
		at.WriteString(coordinate(c.x(p.From)) + "," + coordinate(c.y(float64(p.N))) + " ")
	}
	first, last := points[0], points[len(points)-1]
	left, right := c.x(first.From), c.x(last.From)
	if len(points) == 1 {
		left, right = 0, width
		level := coordinate(c.y(float64(first.N)))
		at.Reset()
		at.WriteString("0," + level + " 1000," + level)
	}
	line := strings.TrimSpace(at.String())
	if filled {
		h := coordinate(float64(c.frame.Height))
		c.raw(`<polygon class="c-fill `, class, `" points="`, coordinate(left), ",", h, " ", line, " ", coordinate(right), ",", h, `"/>`)
	}
	c.raw(`<polyline class="c-line `, class, `" vector-effect="non-scaling-stroke" points="`, line, `"/>`)
}

// names is the legend of lines.
func (c *canvas) names(series []Series, totals []int64) {
	c.raw(`<ul class="c-legend">`)
	for i, s := range series {
		c.raw(`<li><svg class="c-swatch" width="22" height="10" aria-hidden="true"><line class="c-line s`, strconv.Itoa(i%colours),
			`" x1="0" x2="22" y1="5" y2="5"/></svg>`)
		c.text(s.Name)
		c.raw(" ")
		c.element(`span class="num"`, grouped(totals[i]))
		c.raw("</li>")
	}
	c.raw("</ul>")
}
