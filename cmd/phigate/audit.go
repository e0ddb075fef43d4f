package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/audit"
)

func auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Read, prove and verify the decision log",
		Example: `  phigate audit tail
  phigate audit list decision:block after:-24h
  phigate audit verify`,
	}
	cmd.AddCommand(auditTailCommand(), auditListCommand(), auditShowCommand(), auditStatsCommand(), auditExportCommand(), auditLookupCommand(),
		auditVerifyCommand(), auditCheckpointCommand(), auditProveCommand(), auditVerifyProofCommand(), auditIndexCommand(),
		auditSealCommand(), auditPruneCommand(), auditHoldCommand(), auditAcknowledgeCommand())
	return cmd
}

func auditTailCommand() *cobra.Command {
	var count int
	var follow, asJSON bool
	cmd := onLogs(&cobra.Command{
		Use:     "tail [flags]",
		Short:   "Print the newest decisions, and those that come",
		Example: "  phigate audit tail -n 20 --follow",
		Args:    none,
	}, func(cmd *cobra.Command, _ []string, cfg *config) error {
		if err := atLeast("lines", count, 0); err != nil {
			return err
		}
		target := "tail"
		if follow {
			target = "tail --follow"
		}
		if err := record(cmd, cfg, audit.Access{Kind: audit.AccessSearch, Target: target, Count: count}); err != nil {
			return err
		}
		dir, show := cfg.auditDir(), decisionPrinter(cmd.OutOrStdout(), asJSON)
		next, err := printNewest(cfg, count, show)
		if err != nil || !follow {
			return err
		}
		ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		err = printAll(audit.FollowFrom(ctx, dir, next), show)
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	})
	cmd.Flags().IntVarP(&count, "lines", "n", 10, "how many decisions to begin with")
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on until interrupted")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the records as they are in the log, and likelihood, the highest of their findings")
	return cmd
}

// printNewest prints the newest count decisions, oldest first, and returns the number after the last one.
func printNewest(cfg *config, count int, show func(*audit.Decision) error) (next uint64, err error) {
	key, err := cfg.checkpointVerifier()
	if err != nil {
		return 0, err
	}
	var newest []*audit.Decision
	for d, err := range audit.ListSigned(cfg.auditDir(), audit.Filter{Limit: max(count, 1)}, key) {
		if err != nil {
			return 0, err
		}
		newest = append(newest, d)
		next = max(next, d.Seq+1)
	}
	for i := min(len(newest), count) - 1; i >= 0; i-- {
		if err := show(newest[i]); err != nil {
			return 0, err
		}
	}
	return next, nil
}

func auditShowCommand() *cobra.Command {
	return onLogs(&cobra.Command{
		Use:     "show ID",
		Short:   "Print one decision as JSON",
		Long:    "Print one decision as JSON, as it is in the log. For people, phigate explain says the same in words.\n\nThe exit status is 1 if there is none, and 4 if its record is not as it was written; then it is not printed.",
		Example: "  phigate audit show 01KAX3M9T0V5Q2Z8R4B6C7D8E9",
		Args:    one("the ID of a decision"),
	}, func(cmd *cobra.Command, args []string, cfg *config) error {
		d, err := findDecision(cmd, cfg, args[0])
		if err != nil {
			return err
		}
		encoder := json.NewEncoder(cmd.OutOrStdout())
		encoder.SetIndent("", "  ")
		return encoder.Encode(d)
	})
}

// decisionID reads the ID of a decision, which may be given in lower case. What else somebody types is not put on record.
func decisionID(text string) (string, error) {
	id := strings.ToUpper(text)
	if !looksLikeID(id) {
		return "", usage(errors.New("this is not the ID of a decision, such as 01KAX3M9T0V5Q2Z8R4B6C7D8E9\n" +
			"\thint: it is in the message that the job's client shows, and phigate audit list prints the newest"))
	}
	return id, nil
}

// findDecision finds a decision by its ID, after the look is on record.
func findDecision(cmd *cobra.Command, cfg *config, text string) (*audit.Decision, error) {
	id, err := decisionID(text)
	if err != nil {
		return nil, err
	}
	if err := record(cmd, cfg, audit.Access{Kind: audit.AccessLook, Target: id, Count: 1}); err != nil {
		return nil, err
	}
	d, err := cfg.findRecord(id, 0)
	if errors.Is(err, audit.ErrNotFound) {
		return nil, notFound(id, err)
	}
	return d, err
}

// notFound says that there is no such decision.
func notFound(id string, err error) error {
	return &statusError{exitFound, fmt.Errorf("decision %s: %w\n\thint: phigate audit list prints the newest, and --data or --config names the log", id, err)}
}

// looksLikeID reports whether text has the form of an identifier.
func looksLikeID(text string) bool {
	return len(text) == 26 && strings.Trim(text, "0123456789ABCDEFGHJKMNPQRSTVWXYZ") == ""
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return fmt.Sprintf("%d %sies", n, stem)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// printAll prints a sequence of decisions.
func printAll(decisions iter.Seq2[*audit.Decision, error], show func(*audit.Decision) error) error {
	for d, err := range decisions {
		if err != nil {
			return err
		}
		if err := show(d); err != nil {
			return err
		}
	}
	return nil
}

// decisionPrinter prints one line for each decision: for people, or as JSON.
func decisionPrinter(out io.Writer, asJSON bool) func(*audit.Decision) error {
	if asJSON {
		return func(d *audit.Decision) error { return json.NewEncoder(out).Encode(listedDecision{d, d.Likelihood()}) }
	}
	return func(d *audit.Decision) error {
		w := bufio.NewWriter(out)
		fmt.Fprintf(w, "%s %s %-10s %-8s %-22s %-10s %-8s %-6s %s", d.Time.UTC().Format("2006-01-02T15:04:05Z"), d.ID, d.Action, d.Dir, d.Reason,
			dash(d.Client), dash(d.API), dash(d.HTTP.Method), dash(place(d)))
		if len(d.Rules) > 0 {
			fmt.Fprintf(w, " [%s]", strings.Join(d.Rules, " "))
		}
		fmt.Fprintln(w)
		return w.Flush()
	}
}

// listedDecision is a decision in a list for machines: the record, and what is said of it as a whole.
type listedDecision struct {
	*audit.Decision
	Likelihood string `json:"likelihood,omitempty"` // the highest of its findings
}

// place is what a decision was about: the object, the route or the host.
func place(d *audit.Decision) string {
	switch {
	case d.Object != "":
		return d.Object
	case d.HTTP.Route != "":
		return d.HTTP.Route
	}
	return d.Dest.Host
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// parseTime reads a date, a time, or how long ago; empty is the zero time.
func parseTime(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	s = strings.TrimPrefix(s, "-") // as queries have it
	for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	var days int
	if n, err := fmt.Sscanf(s, "%dd", &days); err == nil && n == 1 && days >= 0 && s == fmt.Sprintf("%dd", days) {
		return now.AddDate(0, 0, -days), nil
	}
	if ago, err := time.ParseDuration(s); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	return time.Time{}, fmt.Errorf("%q is not a time such as 2026-11-23, 2026-11-23T09:00:00Z, 24h or 7d", s)
}
