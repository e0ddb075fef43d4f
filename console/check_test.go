package console

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// checkPage looks at a page as a strict browser, and somebody who cannot see it, would: every element is closed where it was
// opened, nothing is inline that the content security policy forbids, nothing comes from elsewhere, every id is there once,
// every field has a label, every table says what it is.
func checkPage(t testing.TB, name, body string) {
	t.Helper()
	checkNesting(t, name, body)
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	c := &checker{t: t, name: name, ids: map[string]int{}, labelled: map[string]bool{}}
	c.collect(doc)
	c.check(doc)
	for id, n := range c.ids {
		if n > 1 {
			t.Errorf("%s: the id %q is there %d times", name, id, n)
		}
	}
	if c.h1 != 1 {
		t.Errorf("%s: %d headings of the first level", name, c.h1)
	}
}

// voids are the elements that are never closed.
var voids = []string{"meta", "link", "input", "img", "br", "hr", "col", "wbr"}

// checkNesting compares the tags as they stand with a stack, because html.Parse repairs what is wrong.
func checkNesting(t testing.TB, name, body string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(body))
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("%s: not closed: %v", name, open)
			}
			return
		case html.StartTagToken:
			tag, _ := z.TagName()
			if !slices.Contains(voids, string(tag)) {
				open = append(open, string(tag))
			}
		case html.EndTagToken:
			tag, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(tag) {
				t.Errorf("%s: </%s> after %v", name, tag, open)
				return
			}
			open = open[:len(open)-1]
		}
	}
}

// checker walks a page.
type checker struct {
	t        testing.TB
	name     string
	ids      map[string]int
	labelled map[string]bool // ids that a label is for
	h1       int
	level    int // of the last heading
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

// text is the text in a node.
func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for child := range n.ChildNodes() {
		b.WriteString(text(child))
	}
	return b.String()
}

// inside reports whether n stands in an element of one of the names.
func inside(n *html.Node, names ...string) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Type == html.ElementNode && slices.Contains(names, p.Data) {
			return true
		}
	}
	return false
}

func (c *checker) collect(n *html.Node) {
	if n.Type == html.ElementNode {
		if id := attr(n, "id"); id != "" {
			c.ids[id]++
		}
		if n.Data == "label" && has(n, "for") {
			c.labelled[attr(n, "for")] = true
		}
	}
	for child := range n.ChildNodes() {
		c.collect(child)
	}
}

func (c *checker) errorf(format string, args ...any) {
	c.t.Helper()
	c.t.Errorf(c.name+": "+format, args...)
}

func (c *checker) check(n *html.Node) {
	c.t.Helper()
	if n.Type == html.ElementNode {
		c.inline(n)
		c.addresses(n)
		c.element(n)
	}
	for child := range n.ChildNodes() {
		c.check(child)
	}
}

// inline finds what the content security policy forbids.
func (c *checker) inline(n *html.Node) {
	for _, a := range n.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") {
			c.errorf("<%s> has the attribute %s", n.Data, a.Key)
		}
	}
	switch n.Data {
	case "style", "iframe", "object", "embed", "base":
		c.errorf("there is a <%s>", n.Data)
	case "script":
		if !strings.HasPrefix(attr(n, "src"), "/static/") || strings.TrimSpace(text(n)) != "" {
			c.errorf("a script that is not a file of ours")
		}
	}
}

// addresses finds what leads elsewhere, or to an id that is not there.
func (c *checker) addresses(n *html.Node) {
	for _, a := range n.Attr {
		switch a.Key {
		case "href", "src", "action", "formaction", "hx-get", "hx-post", "data-poll", "poster", "srcset":
			inData := a.Key == "src" && strings.HasPrefix(a.Val, "data:image/png;base64,")
			if inData || a.Val == "" || strings.HasPrefix(a.Val, "?") {
				continue
			}
			if id, ok := strings.CutPrefix(a.Val, "#"); ok {
				if c.ids[id] == 0 {
					c.errorf("a link leads to #%s, which is not there", id)
				}
				continue
			}
			if !strings.HasPrefix(a.Val, "/") || strings.HasPrefix(a.Val, "//") || strings.Contains(a.Val, "ZgotmplZ") {
				c.errorf("%s=%q leads elsewhere", a.Key, a.Val)
			}
		case "aria-describedby", "aria-labelledby", "for", "list", "form", "headers":
			for id := range strings.FieldsSeq(a.Val) {
				if c.ids[id] == 0 {
					c.errorf("%s names #%s, which is not there", a.Key, id)
				}
			}
		}
	}
}

// element checks what an element has to say to somebody who cannot see it.
func (c *checker) element(n *html.Node) {
	switch n.Data {
	case "h1", "h2", "h3", "h4":
		level := int(n.Data[1] - '0')
		if n.Data == "h1" && !inside(n, "template") {
			c.h1++
		}
		if inside(n, "main") {
			if level > c.level+1 {
				c.errorf("<%s> %q follows a heading of level %d", n.Data, text(n), c.level)
			}
			c.level = level
		}
		if strings.TrimSpace(text(n)) == "" {
			c.errorf("an empty <%s>", n.Data)
		}
	case "input", "select", "textarea":
		if attr(n, "type") == "hidden" {
			return
		}
		if !c.labelled[attr(n, "id")] && !inside(n, "label") && attr(n, "aria-label") == "" {
			c.errorf("<%s name=%q> has no label", n.Data, attr(n, "name"))
		}
	case "button", "a", "summary":
		if strings.TrimSpace(text(n)) == "" && attr(n, "aria-label") == "" && !has(n, "hidden") {
			c.errorf("an empty <%s>", n.Data)
		}
	case "img":
		if !has(n, "alt") {
			c.errorf("an image without alt")
		}
	case "table":
		if !slices.ContainsFunc(slices.Collect(n.ChildNodes()), func(k *html.Node) bool { return k.Data == "caption" }) {
			c.errorf("a table without caption")
		}
	case "th":
		if attr(n, "scope") == "" {
			c.errorf("<th> %q without scope", text(n))
		}
	case "form":
		if attr(n, "method") == "post" && inside(n, "form") {
			c.errorf("a form in a form")
		}
	case "time":
		if attr(n, "datetime") == "" {
			c.errorf("<time> without datetime")
		}
	}
}
