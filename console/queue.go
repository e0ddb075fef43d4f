package console

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/query"
	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/chart"
)

const (
	pageRows    = 50     // rows of one page of a list
	facetValues = 6      // values of one facet
	buckets     = 60     // bars of the histogram
	mostCounted = 10_000 // how far matches are counted
	defaultSpan = "-7d"  // what a filter without after: means, as the index has it
)

// queuePage is what queue.html shows.
type queuePage struct {
	Filter      filterBox
	Q           string // canonical filter
	Rows        []index.Row
	Now         time.Time
	Count       string
	First       bool // whether this is the newest page
	Pager       pager
	Facets      []facet
	Spans       []choice
	Histogram   template.HTML
	Own, Shared []savedView
	Poll        string
	Bulk        *bulkForm // nil for who may decide only one at a time
	SaveView    bool
	ViewError   string
	ViewName    string
	Picked      map[string]bool // decisions that were ticked before a form was refused
	Default     bool            // whether the filter is the one of who asks for nothing
	Older       *choice         // what awaits a verdict for longer than the list goes back; nil if that is nothing
}

// pager leads to the other pages of a list.
type pager struct {
	Next, Previous string // addresses, empty if there is none
}

// choice is a link that may be the current one.
type choice struct {
	Label, URL string
	Count      int
	On         bool
}

// facet is a key of the filter with its most frequent values.
type facet struct {
	Key     string
	Values  []choice
	Any     string // address without the key; empty if the filter does not have it
	Partial bool
	Of      int
}

// savedView is a filter that somebody saved.
type savedView struct {
	audit.View
	URL string
	On  bool
}

// bulkForm is the form for several decisions at once.
type bulkForm struct {
	Verdicts []review.Verdict
	People   []string
	Error    string
}

// queue shows the decisions of a filter, newest first.
func (c *Console) queue(r *request) (reply, error) {
	page, l, err := c.queuePage(r, index.Cursor(r.URL.Query().Get("at")))
	if err != nil {
		return reply{}, err
	}
	answer := show("queue", "Queue", l, page)
	if page.Filter.Error != nil {
		answer.status = 400
	}
	return answer, nil
}

// queuePage makes the queue's page and says what it shows.
func (c *Console) queuePage(r *request, at index.Cursor) (*queuePage, look, error) {
	box, q := readFilter(r, defaultFilter)
	page := &queuePage{Filter: box, Now: r.now, First: at == "", Default: box.Text == canonical(defaultFilter, r.now)}
	if box.Error != nil {
		return page, nothing, nil
	}
	ctx, x := r.Context(), c.cfg.Index
	list, err := x.Page(ctx, q, at, pageRows)
	if err != nil {
		return nil, look{}, fmt.Errorf("queue: %w", err)
	}
	page.Q = q.String()
	page.Rows = veil(r, list.Rows)
	page.Pager = pager{Next: pageLink("/queue", page.Q, list.Next), Previous: pageLink("/queue", page.Q, list.Previous)}
	n, more, err := x.Count(ctx, q, mostCounted)
	if err != nil {
		return nil, look{}, fmt.Errorf("queue: %w", err)
	}
	if page.Count = countOf(n, "decision"); more {
		page.Count = "more than " + page.Count
	}
	if page.Default && list.Next == "" {
		if page.Older, err = c.older(r); err != nil {
			return nil, look{}, fmt.Errorf("queue: %w", err)
		}
	}
	if err := c.queueAside(r, page, q); err != nil {
		return nil, look{}, err
	}
	page.Poll = c.pollURL(r, q, r.now)
	page.Bulk = c.bulkForm(r)
	return page, look{audit.AccessSearch, "queue", page.Q, len(page.Rows)}, nil
}

// older counts what awaits a verdict for so long that the queue of who asks for nothing does not show it; nil if that is
// nothing.
func (c *Console) older(r *request) (*choice, error) {
	ages, err := c.cfg.Index.Ages(r.Context())
	if err != nil {
		return nil, err
	}
	for _, a := range ages {
		if a.Name == "older" && a.N > 0 {
			return &choice{Label: countOf(int(a.N), "decision"), Count: int(a.N), URL: queueLink(defaultFilter + " after:2000-01-01 before:" + defaultSpan)}, nil
		}
	}
	return nil, nil
}

// queueAside adds what stands around the list: facets, histogram, times, saved views.
func (c *Console) queueAside(r *request, page *queuePage, q query.Query) error {
	ctx, x := r.Context(), c.cfg.Index
	counted, err := x.Facets(ctx, q, facetKeys(), facetValues)
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	page.Facets = facets(q, counted)
	bars, err := x.Histogram(ctx, q, buckets)
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	page.Histogram = histogram(q, bars)
	page.Spans = spans(q)
	saved, err := x.Views(ctx, r.actor.User)
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	for _, v := range saved {
		if shared, err := query.Parse(v.Query, r.now); err != nil || !mayAsk(r, shared) {
			continue // its address alone would tell a fingerprint
		}
		s := savedView{View: v, URL: queueLink(v.Query), On: v.Query == page.Q}
		if v.Owner == r.actor.User {
			page.Own = append(page.Own, s)
		} else {
			page.Shared = append(page.Shared, s)
		}
	}
	page.SaveView = r.may(review.ViewsSave)
	return nil
}

// facetKeys are the keys that are offered beside the queue.
func facetKeys() []string {
	return []string{"decision", "status", "detector", "likelihood", "client", "object", "rule", "dir"}
}

// facets makes links of counted values: to the filter with the value, or without the key if it has it already.
func facets(q query.Query, counted []index.Facet) []facet {
	var list []facet
	for _, f := range counted {
		one := facet{Key: f.Key, Partial: f.Partial, Of: f.Of}
		if asks(q, f.Key) {
			one.Any = queueLink(q.Without(f.Key).String())
		}
		for _, v := range f.Values {
			with := q.With(f.Key, v.Value)
			on := with.String() == q.String()
			to := with
			if on {
				to = q.Without(f.Key)
			}
			one.Values = append(one.Values, choice{Label: valueTitle(f.Key, v.Value), URL: queueLink(to.String()), Count: v.Count, On: on})
		}
		if len(one.Values) > 0 {
			list = append(list, one)
		}
	}
	return list
}

// valueTitle is a value of a facet in words.
func valueTitle(key, value string) string {
	switch {
	case value == "":
		return "none"
	case key == "decision":
		return actionWord(value)
	case key == "status":
		return statusTitle(value)
	case key == "verdict":
		return verdictTitle(value)
	case key == "likelihood":
		return strings.ReplaceAll(value, "_", " ")
	}
	return value
}

// spans are the usual times back from now.
func spans(q query.Query) []choice {
	after := defaultSpan
	absolute := false
	for _, t := range q.Terms() {
		if t.Key == "after" && len(t.Values) > 0 {
			after = t.Values[0]
		}
		absolute = absolute || t.Key == "before"
	}
	var list []choice
	for _, s := range []struct{ label, value string }{{"1 h", "-1h"}, {"24 h", "-24h"}, {"7 d", "-7d"}, {"30 d", "-30d"}, {"90 d", "-90d"}} {
		list = append(list, choice{Label: s.label, On: !absolute && s.value == after,
			URL: queueLink(q.Without("before").With("after", s.value).String())})
	}
	return list
}

// histogram draws the decisions of q over time; a bar leads to its decisions.
func histogram(q query.Query, bars []index.Bucket) template.HTML {
	drawn := make([]chart.Bucket, len(bars))
	for i, b := range bars {
		drawn[i] = chart.Bucket(b)
	}
	return chart.Histogram(chart.Frame{
		ID: "histogram", Title: "Decisions over time", Height: 72, Word: actionWord,
		Link: func(from, to time.Time) string {
			return queueLink(q.With("after", from.UTC().Format(time.RFC3339)).With("before", to.UTC().Format(time.RFC3339)).String())
		},
	}, actionOrder(), drawn)
}

// actionOrder is the order of actions in charts, the strictest first.
func actionOrder() []string {
	return []string{"block", "redact", "mask", "generalise", "alert", "allow"}
}

// bulkForm is the form for several decisions, nil for who may not use it.
func (c *Console) bulkForm(r *request) *bulkForm {
	if !r.may(review.DecisionsBulk) {
		return nil
	}
	return &bulkForm{Verdicts: review.Verdicts(), People: c.people(r)}
}

// people are the names of those to whom the person may give a decision, the person first.
func (c *Console) people(r *request) []string {
	names := []string{r.actor.User}
	if !r.may(review.DecisionsAssign) {
		return names
	}
	for _, u := range c.cfg.Auth.Users() {
		if !u.Disabled && u.Role.May(review.DecisionsDecide) && u.Name != r.actor.User {
			names = append(names, u.Name)
		}
	}
	slices.Sort(names[1:])
	return names
}

// veil takes the fingerprints, and what is made of them, from rows for who may not see them.
func veil(r *request, rows []index.Row) []index.Row {
	if r.may(review.FingerprintsView) {
		return rows
	}
	veiled := slices.Clone(rows)
	for i := range veiled {
		veiled[i].Fingerprints, veiled[i].Cases = nil, nil
	}
	return veiled
}

// pageLink is the address of another page of a list, empty if there is none.
func pageLink(path, q string, at index.Cursor) string {
	if at == "" {
		return ""
	}
	return link(path, "q", q, "at", string(at))
}

// canonical is the text of a filter as the console shows it.
func canonical(text string, now time.Time) string {
	q, err := query.Parse(text, now)
	if err != nil {
		return text
	}
	return q.String()
}
