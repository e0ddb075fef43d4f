package console

import (
	"time"

	"github.com/phigate/phigate/audit/query"
	"github.com/phigate/phigate/audit/review"
)

// period is the time up to now that a page is about.
type period struct {
	Name     string // as in the address: 24h, 7d
	Label    string // as in "the last 24 hours"
	From, To time.Time
	Buckets  int // of a chart of it
}

// periods are the times that pages offer.
func periods() []period {
	return []period{
		{Name: "24h", Label: "24 hours", Buckets: 24},
		{Name: "7d", Label: "7 days", Buckets: 42},
		{Name: "30d", Label: "30 days", Buckets: 30},
		{Name: "90d", Label: "90 days", Buckets: 45},
		{Name: "365d", Label: "365 days", Buckets: 52},
	}
}

// length is how long a period is.
func (p period) length() time.Duration {
	switch p.Name {
	case "7d":
		return 7 * 24 * time.Hour
	case "30d":
		return 30 * 24 * time.Hour
	case "90d":
		return 90 * 24 * time.Hour
	case "365d":
		return 365 * 24 * time.Hour
	}
	return 24 * time.Hour
}

// Before is the period of the same length that ended when p began.
func (p period) Before() period {
	return period{Name: p.Name, Label: p.Label, From: p.From.Add(-p.To.Sub(p.From)), To: p.From, Buckets: 1}
}

// Grain is what the sums of its charts are made of.
func (p period) Grain() string {
	if p.length()/time.Duration(p.Buckets) >= 24*time.Hour {
		return "days"
	}
	return "hours"
}

// after is the term of a filter for p.
func (p period) after() string { return "-" + p.Name }

// readPeriod returns the period of one of the names that the address asks for, or else the one called otherwise, and the
// links to all of them. The sums that pages read are those of whole hours, so a period ends with the present hour.
func readPeriod(r *request, otherwise string, names ...string) (period, []choice) {
	values := r.URL.Query()
	wanted := otherwise
	for _, name := range names {
		if values.Get("span") == name {
			wanted = name
		}
	}
	var chosen period
	var links []choice
	for _, name := range names {
		for _, p := range periods() {
			if p.Name != name {
				continue
			}
			if name == wanted {
				p.To = r.now.UTC().Truncate(time.Hour).Add(time.Hour)
				p.From = p.To.Add(-p.length())
				chosen = p
			}
			values.Set("span", name)
			values.Del("done")
			links = append(links, choice{Label: p.Label, URL: r.URL.Path + "?" + values.Encode(), On: name == wanted})
		}
	}
	return chosen, links
}

// filterOf is the filter that has all of the given keys and values. An empty value is left out.
func filterOf(r *request, pairs ...string) query.Query {
	q, _ := query.Parse("", r.now) // a filter without terms, whose times count from now
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q = q.With(pairs[i], pairs[i+1])
		}
	}
	return q
}

// decisions is the address of the decisions that all of the given keys and values have, or "" for who may not see
// decisions.
func decisions(r *request, pairs ...string) string {
	if !r.may(review.DecisionsView) {
		return ""
	}
	return queueLink(filterOf(r, pairs...).String())
}
