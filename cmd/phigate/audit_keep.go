package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/audit"
)

func auditSealCommand() *cobra.Command {
	var place logPlace
	cmd := &cobra.Command{
		Use:     "seal",
		Short:   "Compress the closed segments of the decision log now",
		Long:    "Compress the closed segments of the decision log now. A gate that runs does this by itself. Every command reads both kinds.",
		Example: "  phigate audit seal --data /var/lib/phigate",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := place.gate()
			if err != nil {
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
		},
	}
	place.flags(cmd)
	return cmd
}

func auditPruneCommand() *cobra.Command {
	var place logPlace
	var yes bool
	cmd := &cobra.Command{
		Use:   "prune --yes",
		Short: "Remove what is at the end of its retention",
		Long: `Remove the oldest sealed segments of the decision log whose records, and the policies that they name, have been out of use
for longer than decisions.keep (default six years, 45 CFR 164.316(b)(2)(i)), and which no legal hold covers. The gate must not
run; one that starts does the same. What was removed is on record, and the proofs of everything that is kept still hold.`,
		Example: "  phigate audit prune --yes --config /etc/phigate/phigate.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := place.gate()
			if err != nil {
				return err
			}
			if !yes {
				return usage(errors.New("pruning cannot be undone: say --yes"))
			}
			r, err := prune(cfg)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "removed %d records in %s (%d KiB); the log begins at record %d; the next segment stays: %s\n",
				r.Records, counted(r.Segments, "segment"), r.Bytes>>10, r.Minimum, dash(r.Kept))
			return nil
		},
	}
	place.flags(cmd)
	cmd.Flags().BoolVar(&yes, "yes", false, "really remove")
	return cmd
}

// prune removes what is at the end of its retention from a decision log that nobody writes.
func prune(cfg *config) (audit.PruneReport, error) {
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
	var place logPlace
	var yes bool
	cmd := &cobra.Command{
		Use:   "acknowledge --yes",
		Short: "Go on after the data folder was taken back to an earlier state",
		Long: `Go on after the data folder was taken back to an earlier state, such as by a snapshot of its volume: records that were
signed are lost, and the gate refuses every exchange until somebody says that this is known. The last checkpoint before goes
on record, and a new epoch of the log begins.`,
		Example: "  phigate audit acknowledge --yes --data /var/lib/phigate",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := place.gate()
			if err != nil {
				return err
			}
			if !yes {
				return usage(errors.New("records are lost, and the log will say so for ever: say --yes"))
			}
			return acknowledge(cmd, cfg)
		},
	}
	place.flags(cmd)
	cmd.Flags().BoolVar(&yes, "yes", false, "it is known that records are lost")
	return cmd
}

// acknowledge acknowledges the rollback of whichever log was taken back.
func acknowledge(cmd *cobra.Command, cfg *config) error {
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
	var place logPlace
	cmd := &cobra.Command{
		Use:     "holds",
		Short:   "List legal holds, which keep records from being pruned",
		Long:    "List legal holds, which keep records from being pruned. They are placed and released in the console or by phigate review.",
		Example: "  phigate audit holds",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := place.gate()
			if err != nil {
				return err
			}
			if err := looked(cmd.Context(), cfg, audit.AccessLook, "holds", "", 0); err != nil {
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
			for _, h := range holds {
				state := "in force"
				if h.Released {
					state = "released"
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s  %-8s  %s to %s  client %s  incident %s\n", h.ID, state, day(h.From), day(h.To), dash(h.Client), dash(h.Incident))
			}
			return nil
		},
	}
	place.flags(cmd)
	return cmd
}

// day is a date, or a dash for a bound that there is not.
func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.DateOnly)
}
