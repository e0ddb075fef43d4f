package console

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/console/chart"
)

// mostBars is how many bars a list of the overview has.
const mostBars = 8

// overviewPage is what overview.html shows.
type overviewPage struct {
	Period                    period
	Periods                   []choice
	Tiles                     []tile
	Actions, Volume           template.HTML
	Rules, Detectors, Clients template.HTML
	Ages                      template.HTML
	Queue                     string // address of the queue, for who may see it
	Quality                   []ruleQuality
	Health                    []healthLine
	Sick                      bool
	Judged, FalseAlarms       int
}

// tile is a number with what it means.
type tile struct {
	Label, Value, Note, URL string
	Class                   string // of the number
}

// ruleQuality is how often a rule was wrong.
type ruleQuality struct {
	Rule, URL string
	Decided   int
	False     int
	Percent   int
	Noisy     bool // often wrong, on enough verdicts to say so
}

// overview shows what the gate did of late.
func (c *Console) overview(r *request) (reply, error) {
	page := &overviewPage{Queue: decisions(r, "status", "open")}
	page.Period, page.Periods = readPeriod(r, "24h", "24h", "7d", "30d")
	if page.Queue != "" {
		page.Queue = "/queue"
	}
	for _, part := range []func(*request, *overviewPage) error{c.overviewTotals, c.overviewTops, c.overviewWork} {
		if err := part(r, page); err != nil {
			return reply{}, fmt.Errorf("overview: %w", err)
		}
	}
	if c.cfg.Health != nil {
		page.Health = healthLines(c.cfg.Health(), c.cfg.Index.Position(), r.now)
	} else {
		page.Health = []healthLine{indexLine(c.cfg.Index.Position())}
	}
	page.Sick = slices.ContainsFunc(page.Health, func(l healthLine) bool { return l.Bad })
	return show("overview", "Overview", look{audit.AccessLook, "overview", "after:" + page.Period.after(), 0}, page), nil
}

// overviewTotals adds the numbers on top and the charts over time.
func (c *Console) overviewTotals(r *request, page *overviewPage) error {
	p := page.Period
	now, err := c.cfg.Index.Series(r.Context(), p.From, p.To, "action", p.Buckets)
	if err != nil {
		return err
	}
	before := p.Before()
	past, err := c.cfg.Index.Series(r.Context(), before.From, before.To, "action", 1)
	if err != nil {
		return err
	}
	drawn, volume := gridded(now, p)
	frame := chart.Frame{ID: "actions", Title: "Decisions by action", Height: 150, Word: actionWord}
	if decisions(r) != "" {
		frame.Link = func(from, to time.Time) string {
			return decisions(r, "after", from.UTC().Format(time.RFC3339), "before", to.UTC().Format(time.RFC3339))
		}
	}
	page.Actions = chart.Histogram(frame, actionOrder(), drawn)
	page.Volume = chart.Area(chart.Frame{ID: "volume", Title: "Bytes inspected", Unit: "bytes", Empty: "No bytes in this time.", Height: 72}, volume)
	page.Tiles = append(page.Tiles, totals(r, p, sums(now), sums(past))...)
	return nil
}

// gridded turns series into the bars of a histogram, and into the bytes of all of them. All series have the same times,
// which begin at whole hours or days. Where there are none, the bars are empty.
func gridded(series []index.Series, p period) ([]chart.Bucket, chart.Series) {
	var starts []time.Time
	width := p.To.Sub(p.From) / time.Duration(p.Buckets)
	for i := range p.Buckets {
		starts = append(starts, p.From.Add(time.Duration(i)*width))
	}
	if len(series) > 0 {
		starts = starts[:0]
		for _, point := range series[0].Points {
			starts = append(starts, point.From)
		}
	}
	drawn := make([]chart.Bucket, len(starts))
	volume := chart.Series{Name: "bytes", Points: make([]chart.Point, len(starts))}
	for i, from := range starts {
		to := p.To
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		drawn[i] = chart.Bucket{From: from, To: to, Counts: map[string]int{}}
		volume.Points[i].From = from
		for _, s := range series {
			if i < len(s.Points) {
				drawn[i].Counts[s.Name] += int(s.Points[i].N)
				volume.Points[i].N += s.Points[i].Bytes
			}
		}
	}
	return drawn, volume
}

// sums are the totals of series by name.
func sums(series []index.Series) map[string]int64 {
	total := make(map[string]int64, len(series))
	for _, s := range series {
		total[s.Name] += s.Total
	}
	return total
}

// totals are the numbers on top: all decisions, what was stopped, what was changed, what was only reported.
func totals(r *request, p period, now, past map[string]int64) []tile {
	sum := func(of map[string]int64, actions ...string) (n int64) {
		for _, a := range actions {
			n += of[a]
		}
		return n
	}
	all := actionOrder()
	changed := []string{"redact", "mask", "generalise"}
	tiles := []tile{
		{Label: "Decisions", URL: decisions(r, "after", p.after())},
		{Label: "Blocked", URL: decisions(r, "decision", "block", "after", p.after()), Class: "is-block"},
		{Label: "Changed", Class: "is-mask"},
		{Label: "Reported", URL: decisions(r, "decision", "alert", "after", p.after()), Class: "is-alert"},
	}
	if decisions(r) != "" {
		tiles[2].URL = queueLink("decision:redact,mask,generalise after:" + p.after())
	}
	for i, actions := range [][]string{all, {"block"}, changed, {"alert"}} {
		n, was := sum(now, actions...), sum(past, actions...)
		tiles[i].Value = number(int(n))
		tiles[i].Note = trend(n, was, p)
		if n == 0 {
			tiles[i].Class = ""
		}
	}
	return tiles
}

// fewBefore is how many there must have been for a change of them to be told as a share.
const fewBefore = 20

// trend compares a number with the one of the time before.
func trend(n, was int64, p period) string {
	text := number(int(was)) + " in the " + p.Label + " before"
	switch {
	case was == 0:
		return "none in the " + p.Label + " before"
	case was < fewBefore:
		return text
	}
	change := math.Round(float64(n-was) / float64(was) * 100)
	if change == 0 || math.Abs(change) > 999 {
		return text
	}
	return fmt.Sprintf("%s, %+.0f %%", text, change)
}

// overviewTops adds what was largest.
func (c *Console) overviewTops(r *request, page *overviewPage) error {
	p := page.Period
	for _, list := range []struct {
		into                          *template.HTML
		by, action, title, unit, none string
		key                           string
	}{
		{&page.Rules, "rule", "block", "Blocked by rule", "blocked", "No rule blocked anything.", "rule"},
		{&page.Detectors, "detector", "block", "Found in what was blocked", "blocked", "Nothing was blocked for what was found in it.", "detector"},
		{&page.Clients, "client", "", "Clients with the most decisions", "decisions", "No client sent anything.", "client"},
	} {
		top, err := c.cfg.Index.Top(r.Context(), p.From, p.To, list.by, list.action, mostBars)
		if err != nil {
			return err
		}
		bars := make([]chart.Amount, 0, len(top))
		for _, a := range top {
			bar := chart.Amount{Name: a.Name, N: a.N, Key: list.action, Href: decisions(r, list.key, a.Name, "decision", list.action, "after", p.after())}
			if bar.Name == "" {
				bar.Name, bar.Href = "none", ""
			}
			bars = append(bars, bar)
		}
		*list.into = chart.Bars(chart.Frame{Title: list.title, Unit: list.unit, Empty: list.none}, bars)
	}
	return nil
}

// overviewWork adds what waits for people, and what they said about the rules.
func (c *Console) overviewWork(r *request, page *overviewPage) error {
	ages, err := c.cfg.Index.Ages(r.Context())
	if err != nil {
		return err
	}
	open, late := int64(0), int64(0)
	bars := make([]chart.Amount, 0, len(ages))
	for _, a := range ages {
		open += a.N
		bar := chart.Amount{Name: ageTitle(a.Name), N: a.N}
		if a.Name == "<7d" || a.Name == "older" {
			late += a.N
			bar.Key = "mask"
		}
		bars = append(bars, bar)
	}
	note := "nothing waits longer than a day"
	if late > 0 {
		note = number(int(late)) + " for more than a day"
	}
	page.Tiles = append(page.Tiles, tile{Label: "Awaiting a verdict", Value: number(int(open)), Note: note, URL: page.Queue})
	page.Ages = chart.Bars(chart.Frame{Title: "Open decisions by age", Unit: "open", Empty: "Nothing awaits a verdict."}, bars)
	verdicts, err := c.cfg.Index.Verdicts(r.Context(), page.Period.From, page.Period.To)
	if err != nil {
		return err
	}
	page.Quality = qualities(r, verdicts, page.Period)
	for _, v := range verdicts {
		page.Judged, page.FalseAlarms = page.Judged+int(v.Decided), page.FalseAlarms+int(v.FalsePositive)
	}
	return nil
}

// ageTitle is a class of ages in words.
func ageTitle(name string) string {
	switch name {
	case "<1h":
		return "less than an hour"
	case "<1d":
		return "less than a day"
	case "<7d":
		return "less than a week"
	case "older":
		return "a week or more"
	}
	return name
}

// When a rule is called noisy: on fewer verdicts a rate says nothing.
const (
	noisyVerdicts = 5
	noisyPercent  = 25
)

// qualities are the rules that somebody judged, the most often wrong first.
func qualities(r *request, verdicts []index.RuleVerdicts, p period) []ruleQuality {
	var list []ruleQuality
	for _, v := range verdicts {
		if v.Decided == 0 {
			continue
		}
		q := ruleQuality{Rule: v.Rule, Decided: int(v.Decided), False: int(v.FalsePositive), URL: decisions(r, "rule", v.Rule, "verdict", "false_positive", "after", p.after())}
		q.Percent = int(math.Round(float64(v.FalsePositive) / float64(v.Decided) * 100))
		q.Noisy = v.Decided >= noisyVerdicts && q.Percent >= noisyPercent
		list = append(list, q)
	}
	slices.SortStableFunc(list, func(a, b ruleQuality) int {
		return cmp.Or(cmp.Compare(b.Percent, a.Percent), cmp.Compare(b.Decided, a.Decided), cmp.Compare(a.Rule, b.Rule))
	})
	return list[:min(len(list), 2*mostBars)]
}
