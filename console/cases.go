package console

import (
	"fmt"
	"net/http"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/query"
	"github.com/phigate/phigate/audit/review"
)

// defaultCases is the filter of the list of cases to who asks for nothing.
const defaultCases = "status:open,assigned,awaiting_second after:-30d"

// casesPage is what cases.html shows.
type casesPage struct {
	Filter         filterBox
	Q              string
	Now            time.Time
	Cases          []index.Case
	First, Default bool
	Pager          pager
}

// casePage is what case.html shows.
type casePage struct {
	Case    index.Case
	Now     time.Time
	Rows    []index.Row
	More    bool
	All     string // address of all its decisions in the queue
	Except  string
	Confirm bool // ask once more before all are judged
	Form    *verdictForm
}

// cases lists what belongs together: one rule, one value, one client.
func (c *Console) cases(r *request) (reply, error) {
	box, q := readFilter(r, defaultCases)
	at := index.Cursor(r.URL.Query().Get("at"))
	page := casesPage{Filter: box, Now: r.now, First: at == "", Default: box.Text == canonical(defaultCases, r.now)}
	if box.Error != nil {
		answer := show("cases", "Cases", nothing, page)
		answer.status = http.StatusBadRequest
		return answer, nil
	}
	list, err := c.cfg.Index.Cases(r.Context(), q, at, pageRows)
	if err != nil {
		return reply{}, fmt.Errorf("cases: %w", err)
	}
	page.Q, page.Cases = q.String(), list.Cases
	page.Pager = pager{Next: pageLink("/cases", page.Q, list.Next), Previous: pageLink("/cases", page.Q, list.Previous)}
	return show("cases", "Cases", look{audit.AccessSearch, "cases", page.Q, len(page.Cases)}, page), nil
}

// caseOne shows one case with its decisions.
func (c *Console) caseOne(r *request) (reply, error) {
	page, err := c.casePage(r)
	if err != nil {
		return reply{}, err
	}
	return c.showCase(page, 0), nil
}

func (c *Console) showCase(page *casePage, status int) reply {
	answer := show("case", "Case "+page.Case.Rule+", "+page.Case.Client, look{audit.AccessSearch, page.Case.Key, "", len(page.Rows)}, page)
	answer.status, answer.section = status, "/cases"
	return answer
}

// casePage collects a case and its newest decisions.
func (c *Console) casePage(r *request) (*casePage, error) {
	one, err := c.cfg.Index.Case(r.Context(), r.PathValue("key"))
	if err != nil {
		return nil, fmt.Errorf("case: %w", err)
	}
	page := &casePage{Case: one, Now: r.now}
	filter := "case:" + one.Key + " after:" + one.First.UTC().Add(-time.Second).Format(time.RFC3339)
	q, err := query.Parse(filter, r.now)
	if err != nil {
		return nil, fmt.Errorf("case: %w", err)
	}
	list, err := c.cfg.Index.Page(r.Context(), q, "", pageRows)
	if err != nil {
		return nil, fmt.Errorf("case: %w", err)
	}
	page.Rows, page.More, page.All = list.Rows, list.Next != "", queueLink(q.String())
	if r.may(review.CasesDecide) && one.Open > 0 {
		page.Form = newVerdictForm(r)
	}
	if r.may(review.ExceptionsRequest) {
		page.Except = link("/exceptions", "rule", one.Rule, "client", one.Client, "object", one.Object, "field", one.Field) + "#request"
	}
	return page, nil
}

// caseDecide judges all open decisions of a case, after the person has confirmed how many they are.
func (c *Console) caseDecide(r *request) (reply, error) {
	page, err := c.casePage(r)
	if err != nil {
		return reply{}, err
	}
	form := newVerdictForm(r)
	page.Form = form
	if !form.check() {
		return c.showCase(page, http.StatusUnprocessableEntity), nil
	}
	if r.PostForm.Get("confirmed") != "yes" {
		page.Confirm = true
		return c.showCase(page, 0), nil
	}
	n, err := c.cfg.Desk.DecideCase(r.Context(), r.actor, page.Case.Key, form.Chosen, form.Reason)
	if taken(err) {
		return seeOther("/cases/"+page.Case.Key, "decided", n), nil
	}
	text, ok := refused(err)
	if !ok {
		return reply{}, err
	}
	form.Error = text
	return c.showCase(page, http.StatusUnprocessableEntity), nil
}
