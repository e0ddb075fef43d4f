package chart

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

var update = flag.Bool("update", false, "write the golden files")

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// day of decisions, one bucket for each hour, in which some hours have none.
func dayOfBuckets() []Bucket {
	list := make([]Bucket, 24)
	for i := range list {
		from := noon.Add(time.Duration(i-24) * time.Hour)
		list[i] = Bucket{From: from, To: from.Add(time.Hour), Counts: map[string]int{}}
		if i%5 != 4 {
			list[i].Counts = map[string]int{"allow": 40 * (i % 7), "block": i % 3, "mask": i % 4, "odd <key>": i % 2}
		}
	}
	return list
}

func line(name string, step time.Duration, values ...int64) Series {
	s := Series{Name: name}
	for i, n := range values {
		s.Points = append(s.Points, Point{From: noon.Add(time.Duration(i) * step), N: n})
	}
	return s
}

// drawings are the charts of the golden files.
func drawings() map[string]template.HTML {
	frame := Frame{ID: "actions", Title: "Decisions by action"}
	linked := frame
	linked.Link = func(from, to time.Time) string {
		return "/queue?q=after:" + from.Format(time.RFC3339) + "&to=" + to.Format(time.RFC3339)
	}
	worded := frame
	worded.Word = func(key string) string { return map[string]string{"block": "Blocked", "mask": "Masked"}[key] + "!" }
	return map[string]template.HTML{
		"histogram":       Histogram(linked, []string{"block", "mask", "allow"}, dayOfBuckets()),
		"histogram-empty": Histogram(frame, []string{"block"}, dayOfBuckets()[4:5]),
		"histogram-none":  Histogram(frame, nil, nil),
		"histogram-words": Histogram(worded, []string{"block"}, dayOfBuckets()[:3]),
		"lines":           Lines(Frame{ID: "rules", Title: "Blocked by rule"}, []Series{line("ssn-never-leaves", time.Hour, 1, 5, 2, 0), line("mask-phones", time.Hour, 0, 2500, 3)}),
		"lines-one-point": Lines(Frame{Title: "One"}, []Series{line("only", time.Hour, 7)}),
		"lines-empty":     Lines(Frame{Title: "None", Empty: "Nothing was blocked."}, nil),
		"area":            Area(Frame{ID: "a", Title: "Bytes", Unit: "bytes", Desc: "How much was sent."}, line("bytes", 24*time.Hour, 100, 900, 400)),
		"bars": Bars(Frame{Title: "Top clients"}, []Amount{{Name: "ehr-sync", N: 12345, Href: "/queue?q=client:ehr-sync&x", Key: "block"},
			{Name: `<b onclick="x">`, N: 1, Href: "javascript:alert(1)", Note: "of 9"}, {Name: "idle"}}),
		"bars-empty":      Bars(Frame{Title: "Top clients", Unit: "clients"}, nil),
		"sparkline":       Sparkline("Blocked a day", []int64{1, 9, 4}),
		"sparkline-empty": Sparkline("Blocked a day", nil),
	}
}

func TestGolden(t *testing.T) {
	for name, got := range drawings() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name+".html")
			text := strings.ReplaceAll(string(got), "><", ">\n<") + "\n"
			if *update {
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), text); diff != "" {
				t.Error(diff)
			}
			checkMarkup(t, string(got))
		})
	}
}

// checkMarkup holds a chart to what the package promises: well-formed XML, known elements, no style, no handler, no
// address outside of the site, no id twice, and a title in every picture with a role.
func checkMarkup(t testing.TB, text string) {
	t.Helper()
	allowed := map[string]bool{"figure": true, "svg": true, "title": true, "desc": true, "line": true, "rect": true, "text": true,
		"g": true, "a": true, "polyline": true, "polygon": true, "details": true, "summary": true, "table": true, "caption": true,
		"thead": true, "tbody": true, "tr": true, "th": true, "td": true, "time": true, "ul": true, "li": true, "span": true, "p": true}
	ids := map[string]bool{}
	d := xml.NewDecoder(strings.NewReader(text))
	depth := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		if _, ok := token.(xml.EndElement); ok {
			depth--
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		depth++
		if !allowed[start.Name.Local] {
			t.Errorf("element %s", start.Name.Local)
		}
		for _, a := range start.Attr {
			name := a.Name.Local
			switch {
			case name == "style", strings.HasPrefix(name, "on"), name == "src":
				t.Errorf("attribute %s", name)
			case name == "href" && !strings.HasPrefix(a.Value, "/") && !strings.HasPrefix(a.Value, "?"), strings.HasPrefix(a.Value, "//"):
				t.Errorf("a link that leaves the site")
			case name == "id" && ids[a.Value]:
				t.Errorf("id %s twice", a.Value)
			case name == "id":
				ids[a.Value] = true
			case strings.Contains(a.Value, "NaN"), strings.Contains(a.Value, "Inf"):
				t.Errorf("attribute %s has no number", name)
			}
		}
	}
	if depth != 0 {
		t.Errorf("%d elements are open", depth)
	}
	if strings.Count(text, `role="img"`) > strings.Count(text, "<title") {
		t.Error("a picture without a title")
	}
}

// TestTable checks that what is drawn can be read: each count of the buckets stands in the table.
func TestTable(t *testing.T) {
	got := string(Histogram(Frame{Title: "T"}, []string{"block", "mask"}, []Bucket{
		{From: noon, To: noon.Add(time.Hour), Counts: map[string]int{"mask": 1234, "block": 5}},
		{From: noon.Add(time.Hour), To: noon.Add(2 * time.Hour)},
	}))
	want := `<th scope="row"><time datetime="2026-11-23T12:00:00Z">2026-11-23 12:00</time></th><td class="num">5</td><td class="num">1,234</td></tr></tbody>`
	if !strings.Contains(got, want) {
		t.Errorf("no row %s in\n%s", want, got)
	}
}

func TestTicks(t *testing.T) {
	at := func(s string) time.Time {
		parsed, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	tests := map[string]struct {
		from, to string
		want     []string
	}{
		"a day":     {"2026-11-22T12:30:00Z", "2026-11-23T12:30:00Z", []string{"15:00", "18:00", "21:00", "Nov 23", "03:00", "06:00", "09:00", "12:00"}},
		"a week":    {"2026-11-16T12:00:00Z", "2026-11-23T12:00:00Z", []string{"Nov 17", "Nov 18", "Nov 19", "Nov 20", "Nov 21", "Nov 22", "Nov 23"}},
		"30 days":   {"2026-10-24T00:00:00Z", "2026-11-23T00:00:00Z", []string{"Oct 26", "Nov 2", "Nov 9", "Nov 16"}},
		"5 minutes": {"2026-11-23T12:00:10Z", "2026-11-23T12:05:10Z", []string{"12:01", "12:02", "12:03", "12:04", "12:05"}},
		"a minute":  {"2026-11-23T12:00:00Z", "2026-11-23T12:01:00Z", []string{"12:00:00", "12:00:10", "12:00:20", "12:00:30", "12:00:40", "12:00:50"}},
		"a year":    {"2025-11-23T00:00:00Z", "2026-11-23T00:00:00Z", []string{"Jan 2026", "Mar 2026", "May 2026", "Jul 2026", "Sep 2026", "Nov 2026"}},
		"a century": {"1926-11-23T00:00:00Z", "2026-11-23T00:00:00Z", []string{"Jan 1950", "Jan 2000"}},
		"nothing":   {"2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z", nil},
		"backwards": {"2026-11-23T12:00:00Z", "2026-11-22T12:00:00Z", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, tick := range ticks(at(test.from), at(test.to), mostTicks) {
				got = append(got, tick.label)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRoundValues(t *testing.T) {
	for highest, want := range map[float64]string{0: "1", 1: "1", 3: "1", 4: "2", 9: "5", 30: "10", 31: "20", 4200: "2k", 5e6: "2M"} {
		if got := short(roundStep(highest, gridParts)); got != want {
			t.Errorf("step to %v = %s, want %s", highest, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", math.MaxInt64: "9,223,372,036,854,775,807"} {
		if got := grouped(n); got != want {
			t.Errorf("grouped(%d) = %s, want %s", n, got, want)
		}
	}
	if got := add(math.MaxInt64, 1); got != math.MaxInt64 {
		t.Errorf("add overflows to %d", got)
	}
}

func TestAddress(t *testing.T) {
	for href, want := range map[string]string{"/queue?q=x": "/queue?q=x", "?q=x": "?q=x", "/": "/", "": "", "//example.org": "",
		`/\example.org`: "", "https://example.org": "", "javascript:alert(1)": "", "queue": ""} {
		if got := address(href); got != want {
			t.Errorf("address(%q) = %q, want %q", href, got, want)
		}
	}
}

func FuzzLabels(f *testing.F) {
	f.Add("block", "Decisions", "/queue", int64(3), int64(3600), uint8(5))
	f.Add("</title><script>", `"><img src=x onerror=y>`, "javascript:x", int64(-1), int64(-5), uint8(1))
	f.Add("\x00\xff\ufffe", "]]>&amp;", "//x", int64(math.MaxInt64), int64(math.MaxInt64), uint8(200))
	f.Fuzz(func(t *testing.T, name, title, href string, n, seconds int64, count uint8) {
		frame := Frame{ID: name, Title: title, Unit: name, Link: func(_, _ time.Time) string { return href }}
		step := time.Duration(seconds)
		buckets := make([]Bucket, count)
		points := make([]Point, count)
		values := make([]int64, count)
		for i := range buckets {
			from := noon.Add(step * time.Duration(i))
			buckets[i] = Bucket{From: from, To: from.Add(step), Counts: map[string]int{name: int(n), "block": i}}
			points[i] = Point{From: from, N: n}
			values[i] = n
		}
		series := []Series{{Name: name, Points: points}, {Name: title, Points: points}}
		amounts := []Amount{{Name: name, N: n, Href: href, Key: title, Note: title}, {Name: title, N: int64(count)}}
		page := string(Histogram(frame, []string{"block", title}, buckets))
		frame.ID += "-2"
		page += string(Lines(frame, series)) + string(Bars(frame, amounts)) + string(Sparkline(title, values))
		frame.ID += "-3"
		page += string(Area(frame, series[0]))
		checkMarkup(t, "<figure>"+page+"</figure>")
		// A browser reads the same elements as XML has: nothing was escaped for only one of both.
		if got, want := htmlElements(t, page), xmlElements(page); got != want {
			t.Errorf("HTML has %d elements, XML %d", got, want)
		}
	})
}

func htmlElements(t testing.TB, page string) int {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(page))
	n := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return n
		case html.StartTagToken, html.SelfClosingTagToken:
			n++
		}
	}
}

func xmlElements(page string) int {
	d := xml.NewDecoder(strings.NewReader("<r>" + page + "</r>"))
	n := -1
	for {
		token, err := d.Token()
		if err != nil {
			return n
		}
		if _, ok := token.(xml.StartElement); ok {
			n++
		}
	}
}

func BenchmarkHistogram(b *testing.B) {
	buckets := dayOfBuckets()
	b.ReportAllocs()
	for b.Loop() {
		Histogram(Frame{ID: "a", Title: "Decisions"}, []string{"block", "mask", "allow"}, buckets)
	}
}

func ExampleSparkline() {
	fmt.Println(Sparkline("Blocked a day", nil))
	// Output: <svg class="c-spark" role="img" width="100" height="24" viewBox="0 0 100 24" preserveAspectRatio="none"><title>Blocked a day: no values</title><line class="c-axis" x1="0" x2="100" y1="23" y2="23"/></svg>
}
