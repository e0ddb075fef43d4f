package console

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/review"
)

// accessPage is what access.html shows.
type accessPage struct {
	Filter   accessFilter
	Kinds    []choice
	Outcomes []choice
	People   []string
	Rows     []accessRow
	Pager    pager
	Narrowed bool
}

// accessFilter is what the form of the page asks for.
type accessFilter struct {
	Actor, Kind, Outcome, Target string
	From, To                     string // days, To is included
	Error                        string
}

// accessRow is a record of the access log in words.
type accessRow struct {
	audit.Access
	Did     string // what was done
	URL     string // of what it was done to
	Short   string // Target, without the end of a digest
	Detail  string // verdict, state, scope
	Written string // by the person
	Tag     string // class of the outcome
	Roles   string // empty where the row above has them
	Code    string // why it was denied or failed, or how it came about, in words
}

// access shows who looked at what and did what. To look at it is on it too.
func (c *Console) access(r *request) (reply, error) {
	f, asked := readAccessFilter(r.URL.Query())
	at := index.Cursor(r.URL.Query().Get("at"))
	page := &accessPage{Filter: f}
	page.Kinds, page.Outcomes = accessKinds(f.Kind), accessOutcomes(f.Outcome)
	page.Narrowed = f != (accessFilter{})
	for _, u := range c.cfg.Auth.Users() {
		page.People = append(page.People, u.Name)
	}
	if f.Error != "" {
		answer := show("access", "Access log", nothing, page)
		answer.status = 400
		return answer, nil
	}
	list, err := c.cfg.Index.Accesses(r.Context(), asked, at, pageRows)
	if err != nil {
		return reply{}, fmt.Errorf("access log: %w", err)
	}
	for i, a := range list.Accesses {
		row := rowOfAccess(a)
		if i > 0 && list.Accesses[i-1].Actor == a.Actor && list.Accesses[i-1].Role == a.Role {
			row.Roles = ""
		}
		page.Rows = append(page.Rows, row)
	}
	page.Pager = pager{Next: f.page(list.Next), Previous: f.page(list.Previous)}
	return show("access", "Access log", look{audit.AccessSearch, "access", f.text(), len(page.Rows)}, page), nil
}

// readAccessFilter reads the form. Days are those of UTC.
func readAccessFilter(values url.Values) (accessFilter, index.AccessFilter) {
	get := func(name string) string { return strings.TrimSpace(values.Get(name)) }
	f := accessFilter{Actor: get("actor"), Kind: get("kind"), Outcome: get("outcome"), Target: get("target"), From: get("from"), To: get("to")}
	asked := index.AccessFilter{Actor: f.Actor, Kind: audit.AccessKind(f.Kind), Outcome: f.Outcome, Target: f.Target}
	var ok bool
	if asked.From, ok = readDay(f.From); !ok {
		f.Error = "The first day is not a date such as 2026-11-23."
	}
	to, ok := readDay(f.To)
	if !ok {
		f.Error = "The last day is not a date such as 2026-11-23."
	}
	if !to.IsZero() {
		asked.To = to.AddDate(0, 0, 1)
	}
	switch {
	case f.Error != "":
	case !asked.From.IsZero() && !asked.To.IsZero() && !asked.From.Before(asked.To):
		f.Error = "The last day is before the first one."
	case len(f.text()) > audit.MaxText:
		f.Error = "The filter is too long to be put on record."
	}
	return f, asked
}

// readDay reads a day of a form; an empty one is the zero time.
func readDay(text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	t, err := time.Parse("2006-01-02", text)
	return t, err == nil
}

// text is the filter as it is recorded.
func (f accessFilter) text() string {
	var terms []string
	for _, t := range []struct{ key, value string }{{"actor", f.Actor}, {"kind", f.Kind}, {"outcome", f.Outcome}, {"target", f.Target}, {"from", f.From}, {"to", f.To}} {
		if t.value != "" {
			terms = append(terms, t.key+":"+t.value)
		}
	}
	return strings.Join(terms, " ")
}

// page is the address of another page of the list; empty if there is none.
func (f accessFilter) page(at index.Cursor) string {
	if at == "" {
		return ""
	}
	values := url.Values{"at": {string(at)}}
	for _, t := range []struct{ key, value string }{{"actor", f.Actor}, {"kind", f.Kind}, {"outcome", f.Outcome}, {"target", f.Target}, {"from", f.From}, {"to", f.To}} {
		if t.value != "" {
			values.Set(t.key, t.value)
		}
	}
	return "/access?" + values.Encode()
}

// accessKinds are the kinds of record that can be chosen.
func accessKinds(chosen string) []choice {
	var list []choice
	for _, kind := range []audit.AccessKind{audit.AccessLogin, audit.AccessLogout, audit.AccessLook, audit.AccessSearch, audit.AccessExport, audit.AccessLookup,
		audit.AccessVerdict, audit.AccessConfirm, audit.AccessNote, audit.AccessAssign, audit.AccessView, audit.AccessException, audit.AccessHold,
		audit.AccessUser, audit.AccessSetup, audit.AccessCheckpoint, audit.AccessServe} {
		list = append(list, choice{Label: accessWord(kind), URL: string(kind), On: string(kind) == chosen})
	}
	return list
}

func accessOutcomes(chosen string) []choice {
	var list []choice
	for _, outcome := range []string{"ok", "denied", "failed"} {
		list = append(list, choice{Label: outcome, URL: outcome, On: outcome == chosen})
	}
	return list
}

// accessWord is a kind of record in words.
func accessWord(kind audit.AccessKind) string {
	switch kind {
	case audit.AccessLogin:
		return "sign-in"
	case audit.AccessLogout:
		return "sign-off"
	case audit.AccessLook:
		return "look"
	case audit.AccessSearch:
		return "list"
	case audit.AccessExport:
		return "file"
	case audit.AccessLookup:
		return "value lookup"
	case audit.AccessVerdict:
		return "verdict"
	case audit.AccessConfirm:
		return "second verdict"
	case audit.AccessNote:
		return "note"
	case audit.AccessAssign:
		return "assignment"
	case audit.AccessView:
		return "view"
	case audit.AccessException:
		return "exception"
	case audit.AccessHold:
		return "hold"
	case audit.AccessUser:
		return "people"
	case audit.AccessSetup:
		return "set-up"
	case audit.AccessCheckpoint:
		return "checkpoint"
	case audit.AccessServe:
		return "gate"
	}
	return string(kind)
}

// rowOfAccess puts a record into words.
func rowOfAccess(a audit.Access) accessRow {
	row := accessRow{Access: a, Did: accessWord(a.Kind), Tag: "tag", Roles: roleWords(review.Role(a.Role)),
		Short: a.Target, Code: reasonWords(a.Reason)}
	switch a.Outcome {
	case "denied", "failed":
		row.Tag = "tag tag-block"
	}
	switch {
	case isID(a.Target) && slices.Contains([]audit.AccessKind{audit.AccessLook, audit.AccessVerdict, audit.AccessConfirm, audit.AccessNote, audit.AccessAssign, audit.AccessExport}, a.Kind):
		row.URL = "/decisions/" + a.Target
	case strings.HasPrefix(a.Target, "sha256:"):
		row.Short = shortDigest(a.Target)
		row.URL = "/policy/" + a.Target
	case a.Review != nil && len(a.Review.Decisions) == 1 && isID(a.Review.Decisions[0]):
		row.URL = "/decisions/" + a.Review.Decisions[0]
	}
	if a.Review == nil {
		return row
	}
	row.Written = a.Review.Text
	row.Detail = reviewWords(a.Review)
	return row
}

// Hash is the beginning of the session's short hash: enough to tell the sessions of one page apart.
func (a accessRow) Hash() string { return a.Session[:min(6, len(a.Session))] }

// reviewWords says what a person decided.
func reviewWords(v *audit.Review) string {
	switch {
	case v.Exception != nil:
		return v.Exception.State + ": " + v.Exception.Rule + " for " + scopeWords(*v.Exception)
	case v.Hold != nil:
		return holdWords(*v.Hold)
	case v.View != nil:
		return v.View.Name
	}
	var parts []string
	if v.Verdict != "" {
		parts = append(parts, verdictTitle(v.Verdict))
	}
	if v.Status != "" {
		parts = append(parts, strings.ToLower(statusTitle(v.Status)))
	}
	if v.Assignee != "" {
		parts = append(parts, "to "+v.Assignee)
	}
	if n := len(v.Decisions); n > 1 {
		parts = append(parts, countOf(n, "decision"))
	}
	return strings.Join(parts, ", ")
}
