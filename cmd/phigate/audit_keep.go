package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/audit"
)

func auditSealCommand() *cobra.Command {
	return onLogs(&cobra.Command{
		Use:   "seal",
		Short: "Compress the closed segments of both logs now",
		Long: `Compress the closed segments of the decision log and the access log now. A gate that runs does this by itself. Every
command reads both kinds.`,
		Example: "  phigate audit seal --data /var/lib/phigate",
		Args:    none,
	}, func(cmd *cobra.Command, _ []string, cfg *config) error {
		if err := own(cfg); err != nil {
			return err
		}
		for _, dir := range []string{cfg.auditDir(), cfg.accessDir()} {
			if _, err := os.Stat(dir); err != nil {
				continue
			}
			r, err := audit.Seal(dir, time.Time{})
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: sealed %s, %d KiB are %d KiB now\n", filepath.Base(dir), counted(r.Segments, "segment"), r.Before>>10, r.After>>10)
		}
		return nil
	})
}

// confirmed adds --yes to a command that does what cannot be undone; without the flag it is refused, with the reason.
func confirmed(cmd *cobra.Command, does, without string) *cobra.Command {
	run := cmd.RunE
	yes := cmd.Flags().Bool("yes", false, does)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !*yes {
			return usage(errors.New(without + ": say --yes"))
		}
		return run(cmd, args)
	}
	return cmd
}

func auditPruneCommand() *cobra.Command {
	return confirmed(onLogs(&cobra.Command{
		Use:   "prune --yes",
		Short: "Remove what is at the end of its retention",
		Long: `Remove the oldest sealed segments of the decision log whose records, and the policies that they name, have been out of use
for longer than decisions.keep (default six years, 45 CFR 164.316(b)(2)(i)), and which no legal hold covers. The gate must not
run: one that does prunes both logs by itself, each hour. What was removed is on record, and the proofs of everything that is
kept still hold.`,
		Example: "  phigate audit prune --yes --config /etc/phigate/phigate.yaml",
		Args:    none,
	}, func(cmd *cobra.Command, _ []string, cfg *config) error {
		r, err := prune(cfg)
		if errors.Is(err, audit.ErrLocked) {
			err = fmt.Errorf("%w\n\thint: a gate that runs prunes by itself", err)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "removed %s in %s (%d KiB); the log begins at record %d; the next segment stays: %s\n",
			counted(int(r.Records), "record"), counted(r.Segments, "segment"), r.Bytes>>10, r.Minimum, dash(r.Kept))
		return nil
	}), "really remove", "pruning cannot be undone")
}

// prune removes what is at the end of its retention from a decision log that nobody writes.
func prune(cfg *config) (audit.PruneReport, error) {
	if err := own(cfg); err != nil {
		return audit.PruneReport{}, err
	}
	archive, err := openPolicyArchive(filepath.Join(cfg.Data, "policies"))
	if err != nil {
		return audit.PruneReport{}, err
	}
	key, err := audit.OpenCheckpointKey(cfg.checkpointKey(), checkpointName)
	if err != nil {
		return audit.PruneReport{}, err
	}
	r, err := retention(cfg, archive, key)
	if err != nil {
		return audit.PruneReport{}, err
	}
	return audit.Prune(cfg.auditDir(), r)
}

func auditAcknowledgeCommand() *cobra.Command {
	return confirmed(onLogs(&cobra.Command{
		Use:   "acknowledge --yes",
		Short: "Go on after the data folder was taken back to an earlier state",
		Long: `Go on after the data folder was taken back to an earlier state, such as by a snapshot of its volume: records that were
signed are lost, and the gate refuses every exchange until somebody says that this is known. The last checkpoint before goes
on record, and a new epoch of the log begins.

The exit status is 1 if neither log was taken back.`,
		Example: "  phigate audit acknowledge --yes --data /var/lib/phigate",
		Args:    none,
	}, func(cmd *cobra.Command, _ []string, cfg *config) error { return acknowledge(cmd, cfg) }),
		"it is known that records are lost", "records are lost, and the log will say so for ever")
}

// acknowledge acknowledges the rollback of whichever log was taken back.
func acknowledge(cmd *cobra.Command, cfg *config) error {
	if err := own(cfg); err != nil {
		return err
	}
	key, err := audit.OpenCheckpointKey(cfg.checkpointKey(), checkpointName)
	if err != nil {
		return err
	}
	decisions, access := cfg.decisionLog(key, nil), cfg.accessLog(key, nil)
	done := 0
	for _, l := range []struct {
		name        string
		acknowledge func() error
	}{
		{"decision", func() error { return audit.Acknowledge(decisions) }},
		{"access", func() error { return audit.AcknowledgeAccess(access) }},
	} {
		if err := l.acknowledge(); err != nil {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s log: %v\n", l.name, err)
			continue
		}
		done++
		fmt.Fprintf(cmd.OutOrStdout(), "%s log: the rollback is acknowledged; a new epoch begins\n", l.name)
	}
	if done == 0 {
		return &statusError{exitFound, nil}
	}
	return nil
}

func auditHoldCommand() *cobra.Command {
	var asJSON bool
	cmd := onLogs(&cobra.Command{
		Use:     "holds",
		Short:   "List legal holds, which keep records from being pruned",
		Long:    "List legal holds, which keep records from being pruned. They are placed and released in the console or by phigate review.",
		Example: "  phigate audit holds\n  phigate audit holds --json",
		Args:    none,
	}, func(cmd *cobra.Command, _ []string, cfg *config) error {
		if err := record(cmd, cfg, audit.Access{Kind: audit.AccessLook, Target: "holds"}); err != nil {
			return err
		}
		x, err := openIndex(cmd.Context(), cfg)
		if err != nil {
			return err
		}
		holds, err := x.Holds(cmd.Context())
		if err = errors.Join(err, x.Close()); err != nil {
			return err
		}
		if asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(append([]audit.Hold{}, holds...)) // never null
		}
		writeHolds(cmd.OutOrStdout(), holds)
		return nil
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the holds as JSON")
	return cmd
}

// writeHolds prints holds, one a line. The last day is included.
func writeHolds(out io.Writer, holds []audit.Hold) {
	for _, h := range holds {
		state, last := "in force", h.To
		if h.Released {
			state = "released"
		}
		if !last.IsZero() {
			last = last.Add(-time.Nanosecond)
		}
		fmt.Fprintf(out, "%s  %-8s  %s to %s  client %s  incident %s  placed by %s  released by %s  %s\n", h.ID, state, day(h.From), day(last),
			dash(h.Client), dash(h.Incident), dash(h.PlacedBy), dash(h.ReleasedBy), strings.ReplaceAll(h.Reason, "\n", " "))
	}
}

// day is a date, or a dash for a bound that there is not.
func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.DateOnly)
}
