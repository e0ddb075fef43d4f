package format

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phigate/phigate/inspect"
)

// xmlShapes are paths that lead somewhere in what drawXML draws.
var xmlShapes = [][]string{nil, {"a"}, {"a.b"}, {"a.b", "a.c.b"}, {"a.b.b", "a.c"}}

// drawXML draws an element with the given name, nested up to depth.
func drawXML(t *rapid.T, name string, depth int) string {
	var b strings.Builder
	b.WriteString("<" + name)
	attributes := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"x", "s:y", "nil", "xmlns", "xmlns:s"}), rapid.ID).Draw(t, "attributes")
	for _, a := range attributes {
		quote := rapid.SampledFrom([]string{`"`, `'`}).Draw(t, "quote")
		b.WriteString("\n" + a + space(t) + "=" + space(t) + quote + drawReferred(t) + quote)
	}
	n := rapid.IntRange(-2, 3).Draw(t, "children")
	switch {
	case n == -2:
		return b.String() + space(t) + "/>"
	case n <= 0 || depth == 0:
		b.WriteString(space(t) + ">" + drawPiece(t, rapid.Bool().Draw(t, "comment")))
	default:
		b.WriteString(">" + rapid.SampledFrom([]string{"", "", "text", "<!-- 1 -->"}).Draw(t, "mixed"))
		for range n {
			b.WriteString(space(t) + drawXML(t, rapid.SampledFrom([]string{"b", "c", "s:b", "d-e"}).Draw(t, "name"), depth-1) + space(t))
		}
	}
	return b.String() + "</" + name + space(t) + ">"
}

// drawPiece draws the content of an element that holds one value.
func drawPiece(t *rapid.T, comment bool) string {
	content := drawReferred(t)
	if rapid.IntRange(0, 4).Draw(t, "section") == 0 {
		content = space(t) + "<![CDATA[" + strings.ReplaceAll(drawCharacters(t), "]]>", "]>") + "]]>" + space(t)
	}
	if comment {
		content += "<!-- " + strings.ReplaceAll(drawCharacters(t), "-", "") + " -->"
	}
	return content
}

// drawReferred draws text, each character in one of the ways to spell it.
func drawReferred(t *rapid.T) string {
	var b []byte
	as := rapid.IntRange(0, 5).Draw(t, "as")
	for _, r := range drawCharacters(t) {
		switch as {
		case 0:
			b = fmt.Appendf(b, "&#%d;", r)
		case 1:
			b = fmt.Appendf(b, "&#x%06X;", r)
		default:
			b = inspect.XMLText.Append(b, []byte(string(r)))
		}
	}
	return string(b)
}

// drawCharacters draws what XML can hold.
func drawCharacters(t *rapid.T) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, drawText(t, "\x00\r"))
}

// drawDialect draws a document of a dialect: elements of any kind around a narrative.
func drawDialect(t *rapid.T) string {
	narrative := drawNarrative(t, 3)
	inner := drawXML(t, "b", 2) + space(t) + drawXML(t, "b", 2)
	prolog := rapid.SampledFrom([]string{"", mark, "<?xml version='1.0'?>\n<?xml-stylesheet href='a'?>", "<?xml-stylesheet b?><?xml-stylesheet a?>"}).Draw(t, "prolog")
	switch rapid.IntRange(0, 2).Draw(t, "dialect") {
	case 0:
		return prolog + `<c:ClinicalDocument xmlns:c="urn:hl7-org:v3">` + inner + `<section><templateId root="2.16.840.1.113883.10.20.22.2.5"/><text>` + narrative +
			`</text>` + inner + `</section></c:ClinicalDocument>` + space(t)
	case 1:
		return prolog + `<Patient xmlns="http://hl7.org/fhir">` + inner + `<text><div>` + narrative + `</div></text></Patient>`
	}
	entry := `<entry>` + inner + `<resource><Patient>` + inner + `<text><div>` + narrative + `</div></text></Patient></resource></entry>`
	return prolog + `<Bundle xmlns="http://hl7.org/fhir">` + inner + entry + space(t) + entry + `</Bundle>`
}

// drawNarrative draws text and elements in any order, without digits at their edges.
func drawNarrative(t *rapid.T, depth int) string {
	var b strings.Builder
	for range rapid.IntRange(0, 4).Draw(t, "pieces") {
		switch kind := rapid.IntRange(0, 3).Draw(t, "piece"); {
		case kind == 0 && depth > 0:
			name := rapid.SampledFrom([]string{"b", "td", "content", "p"}).Draw(t, "name")
			b.WriteString("<" + name + " title=\"" + drawReferred(t) + "\">" + drawNarrative(t, depth-1) + "</" + name + ">")
		case kind == 1:
			b.WriteString("<br/>")
		default:
			b.WriteString(" " + drawPiece(t, false) + " ")
		}
	}
	return b.String()
}

func drawDocument(t *rapid.T) (body string, shape inspect.Shape) {
	if rapid.Bool().Draw(t, "is of a dialect") {
		return drawDialect(t), shape
	}
	prolog := rapid.SampledFrom([]string{"", mark, `<?xml version="1.0" encoding="utf-8"?>`, mark + `<?xml version='1.0'?>` + "\n", "<!-- a -->\n"})
	shape.Records = rapid.SampledFrom(xmlShapes).Draw(t, "records")
	return prolog.Draw(t, "prolog") + drawXML(t, "a", 4) + space(t), shape
}

// TestXMLLaws: records do not depend on reads, hold every byte once, and a range is what spells its value.
func TestXMLLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body, shape := drawDocument(t)
		want, err := whole(newXML(shape, Limits{}), body)
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		got, err := drain(newXML(shape, Limits{}), []byte(body), func() int { return rapid.IntRange(1, 9).Draw(t, "read") })
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatalf("%q: %v (-whole +cut)\n%s", body, err, diff)
		}
		var raw strings.Builder
		for _, r := range got {
			raw.WriteString(r.Raw)
			end := 0
			for i, n := range r.Nodes {
				if n.Parent >= i || i > 0 && n.Parent < 0 {
					t.Fatalf("%q: node %d stands in %d", body, i, n.Parent)
				}
			}
			for _, f := range r.Fields {
				at := strings.Index(r.Raw[end:], f.Raw) // in the order of their bytes
				if at < 0 || f.Node >= len(r.Nodes) {
					t.Fatalf("%q: %q is out of order", body, f.Raw)
				}
				end += at + len(f.Raw)
				if f.Encoding == inspect.XMLText && string(appendReferred(nil, []byte(f.Raw))) != f.Value {
					t.Fatalf("%q is spelt %q", f.Value, f.Raw)
				}
			}
		}
		if raw.String() != body {
			t.Fatalf("records hold %q of %q", raw.String(), body)
		}
	})
}

// TestXMLEdit: a value that is replaced by its encoding is read back, and all else stays what it was.
func TestXMLEdit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body, shape := drawDocument(t)
		want, err := whole(newXML(shape, Limits{}), body)
		if err != nil {
			t.Fatal(err)
		}
		value := strings.TrimSpace(drawCharacters(t)) + "x"
		edited := []byte{}
		changed := -1
		k := 0
		d, rec := newXML(shape, Limits{}), new(inspect.Record)
		for at := 0; at < len(body); {
			n, err := d.Decode([]byte(body[at:]), true, rec)
			if err != nil {
				t.Fatal(err)
			}
			var edits []inspect.Edit
			for i := range rec.Fields {
				f := &rec.Fields[i]
				editable := f.Carrier == inspect.InBody && len(f.Name) > 0 && len(bytes.TrimSpace(f.Value)) > 0 && string(f.Name) != "nil"
				if editable && changed < 0 && rapid.Bool().Draw(t, "this") {
					changed = k
					edits = append(edits, inspect.Edit{Start: f.Start, End: f.End, New: f.Encoding.Append(nil, []byte(value))})
				}
				k++
			}
			edited = inspect.Splice(edited, rec.Raw, edits)
			at += n
		}
		got, err := whole(newXML(shape, Limits{}), string(edited))
		if errors.Is(err, inspect.ErrUnreadable) && (strings.Contains(string(edited), "]]><![CDATA[") || strings.Contains(value, "123-45")) {
			return // in two sections, or next to other digits, which is not read again
		}
		if err != nil {
			t.Fatalf("%q became %q: %v", body, edited, err)
		}
		if diff := cmp.Diff(plainPairs(want, changed, value), plainPairs(got, -1, "")); diff != "" {
			t.Fatalf("%q became %q (-want +got)\n%s", body, edited, diff)
		}
	})
}

// plainPairs is pairs with the value of field number changed replaced.
func plainPairs(rows []row, changed int, value string) []string {
	all := pairs(rows)
	if changed >= 0 {
		name, _, _ := strings.Cut(all[changed], "=")
		all[changed] = name + "=" + value
	}
	return all
}

// FuzzXML holds the scanner to encoding/xml: what is accepted has the same tokens there, and what is refused is refused
// there too or for one of the reasons that strictXML names; and the decoder to the scanner, whatever the paths and cuts.
func FuzzXML(f *testing.F) {
	for _, s := range []string{
		``, ` `, `<a/>`, `<a>1</a>`, `<?xml version="1.0"?><a b="1" c='2'>x<!-- y -->z</a>`, `<a xmlns:b="c" b:d="e"><b:f/></a>`, mark + `<a/>`,
		`<a>&lt;&#49;&#x31;&amp;&apos;</a>`, `<a><![CDATA[x]]y]]]></a>`, `<!DOCTYPE a><a/>`, `<a>]]></a>`, `<a b="<"/>`, `<a b=c/>`, `<a b/>`, `<a><b></a></b>`,
		`<a/><b/>`, `<a>&b;</a>`, `<a><?b c?></a>`, `<a b="1" b="2"/>`, "<a>\r\n\t</a>", `<?xml version="1.1"?><a/>`, `<?xml version="1.0" encoding="utf-16"?><a/>`,
		"<a>\xFF</a>", "<a>\x00</a>", `<a:b:c/>`, `<é/>`, `<a>&#xD800;</a>`, `<a b="x"c="y"/>`, `</a>`, `<a`, `<a><b><b/><b>1</b></b><c><b/></c></a>`, `<a/ >`, `< a/>`, `<!--->-->`,
		`<?xml-stylesheet a?><Patient xmlns="http://hl7.org/fhir"><text><div>a<b>b</b>c</div></text><id value="1"/></Patient>`, `<?xml-stylesheet?><?b?><a/>`,
		`<Bundle xmlns="http://hl7.org/fhir"><entry><resource><Patient/></resource></entry> <entry/></Bundle>`, discharge,
	} {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, body []byte, step uint8) {
		want, wantErr := oracleXML(body)
		got, err := xmlTokens(t, body)
		switch {
		case err == nil && wantErr != nil && !laxXML(body):
			t.Fatalf("accepted %q: %v", body, wantErr)
		case err != nil && wantErr == nil && !strictXML(body, err):
			t.Fatalf("error %v of %q", err, body)
		case err == nil && wantErr == nil:
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%q (-encoding/xml +got)\n%s", body, diff)
			}
		}
		for _, paths := range xmlShapes {
			checkXML(t, body, paths, int(step), got, err)
		}
	})
}

// xmlTokens returns the tokens of a document as a letter and the decoded text.
func xmlTokens(t *testing.T, body []byte) (out []string, err error) {
	s := newXMLScanner(unlimited)
	s.sheets = true
	for {
		tok, err := s.next(body, true)
		if err != nil {
			return nil, err
		}
		value := func() string { return "t " + lines(string(appendReferred(nil, body[s.start:s.end]))) }
		switch tok {
		case xmlEnd:
			return out, nil
		case xmlMore:
			t.Fatal("more is wanted behind the end")
		case xmlOpen:
			out = append(out, "o "+string(body[s.nameStart:s.nameEnd]))
		case xmlAttribute:
			out = append(out, "a "+string(body[s.nameStart:s.nameEnd]), value())
		case xmlClose:
			out = append(out, "c")
		case xmlInstruction:
			out = append(out, "i")
		case xmlCData, xmlComment:
			out = append(out, "t "+lines(string(body[s.start:s.end])))
		case xmlText:
			out = append(out, value())
		}
	}
}

// lines makes one of the line ends, as encoding/xml does.
func lines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// oracleXML is xmlTokens by encoding/xml. An empty body is a document without tokens.
func oracleXML(body []byte) (out []string, err error) {
	body = bytes.TrimPrefix(body, []byte(mark))
	d := xml.NewDecoder(bytes.NewReader(body))
	depth, roots := 0, 0
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) && depth == 0 && (roots == 1 || len(body) == 0) {
			return out, nonNil(xml.Unmarshal(body, new(struct{})), len(body) > 0) // RawToken does not match end tags
		}
		if err != nil {
			return nil, err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			depth++
			out = append(out, "o "+tok.Name.Local)
			for _, a := range tok.Attr {
				out = append(out, "a "+a.Name.Local, "t "+lines(a.Value))
			}
		case xml.EndElement:
			depth--
			out = append(out, "c")
		case xml.ProcInst:
			if tok.Target != "xml" {
				out = append(out, "i")
			}
		case xml.CharData:
			if depth == 0 && len(bytes.TrimSpace(tok)) > 0 || roots > 1 {
				return nil, errors.New("text outside of the root")
			}
			out = append(out, "t "+lines(string(tok)))
		case xml.Comment:
			out = append(out, "t "+lines(string(tok)))
		}
	}
}

func nonNil(err error, counts bool) error {
	if counts {
		return err
	}
	return nil
}

// laxXML reports whether encoding/xml has a reason of its own to refuse: its table of letters is that of an older edition.
func laxXML(body []byte) bool {
	return bytes.ContainsFunc(body, func(r rune) bool { return r >= 0x80 })
}

// strictXML reports whether the scanner has a reason of its own: it refuses document types, instructions, two attributes
// of one name or without space between them, and some names and references that encoding/xml lets pass.
func strictXML(body []byte, err error) bool {
	var u *inspect.UnreadableError
	if errors.As(err, &u) && u.Reason == inspect.ReasonDuplicateName {
		return true
	}
	for i, c := range body {
		rest := body[i+1:]
		switch {
		case c == '<' && len(rest) > 0 && rest[0] == '!' && !bytes.HasPrefix(rest, []byte("!--")) && !bytes.HasPrefix(rest, []byte("![CDATA[")),
			c == '<' && len(rest) > 0 && rest[0] == '?', c == '&' && len(rest) > 0 && rest[0] == '#', c == ':', c >= 0x80,
			(c == '"' || c == '\'') && len(rest) > 0 && !isXMLSpace(rest[0]) && rest[0] != '>' && rest[0] != '/':
			return true
		}
	}
	return false
}

// checkXML decodes body in steps and compares its values with the scanner's tokens.
func checkXML(t *testing.T, body []byte, paths []string, step int, tokens []string, tokensErr error) {
	t.Helper()
	rows, err := drain(newXML(inspect.Shape{Records: paths}, unlimited), body, func() int { return step })
	if tokensErr != nil || err != nil {
		if tokensErr != nil && reason(t, err) != reason(t, tokensErr) && reason(t, err) != inspect.ReasonSyntax {
			t.Fatalf("%v: error %v, the scanner %v", paths, err, tokensErr)
		}
		return
	}
	var raw strings.Builder
	got := map[string]int{}
	for _, r := range rows {
		raw.WriteString(r.Raw)
		for _, f := range r.Fields {
			got["t "+lines(f.Value)]++
		}
	}
	if raw.String() != string(body) {
		t.Fatalf("%v: records hold %q of %q", paths, raw.String(), body)
	}
	for i, s := range tokens { // no value is lost but those of namespaces
		if s[0] != 't' || strings.TrimSpace(s[2:]) == "" || i > 0 && strings.HasPrefix(tokens[i-1], "a ") && isNamespace([]byte(s[2:])) {
			continue
		}
		if got[s]--; got[s] < 0 {
			t.Fatalf("%v: %q of %q is in no field", paths, s, body)
		}
	}
}
