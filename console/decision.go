package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/review"
)

// decisionPage is what decision.html shows.
type decisionPage struct {
	ID       string
	D        *audit.Decision
	Row      index.Row
	Now      time.Time
	Said     said
	Findings []findingView
	Whole    whole
	Withheld bool       // the log no longer has the whole record: only what the index knows is shown
	Related  []rowTable // decisions that came before it
	History  []index.Event
	Policy   policyView
	Cases    []string

	Q       string // filter of the list that the person came from
	List    string // its address
	Next    string // address of the next one in it, without a verdict on this one
	Record  string // address of the raw record; empty for who may not have it
	Proof   string
	Except  string // address of the form for an exception
	Verdict *verdictForm
	Confirm *verdictForm // for the second person
	Reopen  *textForm
	Note    *textForm
	Assign  *assignForm
}

// policyView is the policy in effect at the time of a decision.
type policyView struct {
	Digest string
	Named  []policyLine // of the rules that the decision names
	Whole  []policyLine
	May    bool
}

// textForm asks for one text.
type textForm struct {
	Text, Error string
	Most        int
}

// assignForm asks who is to have a decision.
type assignForm struct {
	People []string
	Error  string
	Mine   bool // it is the person's own
	Me     string
}

// decision shows one decision.
func (c *Console) decision(r *request) (reply, error) {
	page, err := c.decisionPage(r)
	if err != nil {
		return reply{}, err
	}
	return c.showDecision(page, 0), nil
}

// showDecision is the reply with a page about one decision.
func (c *Console) showDecision(page *decisionPage, status int) reply {
	answer := show("decision", page.Said.Heading, look{audit.AccessLook, page.ID, page.Q, 1}, page)
	answer.status, answer.section = status, "/queue"
	return answer
}

// decisionPage collects what is known about the decision that the address names.
func (c *Console) decisionPage(r *request) (*decisionPage, error) {
	ctx, x := r.Context(), c.cfg.Index
	row, err := x.Get(ctx, r.PathValue("id"))
	if err != nil {
		return nil, fmt.Errorf("decision: %w", err)
	}
	d, err := c.cfg.Find(row.ID, row.Seq)
	if err != nil && !errors.Is(err, audit.ErrNotFound) {
		return nil, fmt.Errorf("decision: %w", err)
	}
	page := &decisionPage{ID: row.ID, D: d, Row: veil(r, []index.Row{row})[0], Now: r.now, Withheld: d == nil}
	page.Q, _, _ = worklist(r)
	if d == nil {
		page.D = outline(row)
	}
	page.Said = c.said(page.D)
	page.Findings = findings(page.D, r.may(review.FingerprintsView))
	page.Whole = wholeOf(page.D)
	page.Cases = page.Row.Cases
	if page.Related, err = c.related(r, row, page.Q); err != nil {
		return nil, fmt.Errorf("decision: %w", err)
	}
	if page.History, err = x.History(ctx, row.ID); err != nil {
		return nil, fmt.Errorf("decision: %w", err)
	}
	page.Policy = c.policyView(r, page.D)
	c.ways(r, page)
	c.decisionForms(r, page)
	return page, nil
}

// related are the decisions before one that were about the same value, for who may know that, and of the same client.
func (c *Console) related(r *request, row index.Row, q string) ([]rowTable, error) {
	found, err := c.cfg.Index.Related(r.Context(), row.ID, relatedRows)
	if err != nil {
		return nil, err
	}
	var tables []rowTable
	if len(found.Fingerprint) > 0 && r.may(review.FingerprintsView) {
		tables = append(tables, rowTable{Caption: "The same value", Rows: found.Fingerprint, Q: q})
	}
	if len(found.Client) > 0 {
		tables = append(tables, rowTable{Caption: "The same client", Rows: veil(r, found.Client), Q: q})
	}
	return tables, nil
}

// relatedRows is how many earlier decisions of each kind are shown beside one.
const relatedRows = 5

// outline is what the index knows of a decision whose record the log no longer has.
func outline(row index.Row) *audit.Decision {
	return &audit.Decision{
		V: audit.Version, ID: row.ID, Time: row.Time, Node: row.Node, Seq: row.Seq, Kind: audit.Kind(row.Kind), Action: row.Action,
		Reason: row.Reason, Mode: row.Mode, Client: row.Client, Source: row.Source, Dest: audit.Dest{Host: row.Host}, API: row.API,
		Op: row.Op, Object: row.Object, Dir: row.Direction, HTTP: audit.HTTP{Method: row.Method, Route: row.Route},
		Policy: audit.Policy{Digest: row.Policy}, Rules: row.Rules, Bytes: row.Bytes, Records: row.Records, Cover: audit.Coverage(row.Coverage),
	}
}

// policyView is the policy under which a decision was taken, for who may see it.
func (c *Console) policyView(r *request, d *audit.Decision) policyView {
	v := policyView{Digest: d.Policy.Digest, May: r.may(review.PolicyView)}
	if c.cfg.Policy == nil || !v.May {
		return v
	}
	if text, ok := c.cfg.Policy(d.Policy.Digest); ok {
		v.Whole = policyLines(text, rulesOf(d))
		v.Named = marked(v.Whole)
	}
	return v
}

// ways are the addresses to which a decision's page leads.
func (c *Console) ways(r *request, page *decisionPage) {
	page.List = backTo(page.Q)
	if row, err := c.next(r, page.ID); err == nil {
		page.Next = decisionLink(row.ID, page.Q)
	}
	if r.may(review.ExportRun) && r.may(review.FingerprintsView) && !page.Withheld {
		page.Record = "/decisions/" + page.ID + "/record.json"
	}
	if r.may(review.ProofsDownload) && r.may(review.FingerprintsView) && c.cfg.Prove != nil {
		page.Proof = "/decisions/" + page.ID + "/proof"
	}
	if r.may(review.ExceptionsRequest) && len(rulesOf(page.D)) > 0 && reviewable(page.Row) {
		rule, object, field := Hit(page.D)
		page.Except = link("/exceptions", "rule", rule, "client", page.D.Client, "object", object, "field", field) + "#request"
	}
}

// next is the decision that follows one in the list that the person works through.
func (c *Console) next(r *request, id string) (index.Row, error) {
	_, q, ok := worklist(r)
	if !ok {
		return index.Row{}, index.ErrNotFound
	}
	return c.cfg.Index.Next(r.Context(), q, id)
}

// decisionLink is the address of a decision, reached from a list.
func decisionLink(id, q string) string {
	if q == "" {
		return "/decisions/" + id
	}
	return link("/decisions/"+id, "q", q)
}

// decisionRecord is the record as the log has it, but for its layout.
func (c *Console) decisionRecord(r *request) (reply, error) {
	row, err := c.cfg.Index.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return reply{}, fmt.Errorf("decision: %w", err)
	}
	if !r.may(review.FingerprintsView) {
		return reply{}, errForbidden
	}
	d, err := c.cfg.Find(row.ID, row.Seq)
	if err != nil {
		return reply{}, fmt.Errorf("decision: %w", err)
	}
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return reply{}, fmt.Errorf("decision: %w", err)
	}
	return download(row.ID+".json", "application/json", append(text, '\n'), look{audit.AccessExport, row.ID, "", 1}), nil
}

// decisionProof is the proof that a decision is in the log, for a verifier that has nothing but it and the log's public
// key. It holds the record, fingerprints included.
func (c *Console) decisionProof(r *request) (reply, error) {
	row, err := c.cfg.Index.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return reply{}, fmt.Errorf("proof: %w", err)
	}
	if !r.may(review.FingerprintsView) {
		return reply{}, errForbidden
	}
	if c.cfg.Prove == nil {
		return reply{}, fmt.Errorf("proof: %w", review.ErrNotFound)
	}
	proof, err := c.cfg.Prove(row.ID)
	if err != nil {
		return reply{}, fmt.Errorf("proof: %w", err)
	}
	return download(row.ID+".tlog-proof", "text/plain; charset=utf-8", proof, look{audit.AccessExport, row.ID, "", 1}), nil
}
