package console

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/query"
	"github.com/phigate/phigate/audit/review"
)

// defaultFilter is what the queue shows to who asks for nothing: what was stopped or reported and awaits a verdict.
const defaultFilter = "decision:block,alert status:open,assigned,awaiting_second"

// filterBox is the field in which a filter is typed, with what is wrong about it.
type filterBox struct {
	Text   string
	Error  *query.Error
	Before string // of what was typed: up to the place of the error
	At     string // the word there
	After  string
}

// readFilter reads the filter of an address. Without one it is the given default. Who may not see fingerprints may not
// look for them either: to be told that there is one is to see it.
func readFilter(r *request, otherwise string) (filterBox, query.Query) {
	values := r.URL.Query()
	if r.Method == "POST" {
		values = r.PostForm
	}
	text := otherwise
	if values.Has("q") {
		text = strings.TrimSpace(values.Get("q"))
	}
	box := filterBox{Text: text}
	q, err := query.Parse(text, r.now)
	var bad *query.Error
	switch {
	case errors.As(err, &bad):
	case err != nil:
		bad = &query.Error{Column: 1, What: "it cannot be read", Hint: "a filter is made of terms such as decision:block"}
	case !mayAsk(r, q):
		bad = &query.Error{Column: 1, What: "your role does not show fingerprints, and so they cannot be searched for", Hint: "remove fp: and case:"}
	case len(q.String()) > audit.MaxText:
		bad = &query.Error{Column: 1, What: "it is too long to be put on record", Hint: "use fewer terms, or a * in the place of several values"}
	}
	if bad == nil {
		box.Text = q.String()
		return box, q
	}
	box.Error = bad
	box.Before, box.At, box.After = around(text, bad.Column)
	return box, query.Query{}
}

// worklist is the list that a decision's page was reached from: its filter, and the text of it, which is empty for the
// list of who asks for nothing. It is false for a filter that cannot be read, or that the person may not ask for: the
// decision that follows in such a list would answer it.
func worklist(r *request) (text string, q query.Query, ok bool) {
	if strings.TrimSpace(r.FormValue("q")) == "" {
		q, err := query.Parse(defaultFilter, r.now)
		return "", q, err == nil
	}
	box, q := readFilter(r, defaultFilter)
	if box.Error != nil {
		return "", query.Query{}, false
	}
	return box.Text, q, true
}

// mayAsk reports whether q asks for nothing that the person may not see.
func mayAsk(r *request, q query.Query) bool {
	return r.may(review.FingerprintsView) || !asks(q, "fp", "case")
}

// asks reports whether q has a term of one of the keys.
func asks(q query.Query, keys ...string) bool {
	return slices.ContainsFunc(q.Terms(), func(t query.Term) bool { return slices.Contains(keys, t.Key) })
}

// around cuts text before and after the word at a column, counted in characters from 1.
func around(text string, column int) (before, at, after string) {
	runes := []rune(text)
	i := min(max(column-1, 0), len(runes))
	before, rest := string(runes[:i]), string(runes[i:])
	end := strings.IndexByte(rest, ' ')
	if end < 0 {
		end = len(rest)
	}
	return before, rest[:end], rest[end:]
}

// link is an address of ours with a query of names and values.
func link(path string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return path + "?" + v.Encode()
}

// queueLink is the address of the queue with a filter. An empty one is not the same as none.
func queueLink(q string) string { return link("/queue", "q", q) }

// find is the address of the queue with what has the values of some keys, and nothing else; pairs are keys and values.
// Times such as -7d count from now.
func find(now time.Time, pairs ...string) string {
	q, _ := query.Parse("", now) // a filter without terms
	for i := 0; i+1 < len(pairs); i += 2 {
		q = q.With(pairs[i], pairs[i+1])
	}
	return queueLink(q.String())
}

// search takes what was typed into the box at the top of a page: a decision's ID leads to it, all else is a filter.
func (c *Console) search(r *request) (reply, error) {
	text := strings.TrimSpace(r.URL.Query().Get("q"))
	if isID(text) {
		return seeOther("/decisions/"+text, "", 0), nil
	}
	return seeOther(queueLink(text), "", 0), nil
}

// isID reports whether text looks like the ID of a decision: 26 characters of Crockford's base 32.
func isID(text string) bool {
	return len(text) == 26 && strings.Trim(text, "0123456789ABCDEFGHJKMNPQRSTVWXYZ") == ""
}
