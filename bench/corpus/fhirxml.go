package corpus

import (
	"encoding/json"
	"fmt"
	"strings"
)

// writeFHIRXML writes a resource in XML: one of the templates of JSON, translated (FHIR R4, section 2.6.1).
func writeFHIRXML(g *generator, w *writer) {
	w.text.MediaType = "application/fhir+xml"
	text := strings.Join(pick(g, resources).lines(g), "")
	d := json.NewDecoder(strings.NewReader(strings.ReplaceAll(text, ": ${result},", `: "${result}",`)))
	x := translator{d: d}
	if g.chance(50) {
		x.indent = "\n"
	}
	w.raw(pick(g, []string{"", `<?xml version="1.0" encoding="UTF-8"?>` + "\n"}))
	x.value("")
	g.write(w, x.out.String(), quoteXML)
}

// translator writes a resource of JSON as XML. What is wrong with a template, a part of the binary, is a panic.
type translator struct {
	d      *json.Decoder
	out    strings.Builder
	indent string
	rooted bool
}

func (x *translator) token() json.Token {
	t, err := x.d.Token()
	if err != nil {
		panic(fmt.Sprintf("corpus: template of a resource: %v", err))
	}
	return t
}

// value writes the value that comes next as elements of the name.
func (x *translator) value(name string) {
	switch t := x.token().(type) {
	case json.Delim:
		if t == '[' {
			for x.d.More() {
				x.value(name)
			}
			x.token()
			return
		}
		x.object(name)
	default:
		text := fmt.Sprint(t)
		if name == "div" {
			x.out.WriteString(x.indent + text)
			return
		}
		x.out.WriteString(x.indent + "<" + name + ` value="` + quoteTemplate(text) + `"/>`)
	}
}

// object writes the object whose brace was read. A resource stands in an element of its type.
func (x *translator) object(name string) {
	closing := ""
	if name != "" {
		x.out.WriteString(x.indent + "<" + name)
		closing = "</" + name + ">"
	}
	open := name != ""
	for x.d.More() {
		switch key := x.token().(string); key {
		case "resourceType":
			kind := x.token().(string)
			if open {
				x.out.WriteString(">")
			}
			x.out.WriteString(x.indent + "<" + kind)
			if !x.rooted {
				x.out.WriteString(` xmlns="http://hl7.org/fhir"`)
			}
			x.rooted, open = true, true
			closing = "</" + kind + ">" + closing
		case "url":
			if name != "extension" {
				x.close(&open)
				x.value(key)
				continue
			}
			x.out.WriteString(` url="` + quoteTemplate(fmt.Sprint(x.token())) + `"`)
		default:
			x.close(&open)
			x.value(key)
		}
	}
	x.token()
	x.close(&open)
	x.out.WriteString(x.indent + closing)
}

// close ends a start tag that is open.
func (x *translator) close(open *bool) {
	if *open {
		x.out.WriteString(">")
	}
	*open = false
}

// quoteTemplate spells the text between the slots of a template.
func quoteTemplate(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;").Replace(s)
}
