package console

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
)

// datamapCSV is the data map as a file, one line for each flow.
func (c *Console) datamapCSV(r *request) (reply, error) {
	page, flows, err := c.datamapPage(r)
	if err != nil {
		return reply{}, err
	}
	body, err := flowsCSV(flows)
	if err != nil {
		return reply{}, fmt.Errorf("data map: %w", err)
	}
	name := "data-map-" + page.Period.Name + "-" + r.now.UTC().Format("2006-01-02") + ".csv"
	return download(name, "text/csv; charset=utf-8; header=present", body, look{audit.AccessExport, "data-map", page.filter(), len(flows)}), nil
}

// flowsCSV writes flows as RFC 4180 has it, in the order of the page.
func flowsCSV(flows []index.Flow) ([]byte, error) {
	flows = slices.Clone(flows)
	slices.SortStableFunc(flows, func(a, b index.Flow) int {
		return strings.Compare(strings.Join([]string{a.Client, a.Object, a.Field, a.Category}, "\x00"), strings.Join([]string{b.Client, b.Object, b.Field, b.Category}, "\x00"))
	})
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	lines := [][]string{{"client", "direction", "object", "field", "category", "safe_harbor", "detector", "action", "risk", "count", "last", "example"}}
	for _, f := range flows {
		danger := contained
		if readable(f.Action) {
			danger = riskOf(f.Category)
		}
		lines = append(lines, []string{plain(f.Client), plain(f.Direction), plain(f.Object), plain(f.Field), plain(f.Category), categories[f.Category].letter,
			plain(f.Detector), plain(f.Action), danger.Word(), strconv.FormatInt(f.N, 10), f.Last.UTC().Format(time.RFC3339), plain(f.Example)})
	}
	err := w.WriteAll(lines)
	return b.Bytes(), err
}

// plain keeps a spreadsheet from taking a cell for a formula: what begins like one gets an apostrophe (OWASP, CSV injection).
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
