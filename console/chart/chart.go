// Package chart draws small charts on the server as SVG: a histogram of stacked bars, lines, a list of bars and a
// sparkline. The functions are pure: typed data in, escaped HTML out, which is also well-formed XML. There is no script
// and no style attribute, so that a strict content security policy holds; colours come from the classes of the page's
// stylesheet. What can be seen can be read too: every chart has a title and a description, and its numbers stand in
// a table. The horizontal geometry is scaled by a viewBox while the letters keep their size, so that a chart can be read on
// a narrow screen.
package chart

import "time"

// Frame is what stands around a chart.
type Frame struct {
	ID     string // prefix of the chart's id attributes, unique in the page: letters, digits, dashes; without it there are no ids
	Title  string // what is shown, as a few words
	Desc   string // a sentence for who cannot see the chart; made from the data when empty
	Unit   string // what is counted, in the plural; "decisions" when empty
	Empty  string // the sentence of a chart without data; "No decisions in this time." when empty
	Height int    // of the plot in CSS pixels; 140 when zero

	// Word is what a key of a [Histogram] is called. Nil shows the key itself.
	Word func(key string) string

	// Link makes the address behind a bar of a [Histogram], for the time from (included) to to. Nil means no links. An
	// address that does not begin with a slash or a question mark is left out.
	Link func(from, to time.Time) string
}

// Bucket counts by key, such as the action, what fell into the time from From (included) to To.
type Bucket struct {
	From, To time.Time
	Counts   map[string]int
}

// Point is a value at a time. It holds until the time of the next point.
type Point struct {
	From time.Time
	N    int64
}

// Series is a named line.
type Series struct {
	Name   string
	Points []Point // oldest first
}

// Amount is a named bar.
type Amount struct {
	Name string
	N    int64
	Href string // the address behind the name; none when empty
	Key  string // colours the bar like this key of a histogram; the accent colour when empty
	Note string // a few words after the number
}
