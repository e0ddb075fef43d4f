package console

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/console/chart"
)

const (
	dormantAfter = 30 * 24 * time.Hour // a client that was not seen for so long is asked about in an access review
	someNames    = 4                   // objects and sources of a row
	sparkDays    = 30
)

// clientsPage is what clients.html shows.
type clientsPage struct {
	Period  period
	Periods []choice
	Sorts   []choice
	Now     time.Time
	Clients []clientView
	Dormant int
}

// clientView is a client as an access review needs it.
type clientView struct {
	index.ClientUse
	URL, Map         string
	Dormant          bool
	Share            string // of decisions that were blocked
	Decided, Stopped int
	Found            int
	Recent           template.HTML
	Objects, Sources []string // the first few
	MoreObjects      int
	MoreSources      int
}

// clients lists who used the gate, when last, and for what.
func (c *Console) clients(r *request) (reply, error) {
	page := &clientsPage{Now: r.now}
	page.Period, page.Periods = readPeriod(r, "90d", "30d", "90d", "365d")
	used, err := c.cfg.Index.Clients(r.Context(), page.Period.From, page.Period.To)
	if err != nil {
		return reply{}, fmt.Errorf("clients: %w", err)
	}
	days, err := c.cfg.Index.Series(r.Context(), page.Period.To.Add(-sparkDays*24*time.Hour), page.Period.To, "client", sparkDays)
	if err != nil {
		return reply{}, fmt.Errorf("clients: %w", err)
	}
	for _, u := range used {
		page.Clients = append(page.Clients, clientRow(r, u, days, page.Period))
		if page.Clients[len(page.Clients)-1].Dormant {
			page.Dormant++
		}
	}
	order := r.URL.Query().Get("sort")
	page.Sorts = clientSorts(r, order)
	sortClients(page.Clients, order)
	return show("clients", "Clients", look{audit.AccessSearch, "clients", "after:" + page.Period.after(), len(page.Clients)}, page), nil
}

// clientRow makes a row of what a client did.
func clientRow(r *request, u index.ClientUse, days []index.Series, p period) clientView {
	v := clientView{ClientUse: u, Dormant: r.now.Sub(u.Last) > dormantAfter, Decided: int(u.Decisions), Stopped: int(u.Blocked), Found: int(u.Findings)}
	if u.Client != "" {
		v.URL = decisions(r, "client", u.Client, "after", p.after())
		v.Map = link("/data-map", "client", u.Client, "span", "90d")
	}
	v.Objects, v.MoreObjects = first(u.Objects, someNames)
	v.Sources, v.MoreSources = first(u.Sources, someNames)
	if u.Decisions > 0 {
		v.Share = fmt.Sprintf("%.1f %%", float64(u.Blocked)/float64(u.Decisions)*100)
	}
	values := make([]int64, sparkDays)
	for _, s := range days {
		if s.Name != u.Client {
			continue
		}
		values = values[:0]
		for _, point := range s.Points {
			values = append(values, point.N)
		}
	}
	v.Recent = chart.Sparkline("Decisions a day in the last 30 days", values)
	return v
}

// first returns the first n names and how many more there are.
func first(names []string, n int) ([]string, int) {
	n = min(n, len(names))
	return names[:n], len(names) - n
}

// clientSorts are the orders in which clients can be listed.
func clientSorts(r *request, order string) []choice {
	var list []choice
	for _, s := range []struct{ name, label string }{{"", "last use"}, {"idle", "longest idle"}, {"blocked", "most blocked"}, {"volume", "most bytes"}, {"name", "name"}} {
		values := r.URL.Query()
		values.Set("sort", s.name)
		if s.name == "" {
			values.Del("sort")
		}
		list = append(list, choice{Label: s.label, URL: "/clients?" + values.Encode(), On: s.name == order})
	}
	return list
}

func sortClients(list []clientView, order string) {
	slices.SortStableFunc(list, func(a, b clientView) int {
		by := b.Last.Compare(a.Last)
		switch order {
		case "idle":
			by = -by
		case "blocked":
			by = cmp.Compare(b.Blocked, a.Blocked)
		case "volume":
			by = cmp.Compare(b.Bytes, a.Bytes)
		case "name":
			by = 0
		}
		return cmp.Or(by, cmp.Compare(a.Client, b.Client))
	})
}
