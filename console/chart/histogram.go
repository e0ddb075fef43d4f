package chart

import (
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"
)

// Histogram draws buckets, oldest first, as bars stacked in the given order of keys, the first one at the bottom. Keys that
// are not in order come last, sorted. A key colours its part by the class "k-" and the key, and is called what f.Word says.
func Histogram(f Frame, order []string, buckets []Bucket) template.HTML {
	f.defaults()
	if len(buckets) == 0 {
		return emptyChart(f, time.Time{}, time.Time{})
	}
	from, to := buckets[0].From, buckets[len(buckets)-1].To
	totals := map[string]int64{}
	all, highest, peak := int64(0), int64(0), 0
	for i, b := range buckets {
		sum := int64(0)
		for key, n := range b.Counts {
			totals[key] = add(totals[key], int64(n))
			sum = add(sum, int64(n))
		}
		if all = add(all, sum); sum > highest {
			highest, peak = sum, i
		}
	}
	if all == 0 {
		return emptyChart(f, from, to)
	}
	keys := stacked(order, totals)
	c := newCanvas(f, from, to, float64(highest))
	c.open(c.describe(all, keys, totals, buckets[peak], highest))
	c.draw(func() {
		for _, b := range buckets {
			c.stack(keys, b)
		}
	})
	c.labels()
	c.raw("</svg>")
	c.legend(keys, totals)
	columns := make([]column, len(keys), len(keys)+1)
	for i, key := range keys {
		columns[i] = column{f.word(key), func(row int) int64 { return int64(buckets[row].Counts[key]) }}
	}
	times := make([]time.Time, len(buckets))
	for i, b := range buckets {
		times[i] = b.From
	}
	c.table(times, func(row int) string { return c.link(buckets[row]) }, columns)
	c.raw("</figure>")
	return c.html()
}

// stacked returns the keys that count, in the order of the stack.
func stacked(order []string, totals map[string]int64) []string {
	keys := make([]string, 0, len(totals))
	for _, key := range order {
		if totals[key] > 0 && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(totals)) {
		if totals[key] > 0 && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

func (c *canvas) describe(all int64, keys []string, totals map[string]int64, peak Bucket, highest int64) string {
	var s strings.Builder
	s.WriteString(grouped(all) + " " + c.frame.Unit + " from " + c.from.UTC().Format(clock) + " to " + c.to.UTC().Format(clock) + " UTC: ")
	for i, key := range keys {
		if i > 0 {
			s.WriteString(", ")
		}
		s.WriteString(c.frame.word(key) + " " + grouped(totals[key]))
	}
	s.WriteString(". Most at " + peak.From.UTC().Format(clock) + ": " + grouped(highest) + ".")
	return s.String()
}

// link returns the address behind a bucket.
func (c *canvas) link(b Bucket) string {
	if c.frame.Link == nil {
		return ""
	}
	return address(c.frame.Link(b.From, b.To))
}

// stack draws one bar. Its link is for the pointer only; the table has it for everybody.
func (c *canvas) stack(keys []string, b Bucket) {
	left, right := c.x(b.From), c.x(b.To)
	gap := min((right-left)*0.16, 3)
	title := b.From.UTC().Format(clock)
	var parts markup
	bottom := float64(c.frame.Height)
	for _, key := range keys {
		n := int64(b.Counts[key])
		if n <= 0 {
			continue
		}
		high := max(float64(c.frame.Height)*float64(n)/c.top, 1.5) // the smallest count can be seen
		bottom -= high
		parts.raw(`<rect class="`, class("k-", key), `" x="`, coordinate(left+gap/2), `" y="`, coordinate(bottom),
			`" width="`, coordinate(max(right-left-gap, 0.5)), `" height="`, coordinate(high), `"/>`)
		title += ", " + c.frame.word(key) + " " + grouped(n)
	}
	if parts.b.Len() == 0 {
		return
	}
	href := c.link(b)
	if href != "" {
		c.raw(`<a tabindex="-1" href="`, escape(href), `">`)
	}
	c.raw("<g>")
	c.element("title", title)
	c.raw(`<rect class="c-hit" x="`, coordinate(left), `" y="0" width="`, coordinate(max(right-left, 0.5)), `" height="`,
		coordinate(float64(c.frame.Height)), `"/>`, parts.b.String(), "</g>")
	if href != "" {
		c.raw("</a>")
	}
}

// legend names the keys beside their colours, with their totals.
func (c *canvas) legend(keys []string, totals map[string]int64) {
	c.raw(`<ul class="c-legend">`)
	for _, key := range keys {
		c.raw("<li>", swatch(class("k-", key)))
		c.text(c.frame.word(key))
		c.raw(" ")
		c.element(`span class="num"`, grouped(totals[key]))
		c.raw("</li>")
	}
	c.raw("</ul>")
}

// swatch is a small square in the colour of a class.
func swatch(class string) string {
	return `<svg class="c-swatch" width="10" height="10" aria-hidden="true"><rect class="` + class + `" width="10" height="10"/></svg>`
}
