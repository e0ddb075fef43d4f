package format

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phigate/phigate/inspect"
)

// document is a body and how to read it.
type document struct {
	format string
	shape  inspect.Shape
	body   string
}

func (d document) open() inspect.Decoder {
	f, err := Choose(d.format, "", nil)
	if err != nil {
		panic(err)
	}
	return f.New(d.shape, Limits{})
}

// documents draws bodies of every format.
func documents() *rapid.Generator[document] {
	return rapid.Custom(func(t *rapid.T) document {
		switch rapid.SampledFrom([]string{"json", "csv", "form", "text"}).Draw(t, "format") {
		case "json":
			records := rapid.SampledFrom([][]string{nil, {"[]"}, {"records"}, {"a.records", "records"}, {"[].records", "a[]"}}).Draw(t, "records")
			return document{"json", inspect.Shape{Records: records}, space(t) + drawJSON(t, 4) + space(t)}
		case "csv":
			d := rapid.SampledFrom([]byte{0, ',', ';', '|', '\t', '^', '`'}).Draw(t, "delimiter")
			return document{"csv", inspect.Shape{Object: "Contact", Delimiter: d}, drawCSV(t, d)}
		case "form":
			return document{"form", inspect.Shape{}, drawForm(t)}
		}
		return document{"text", inspect.Shape{}, strings.ReplaceAll(rapid.String().Draw(t, "text"), "\x00", "")}
	})
}

func space(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "", "", " ", "\n", "\r\n\t "}).Draw(t, "space")
}

// drawJSON draws a value, nested up to depth; most of them are what paths lead to.
func drawJSON(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	if depth == 0 && kind < 6 {
		kind = 6
	}
	n := rapid.IntRange(0, 4).Draw(t, "length")
	var b strings.Builder
	switch {
	case kind < 3:
		names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"records", "a", "b", "", "é", "SSN__c", "x\"y", "\n"}), n, n, rapid.ID).Draw(t, "names")
		for i, name := range names {
			b.WriteString(strings.Repeat(",", min(i, 1)) + space(t) + drawString(t, name) + space(t) + ":" + space(t) + drawJSON(t, depth-1) + space(t))
		}
		return "{" + b.String() + space(t) + "}"
	case kind < 6:
		for i := range n {
			b.WriteString(strings.Repeat(",", min(i, 1)) + space(t) + drawJSON(t, depth-1) + space(t))
		}
		return "[" + b.String() + space(t) + "]"
	case kind < 8:
		return drawString(t, rapid.String().Draw(t, "string"))
	}
	return rapid.SampledFrom([]string{"0", "-1", "12.50", "1e9", "-0.0E-7", "true", "false", "null"}).Draw(t, "scalar")
}

// drawString spells s as a JSON string, each character in one of the ways that there are.
func drawString(t *rapid.T, s string) string {
	b := []byte{'"'}
	escape := rapid.IntRange(0, 3).Draw(t, "escape") == 0
	for _, r := range s {
		switch {
		case escape && r < 0x10000:
			b = fmt.Appendf(b, `\u%04x`, r)
		case escape:
			b = fmt.Appendf(b, `\u%04X\u%04x`, 0xD800+(r-0x10000)>>10, 0xDC00+(r-0x10000)&0x3FF)
		default:
			b = inspect.JSONString.Append(b, []byte(string(r)))
		}
	}
	return string(append(b, '"'))
}

func drawCSV(t *rapid.T, delim byte) string {
	if delim == 0 {
		delim = ','
	}
	end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "line end")
	columns := rapid.IntRange(1, 4).Draw(t, "columns")
	var b strings.Builder
	b.WriteString(rapid.SampledFrom([]string{"", "\xEF\xBB\xBF"}).Draw(t, "mark"))
	for i := range rapid.IntRange(1, 4).Draw(t, "rows") {
		for c := range columns {
			b.WriteString(strings.Repeat(string(rune(delim)), min(c, 1)))
			switch {
			case i == 0:
				fmt.Fprintf(&b, "Column%d", c)
			case rapid.Bool().Draw(t, "quoted"):
				b.WriteString(`"` + string(inspect.CSVQuoted.Append(nil, []byte(drawText(t, "\x00")))) + `"`)
			default:
				b.WriteString(drawText(t, "\x00\r\n\""+string(rune(delim))))
			}
		}
		b.WriteString(end)
	}
	if rapid.Bool().Draw(t, "open end") && columns > 1 {
		return strings.TrimSuffix(b.String(), end)
	}
	return b.String()
}

// drawText draws a string without the characters in not.
func drawText(t *rapid.T, not string) string {
	s := rapid.OneOf(rapid.SampledFrom([]string{"", "#N/A", "123-45-6789", "a \"b\", c;d\r\ne"}), rapid.String()).Draw(t, "text")
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(not, r) {
			return -1
		}
		return r
	}, s)
}

func drawForm(t *rapid.T) string {
	var pairs []string
	for range rapid.IntRange(0, 4).Draw(t, "pairs") {
		name := string(inspect.FormValue.Append(nil, []byte(rapid.String().Draw(t, "name"))))
		value := string(inspect.FormValue.Append(nil, []byte(rapid.String().Draw(t, "value"))))
		pairs = append(pairs, name+rapid.SampledFrom([]string{"=", "=", ""}).Draw(t, "equals")+value)
	}
	return strings.Join(pairs, "&")
}

// TestLawSplits: records and fields do not depend on how the body was cut into reads.
func TestLawSplits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := documents().Draw(t, "document")
		want, err := whole(doc.open(), doc.body)
		if err != nil {
			t.Fatalf("%q: %v", doc.body, err)
		}
		got, err := drain(doc.open(), []byte(doc.body), func() int { return rapid.IntRange(1, 9).Draw(t, "read") })
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatalf("%q: %v (-whole +cut)\n%s", doc.body, err, diff)
		}
	})
}

// TestLawBytes: every byte is in exactly one record, and without edits nothing changes.
func TestLawBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := documents().Draw(t, "document")
		rows, err := whole(doc.open(), doc.body)
		if err != nil {
			t.Fatalf("%q: %v", doc.body, err)
		}
		var out []byte
		for _, r := range rows {
			if r.Raw == "" {
				t.Fatalf("%q: an empty record", doc.body)
			}
			out = inspect.Splice(out, []byte(r.Raw), nil)
		}
		if string(out) != doc.body {
			t.Fatalf("records hold %q of %q", out, doc.body)
		}
	})
}

// TestLawEdit: a value that is replaced by its encoding is read back, and all else stays what it was.
func TestLawEdit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := documents().Draw(t, "document")
		want, err := whole(doc.open(), doc.body)
		if err != nil {
			t.Fatalf("%q: %v", doc.body, err)
		}
		var places [][2]int
		for i, r := range want {
			for j := range r.Fields {
				if r.Role != inspect.Header && r.Fields[j].Carrier != inspect.InName { // with a name its value changes too
					places = append(places, [2]int{i, j})
				}
			}
		}
		if len(places) == 0 {
			return
		}
		place := rapid.SampledFrom(places).Draw(t, "place")
		replacement, body := replace(t, doc, place)
		got, err := whole(doc.open(), body)
		if err != nil {
			t.Fatalf("%q became %q: %v", doc.body, body, err)
		}
		f := &want[place[0]].Fields[place[1]]
		f.Value = replacement
		normalise := func(rows []row) {
			for i := range rows {
				rows[i].Raw = ""
			}
			f := &rows[place[0]].Fields[place[1]]
			f.Raw, f.Kind = "", inspect.String
		}
		normalise(want)
		normalise(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q became %q (-want +got)\n%s", doc.body, body, diff)
		}
	})
}

// replace puts a new value of the right kind into the field at place, and returns it and the new body.
func replace(t *rapid.T, doc document, place [2]int) (replacement, body string) {
	d := doc.open()
	var out []byte
	rec := new(inspect.Record)
	for i, at := 0, 0; at < len(doc.body); i++ {
		n, err := d.Decode([]byte(doc.body[at:]), true, rec)
		if err != nil {
			t.Fatal(err)
		}
		var edits []inspect.Edit
		if i == place[0] {
			f := &rec.Fields[place[1]]
			switch {
			case f.Kind != inspect.String && doc.format == "json":
				replacement = rapid.SampledFrom([]string{"0", "-17.5", "true", "null"}).Draw(t, "scalar")
			case f.Encoding == inspect.Plain:
				replacement = drawText(t, "\x00\r\n\",;|\t^`") + "x"
			default:
				replacement = drawText(t, "\x00") + "x"
			}
			edits = append(edits, inspect.Edit{Start: f.Start, End: f.End, New: f.Encoding.Append(nil, []byte(replacement))})
		}
		out = inspect.Splice(out, rec.Raw, edits)
		at += n
	}
	return replacement, string(out)
}

// TestLawSource: the raw range of a part of a value holds that part, spelt as it stands in the body.
func TestLawSource(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := documents().Draw(t, "document")
		d := doc.open()
		rec := new(inspect.Record)
		for at := 0; at < len(doc.body); {
			n, err := d.Decode([]byte(doc.body[at:]), true, rec)
			if err != nil {
				t.Fatal(err)
			}
			at += n
			for i := range rec.Fields {
				f := &rec.Fields[i]
				start, end := f.Source(rec, 0, len(f.Value))
				if len(f.Value) > 0 && (start != f.Start || end != f.End) {
					t.Fatalf("%q: the value is at %d:%d, its source at %d:%d", rec.Raw, f.Start, f.End, start, end)
				}
			}
		}
	})
}
