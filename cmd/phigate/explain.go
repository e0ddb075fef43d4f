package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/proxy"
)

func explainCommand() *cobra.Command {
	return onLogs(&cobra.Command{
		Use:   "explain ID",
		Short: "Say why a decision was taken",
		Long: `Say why a decision was taken: who wanted what, what was found where and by which evidence, and what each rule did about
it. ID is in the message that the job's client shows, and in the header X-Phigate-Decision.`,
		Example: "  phigate explain 01KAX3M9T0V5Q2Z8R4B6C7D8E9",
		Args:    one("the ID of a decision"),
	}, func(cmd *cobra.Command, args []string, cfg *config) error {
		d, err := findDecision(cmd, cfg, args[0])
		if err != nil {
			return err
		}
		explain(cmd.OutOrStdout(), d)
		return nil
	})
}

// explain prints a decision for people.
func explain(out io.Writer, d *audit.Decision) {
	fmt.Fprintf(out, "Decision %s, %s, on %s (record %d of %s)\n\n", d.ID, d.Kind, d.Time.UTC().Format("2006-01-02 15:04:05 UTC"), d.Seq, d.Node)
	fmt.Fprintf(out, "  %s\n", strings.ToUpper(d.Action))
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(out, "  %-11s %s\n", name, value)
		}
	}
	line("why", proxy.Explain(d.Reason))
	line("rules", strings.Join(d.Rules, ", "))
	line("let pass by", strings.Join(d.Except, ", "))
	line("client", joinNonEmpty(d.Client, parenthesised("from", d.Source)))
	if d.Dest.Port != 0 {
		line("to", fmt.Sprintf("%s:%d", d.Dest.Host, d.Dest.Port))
	}
	line("request", joinNonEmpty(d.HTTP.Method, d.HTTP.Route))
	line("meaning", joinNonEmpty(d.API, d.Op, d.Object, parenthesised("the", d.Dir)))
	if d.Cover != audit.None {
		line("body", fmt.Sprintf("%d bytes, %s, inspection %s", d.Bytes, counted(int(d.Records), "record"), d.Cover))
	}
	line("policy", fmt.Sprintf("%s, mode %s", d.Policy.Digest, d.Mode))
	line("opened by", d.Of)
	if len(d.Finding) == 0 {
		return
	}
	fmt.Fprintf(out, "\n  %-10s %-18s %6s  %-12s %-24s %-36s %s\n", "action", "detector", "count", "likelihood", "evidence", "place", "rules")
	for _, f := range d.Finding {
		at := f.Path
		if f.Object != "" {
			at = f.Object + "." + f.Field
		}
		fmt.Fprintf(out, "  %-10s %-18s %6d  %-12s %-24s %-36s %s\n", f.Action, f.Detector, f.Count, f.Likelihood, f.Evidence, at, strings.Join(f.Rules, ", "))
	}
}

func joinNonEmpty(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " ")
}

func parenthesised(word, s string) string {
	if s == "" {
		return ""
	}
	return "(" + word + " " + s + ")"
}
