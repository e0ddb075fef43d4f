package corpus

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed templates
var templates embed.FS

// template is a text with places for values: ${slot} is replaced by a value, and a line that begins with "?" is left out
// now and then.
type template []string

// load returns the templates of a file. They are divided by lines of "----"; lines that begin with "#" are comments.
func load(name string) []template {
	file, err := templates.ReadFile("templates/" + name)
	if err != nil {
		panic(err) // the file is part of the binary
	}
	var all []template
	var t template
	for line := range strings.Lines(string(file)) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "----":
			all = append(all, t)
			t = nil
		case !strings.HasPrefix(line, "#"):
			t = append(t, line)
		}
	}
	return append(all, t)
}

// lines returns t's lines without those that are left out this time.
func (t template) lines(g *generator) []string {
	var lines []string
	for _, line := range t {
		line, optional := strings.CutPrefix(line, "?")
		if !optional || g.chance(70) {
			lines = append(lines, line)
		}
	}
	return lines
}

// fill writes text with its slots filled. It returns what it wrote as a value.
func (g *generator) fill(text string) value {
	var v value
	for {
		before, rest, found := strings.Cut(text, "${")
		if before != "" {
			v = append(v, piece{text: before})
		}
		if !found {
			return v
		}
		name, after, found := strings.Cut(rest, "}")
		if !found {
			panic(fmt.Sprintf("corpus: slot without end in %q", text))
		}
		v = append(v, g.slot(name)...)
		text = after
	}
}

// write fills text into w: the text is syntax, and the values are escaped. Values of the note slots, and of slots with "~" in
// front, are prose.
func (g *generator) write(w *writer, text string, escape func(string) string) {
	for {
		before, rest, found := strings.Cut(text, "${")
		w.raw(before)
		if !found {
			return
		}
		name, after, found := strings.Cut(rest, "}")
		if !found {
			panic(fmt.Sprintf("corpus: slot without end in %q", text))
		}
		name, narrative := strings.CutPrefix(name, "~")
		w.field(g.slot(name), narrative || strings.HasPrefix(name, "note"), escape)
		text = after
	}
}
