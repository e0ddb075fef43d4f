package console

import (
	"fmt"
	"slices"
	"strings"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/review"
)

// mostPlaces is how many rows the page has; the file has them all.
const mostPlaces = 400

// datamapPage is what datamap.html shows.
type datamapPage struct {
	Period   period
	Periods  []choice
	Client   string // the chosen one; empty for all
	Category string
	Clients  []string // to choose from
	Kinds    []string // categories to choose from
	Maps     []clientMap
	Left     int // places of which something left readable
	Places   int
	More     int    // places that are not on the page
	File     string // address of the map as a file, for who may save one
}

// clientMap is what one client moves.
type clientMap struct {
	Client     string
	URL        string
	Risk       risk
	Categories []string
	Places     []movement
}

// datamap shows which client moves what, and what was done about it.
func (c *Console) datamap(r *request) (reply, error) {
	page, flows, err := c.datamapPage(r)
	if err != nil {
		return reply{}, err
	}
	places := placesOf(flows, r, page.Period)
	page.Places = len(places)
	for _, p := range places {
		if p.Risk > contained {
			page.Left++
		}
	}
	page.More = max(0, len(places)-mostPlaces)
	page.Maps = byClient(places[:len(places)-page.More], r, page.Period)
	return show("datamap", "Data map", look{audit.AccessSearch, "data-map", page.filter(), len(places) - page.More}, page), nil
}

// datamapPage reads the filter of the address and the flows that it leaves.
func (c *Console) datamapPage(r *request) (*datamapPage, []index.Flow, error) {
	values := r.URL.Query()
	page := &datamapPage{Client: values.Get("client"), Category: values.Get("category")}
	page.Period, page.Periods = readPeriod(r, "30d", "7d", "30d", "90d", "365d")
	flows, err := c.cfg.Index.Flows(r.Context(), page.Period.From, page.Period.To)
	if err != nil {
		return nil, nil, fmt.Errorf("data map: %w", err)
	}
	for _, f := range flows {
		page.Clients, page.Kinds = append(page.Clients, f.Client), append(page.Kinds, f.Category)
	}
	page.Clients, page.Kinds = sortedOnce(page.Clients), sortedOnce(page.Kinds)
	// What was asked for and is not there narrows nothing, and is not put on the access log.
	if !slices.Contains(page.Clients, page.Client) {
		page.Client = ""
	}
	if !slices.Contains(page.Kinds, page.Category) {
		page.Category = ""
	}
	kept := slices.DeleteFunc(flows, func(f index.Flow) bool {
		return page.Client != "" && f.Client != page.Client || page.Category != "" && f.Category != page.Category
	})
	if r.may(review.ExportRun) {
		page.File = link("/data-map.csv", "span", page.Period.Name, "client", page.Client, "category", page.Category)
	}
	return page, kept, nil
}

// sortedOnce sorts names and leaves out empty and double ones.
func sortedOnce(names []string) []string {
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(s string) bool { return s == "" })
}

// filter is what the page was narrowed to, as it is recorded.
func (p *datamapPage) filter() string {
	terms := []string{"after:" + p.Period.after()}
	if p.Client != "" {
		terms = append(terms, "client:"+p.Client)
	}
	if p.Category != "" {
		terms = append(terms, "category:"+p.Category)
	}
	return strings.Join(terms, " ")
}

// byClient groups places by client, the client with the riskiest place first, since places are sorted by risk.
func byClient(places []movement, r *request, p period) []clientMap {
	var maps []clientMap
	at := make(map[string]int)
	for _, one := range places {
		i, ok := at[one.Client]
		if !ok {
			i = len(maps)
			at[one.Client] = i
			maps = append(maps, clientMap{Client: one.Client, Risk: one.Risk, URL: decisions(r, "client", one.Client, "after", p.after())})
		}
		maps[i].Places = append(maps[i].Places, one)
		for category := range one.Cells {
			if !slices.Contains(maps[i].Categories, category) {
				maps[i].Categories = append(maps[i].Categories, category)
			}
		}
	}
	for i := range maps {
		slices.SortFunc(maps[i].Categories, byLetter)
		for j := range maps[i].Places {
			maps[i].Places[j].Row = maps[i].Places[j].row(maps[i].Categories)
		}
	}
	return maps
}

// byLetter sorts categories as the Safe Harbor list does, what it does not list last.
func byLetter(a, b string) int {
	letter := func(name string) string {
		if l := categories[name].letter; l != "" {
			return l
		}
		return "~" + name
	}
	return strings.Compare(letter(a), letter(b))
}
