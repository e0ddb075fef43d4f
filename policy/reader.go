package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxSource is the size of the largest file that is read, in bytes, and maxDepth how deeply it may nest.
const (
	maxSource = 1 << 20
	maxDepth  = 32
)

// reader walks the nodes of one YAML file and collects all that is wrong with them.
type reader struct {
	file     string
	problems Problems
}

func (r *reader) report(n *yaml.Node, hint, format string, args ...any) {
	r.problems = append(r.problems, Problem{File: r.file, Line: max(n.Line, 1), Column: max(n.Column, 1),
		What: fmt.Sprintf(format, args...), Hint: hint})
}

// load returns the root of the only document in src, or nil after reporting why there is none.
func (r *reader) load(src []byte) *yaml.Node {
	start := &yaml.Node{Line: 1, Column: 1}
	if len(src) > maxSource {
		r.report(start, "", "the file is larger than %d bytes", maxSource)
		return nil
	}
	loader, err := yaml.NewLoader(bytes.NewReader(src))
	if err != nil {
		r.report(start, "", "%v", err)
		return nil
	}
	var doc, second yaml.Node
	if err := loader.Load(&doc); err != nil {
		r.reportLoad(err)
		return nil
	}
	if err := loader.Load(&second); err == nil {
		r.report(&second, "write one document", "a second document")
		return nil
	} else if !errors.Is(err, io.EOF) {
		r.reportLoad(err)
		return nil
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		r.report(start, "", "the file is empty")
		return nil
	}
	if !r.plain(doc.Content[0], 0) {
		return nil
	}
	return doc.Content[0]
}

func (r *reader) reportLoad(err error) {
	at := &yaml.Node{Line: 1, Column: 1}
	what := err.Error()
	if load := (*yaml.LoadError)(nil); errors.As(err, &load) {
		at.Line, at.Column = load.Mark.Line, load.Mark.Column
		what = load.Message
	} else if errors.Is(err, io.EOF) {
		what = "the file is empty"
	}
	r.report(at, "", "not YAML: %s", what)
}

// plain refuses what makes a file mean more than it shows: anchors, aliases, merge keys and tags.
func (r *reader) plain(n *yaml.Node, depth int) bool {
	switch {
	case depth > maxDepth:
		r.report(n, "", "nested more than %d levels deep", maxDepth)
		return false
	case n.Kind == yaml.AliasNode:
		r.report(n, "write the value out", "an alias")
		return false
	case n.Anchor != "":
		r.report(n, "write the value out where it is used", "an anchor")
		return false
	case n.ShortTag() == "!!merge":
		r.report(n, "write the values out", "a merge key")
		return false
	case n.Style&yaml.TaggedStyle != 0:
		r.report(n, "remove the tag", "a tag")
		return false
	}
	ok := true
	for _, c := range n.Content {
		ok = r.plain(c, depth+1) && ok
	}
	return ok
}

// key is a key of a mapping and what reads its value.
type key struct {
	name string
	read func(*yaml.Node)
}

// mapping reads a mapping with fixed keys. what names it in messages. It returns the keys that are there, or nil if n
// is no mapping.
func (r *reader) mapping(n *yaml.Node, what string, keys ...key) map[string]*yaml.Node {
	names := make([]string, len(keys))
	readers := make(map[string]func(*yaml.Node), len(keys))
	for i, k := range keys {
		names[i], readers[k.name] = k.name, k.read
	}
	seen := map[string]*yaml.Node{}
	ok := r.pairs(n, what, func(k, v *yaml.Node) {
		read, known := readers[k.Value]
		if !known {
			r.report(k, DidYouMean(k.Value, names), "unknown key %q in %s", k.Value, what)
			return
		}
		seen[k.Value] = v
		read(v)
	})
	if !ok {
		return nil
	}
	return seen
}

// pairs calls f for each key and value of a mapping. A key that is there twice is reported.
func (r *reader) pairs(n *yaml.Node, what string, f func(k, v *yaml.Node)) bool {
	if n.Kind != yaml.MappingNode {
		r.report(n, "write keys and values", "%s is %s, not a mapping", what, kindOf(n))
		return false
	}
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode {
			r.report(k, "", "a key of %s is %s", what, kindOf(k))
			continue
		}
		if line, again := first[k.Value]; again {
			r.report(k, fmt.Sprintf("it stands in line %d already", line), "key %q is there twice in %s", k.Value, what)
			continue
		}
		first[k.Value] = k.Line
		f(k, v)
	}
	return true
}

// each calls f for the elements of a sequence, or for n itself if it is a scalar. A sequence must hold something.
func (r *reader) each(n *yaml.Node, what string, f func(*yaml.Node)) {
	switch n.Kind {
	case yaml.SequenceNode:
		if len(n.Content) == 0 {
			r.report(n, "leave the key out, or name at least one", "%s is an empty list", what)
		}
		for _, c := range n.Content {
			f(c)
		}
	case yaml.ScalarNode:
		f(n)
	default:
		r.report(n, "", "%s is %s, not a value or a list of values", what, kindOf(n))
	}
}

// items calls f for the elements of a sequence, which may be empty.
func (r *reader) items(n *yaml.Node, what string, f func(*yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		r.report(n, "begin each entry with \"- \"", "%s is %s, not a list", what, kindOf(n))
		return
	}
	for _, c := range n.Content {
		f(c)
	}
}

// text returns a string that is not empty.
func (r *reader) text(n *yaml.Node, what string) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		hint := ""
		if n.Kind == yaml.ScalarNode && n.ShortTag() != "!!null" {
			hint = "put it in quotes"
		}
		r.report(n, hint, "%s is %s, not text", what, kindOf(n))
		return "", false
	}
	if strings.TrimSpace(n.Value) == "" {
		r.report(n, "", "%s is empty", what)
		return "", false
	}
	return n.Value, true
}

// word returns one of a list of words.
func (r *reader) word(n *yaml.Node, what string, known []string) (string, bool) {
	s, ok := r.text(n, what)
	if !ok {
		return "", false
	}
	for _, k := range known {
		if k == s {
			return s, true
		}
	}
	r.report(n, DidYouMean(s, known), "unknown %s %q", what, s)
	return "", false
}

// number returns an integer between least and most.
func (r *reader) number(n *yaml.Node, what string, least, most int) (int, bool) {
	i, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || err != nil {
		r.report(n, "", "%s is %s, not a whole number", what, kindOf(n))
		return 0, false
	}
	if i < least || i > most {
		r.report(n, "", "%s is not between %d and %d", what, least, most)
		return 0, false
	}
	return i, true
}

func (r *reader) boolean(n *yaml.Node, what string) bool {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
		r.report(n, "true or false", "%s is %s", what, kindOf(n))
		return false
	}
	return strings.EqualFold(n.Value, "true")
}

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!null":
		return "empty"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!timestamp":
		return "a date"
	}
	return "text"
}
