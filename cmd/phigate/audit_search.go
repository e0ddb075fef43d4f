package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/export"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/query"
)

// queryHelp is the part of the help of every command that takes a query.
func queryHelp() string {
	var b strings.Builder
	b.WriteString("A query is made of terms that must all hold: key:value, key:a,b for a or b, -key:value for not, * for anything.\n" +
		"It is recorded on the access log as it stands.\n")
	for _, k := range query.Keys() {
		fmt.Fprintf(&b, "\n  %-34s %s", k.Example, k.Doc)
	}
	return b.String()
}

// comparedHelp is the part of the help of every command that hands out many records.
const comparedHelp = `Each record is compared with the signed tree before it is handed out. The exit status is 4, and nothing from there on is
handed out, where one is not as it was written; what no checkpoint covers yet, the last second of a gate that runs, is
compared with the chain.`

// parseQuery reads a query from arguments. An error is the user's.
func parseQuery(args []string) (query.Query, error) {
	q, err := query.Parse(strings.Join(args, " "), time.Now())
	if err != nil {
		return q, usage(fmt.Errorf("query: %w", err))
	}
	return q, nil
}

func auditListCommand() *cobra.Command {
	var limit int
	var asJSON bool
	cmd := onLogs(&cobra.Command{
		Use:   "list [QUERY...]",
		Short: "List decisions, newest first",
		Long:  "List decisions, newest first. Without after: the whole log is searched.\n\n" + comparedHelp + "\n\n" + queryHelp(),
		Example: `  phigate audit list decision:block after:-7d
  phigate audit list detector:us_ssn object:Contact client:'ehr-*' --json`,
	}, func(cmd *cobra.Command, args []string, cfg *config) error {
		q, err := parseQuery(args)
		if err := firstError(err, atLeast("limit", limit, 0)); err != nil {
			return err
		}
		if err := record(cmd, cfg, audit.Access{Kind: audit.AccessSearch, Query: q.String()}); err != nil {
			return err
		}
		show := decisionPrinter(cmd.OutOrStdout(), asJSON)
		return eachDecision(cmd, cfg, q, limit, func(d *audit.Decision, _ index.State) error { return show(d) })
	})
	cmd.Flags().IntVar(&limit, "limit", 50, "at most so `many`; 0 is all")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the records as they are in the log, and likelihood, the highest of their findings")
	return cmd
}

// eachDecision calls show for the decisions that q selects, newest first, at most limit of them; 0 is all. It reads the
// log itself; only what became of decisions is asked of the index.
func eachDecision(cmd *cobra.Command, cfg *config, q query.Query, limit int, show func(*audit.Decision, index.State) error) error {
	if q.NeedsIndex() {
		return eachIndexed(cmd, cfg, q, limit, show)
	}
	key, err := cfg.checkpointVerifier()
	if err != nil {
		return err
	}
	from, to := q.Span()
	n := 0
	for d, err := range audit.ListSigned(cfg.auditDir(), audit.Filter{Since: from, Until: to}, key) {
		if err != nil {
			return err
		}
		if !q.Match(d) {
			continue
		}
		if err := show(d, index.State{}); err != nil {
			return err
		}
		if n++; n == limit {
			break
		}
	}
	return nil
}

// eachIndexed is eachDecision for a query that only the index can answer. What the index still knows and the log has
// pruned is counted and not shown.
func eachIndexed(cmd *cobra.Command, cfg *config, q query.Query, limit int, show func(*audit.Decision, index.State) error) (err error) {
	if from, _ := q.Span(); from.IsZero() {
		q = q.With("after", "1970-01-01") // or else the index looks back as far as it thinks fit
	}
	x, err := openIndex(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	gone := 0
	defer func() {
		if err = errors.Join(err, x.Close()); err == nil && gone > 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "note: %s left out: the log does not hold them any more\n", counted(gone, "decision"))
		}
	}()
	var at index.Cursor
	for n := 0; ; {
		page, err := x.Page(cmd.Context(), q, at, 200)
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			d, err := cfg.findRecord(row.ID, row.Seq)
			if errors.Is(err, audit.ErrNotFound) {
				gone++
				continue
			}
			if err != nil {
				return err
			}
			if err := show(d, row.Review); err != nil {
				return err
			}
			if n++; n == limit {
				return nil
			}
		}
		if at = page.Next; at == "" {
			return nil
		}
	}
}

func auditExportCommand() *cobra.Command {
	var format, output string
	cmd := onLogs(&cobra.Command{
		Use:   "export [--format FORMAT] [-o FILE] [QUERY...]",
		Short: "Write decisions in the formats that other systems read",
		Long: `Write decisions, newest first, as JSON lines (the log's own records), CSV, OCSF 1.8.0 (HTTP Activity and Data Security
Finding), or CEF. Without after: the whole log is written. The export is recorded on the access log before the first line
is written; a file is there whole or not at all, and one that is there already is not written over.

` + comparedHelp + "\n\n" + queryHelp(),
		Example: `  phigate audit export --format ocsf after:-1d -o decisions.ocsf.jsonl
  phigate audit export --format csv decision:block > blocked.csv`,
	}, func(cmd *cobra.Command, args []string, cfg *config) error {
		q, err := parseQuery(args)
		if err != nil {
			return err
		}
		if !knownFormat(format) {
			return usage(fmt.Errorf("--format: %q is not one of %v", format, export.Formats()))
		}
		if err := record(cmd, cfg, audit.Access{Kind: audit.AccessExport, Target: format, Query: q.String()}); err != nil {
			return err
		}
		return exportTo(cmd, cfg, q, export.Format(format), output)
	})
	cmd.Flags().StringVar(&format, "format", "jsonl", fmt.Sprintf("one of %v", export.Formats()))
	cmd.Flags().StringVarP(&output, "output", "o", "", "`file` to write (default standard output)")
	return cmd
}

func knownFormat(name string) bool {
	for _, f := range export.Formats() {
		if string(f) == name {
			return true
		}
	}
	return false
}

// exportTo writes what q selects to a file, which is there whole or not at all, or to the standard output.
func exportTo(cmd *cobra.Command, cfg *config, q query.Query, format export.Format, output string) error {
	if output == "" || output == "-" {
		return exportAll(cmd, cfg, q, format, cmd.OutOrStdout())
	}
	f, err := os.OpenFile(output, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return usage(fmt.Errorf("--output: %w", err))
	}
	err = exportAll(cmd, cfg, q, format, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(output))
	}
	return nil
}

// exportAll writes what q selects.
func exportAll(cmd *cobra.Command, cfg *config, q query.Query, format export.Format, out io.Writer) error {
	w, err := export.New(out, format)
	if err != nil {
		return err
	}
	err = eachDecision(cmd, cfg, q, 0, func(d *audit.Decision, s index.State) error {
		return w.WriteReviewed(d, export.State{Status: s.Status, Verdict: s.Verdict, By: s.By, Assignee: s.Assignee, At: s.At})
	})
	return errors.Join(err, w.Close())
}

// statistics is what `phigate audit stats` prints.
type statistics struct {
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	Actions    []amount  `json:"actions"`
	Clients    []amount  `json:"clients"`
	Rules      []amount  `json:"rules"`
	Detectors  []amount  `json:"detectors"`
	Categories []amount  `json:"categories"`
}

// amount is how many decisions something has.
type amount struct {
	Name      string `json:"name"`
	Decisions int64  `json:"decisions"`
	Bytes     int64  `json:"bytes"`
}

func auditStatsCommand() *cobra.Command {
	var since string
	var asJSON bool
	cmd := onLogs(&cobra.Command{
		Use:     "stats [--since TIME]",
		Short:   "Count decisions by action, client, rule and detector",
		Long:    "Count decisions by action, client, rule, detector and category, by whole hours: the 20 largest of each.",
		Example: "  phigate audit stats --since 30d\n  phigate audit stats --json",
		Args:    none,
	}, func(cmd *cobra.Command, _ []string, cfg *config) error {
		now := time.Now()
		from, err := parseTime(since, now)
		if err != nil {
			return usage(fmt.Errorf("--since: %w", err))
		}
		if err := record(cmd, cfg, audit.Access{Kind: audit.AccessLook, Target: "stats"}); err != nil {
			return err
		}
		s, err := count(cmd.Context(), cfg, from, now)
		if err != nil {
			return err
		}
		if asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(s)
		}
		s.write(cmd.OutOrStdout())
		return nil
	})
	cmd.Flags().StringVar(&since, "since", "7d", "from this `time` on: 2026-11-23, 24h or 7d ago")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the numbers as JSON")
	return cmd
}

// count asks the index's roll-ups.
func count(ctx context.Context, cfg *config, from, to time.Time) (s statistics, err error) {
	x, err := openIndex(ctx, cfg)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	s = statistics{From: from.UTC(), To: to.UTC()}
	for by, into := range map[string]*[]amount{
		"action": &s.Actions, "client": &s.Clients, "rule": &s.Rules, "detector": &s.Detectors, "category": &s.Categories,
	} {
		top, err := x.Top(ctx, from, to, by, "", 20)
		if err != nil {
			return s, err
		}
		*into = make([]amount, len(top)) // never null
		for i, a := range top {
			(*into)[i] = amount{a.Name, a.N, a.Bytes}
		}
	}
	return s, nil
}

// write prints the numbers for people.
func (s *statistics) write(out io.Writer) {
	fmt.Fprintf(out, "%s to %s\n", s.From.Format(time.RFC3339), s.To.Format(time.RFC3339))
	for _, part := range []struct {
		title   string
		amounts []amount
	}{{"action", s.Actions}, {"client", s.Clients}, {"rule", s.Rules}, {"detector", s.Detectors}, {"category", s.Categories}} {
		fmt.Fprintf(out, "\n%-32s %12s %16s\n", part.title, "decisions", "bytes")
		for _, a := range part.amounts {
			fmt.Fprintf(out, "%-32s %12d %16d\n", dash(a.Name), a.Decisions, a.Bytes)
		}
	}
}

func auditIndexCommand() *cobra.Command {
	return onLogs(&cobra.Command{
		Use:   "index",
		Short: "Build the index anew from the logs",
		Long: `Build the index anew from the logs. The gate must not run. The index is a projection: nothing is lost with it, and nothing
is in it that the logs do not say.`,
		Example: "  phigate audit index --data /var/lib/phigate",
		Args:    none,
	}, func(cmd *cobra.Command, _ []string, cfg *config) error {
		if err := own(cfg); err != nil {
			return err
		}
		p := newByteProgress(cmd.ErrOrStderr(), "indexed")
		var records uint64
		start := time.Now()
		err := index.Rebuild(cmd.Context(), cfg.index(), func(done, total uint64) { records = done; p.count(done, total) })
		p.done()
		if errors.Is(err, index.ErrLocked) {
			err = fmt.Errorf("%w\n\thint: stop the gate first; a gate that runs mends its index itself", err)
		}
		if err != nil {
			return fmt.Errorf("build the index: %w", err)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "indexed %s in %s\n", counted(int(records), "record"), time.Since(start).Round(time.Millisecond))
		return nil
	})
}
