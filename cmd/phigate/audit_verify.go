package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/phigate/phigate/audit"
)

func auditVerifyCommand() *cobra.Command {
	var check verification
	var asJSON bool
	cmd := onLogs(&cobra.Command{
		Use:   "verify [flags]",
		Short: "Check that no record was changed, removed, reordered or taken back",
		Long: `Check the decision log and the access log: that every line is as it was written and in its place (chain), that the records
make the tree whose root was signed (checkpoints), and that no number is missing.

That the whole folder is not an older copy of itself shows against checkpoints that were kept elsewhere: those that each
log has of the other, those in the folder witness, and those named by --checkpoint. phigate audit checkpoint prints one to keep.

The exit status is 0 for logs that are as they were written, and 1 for any other.`,
		Example: `  phigate audit verify --data /var/lib/phigate
  phigate audit verify --checkpoint /mnt/evidence/2026-11-23.checkpoint --key /mnt/evidence/phigate.pub`,
		Args: none,
	}, func(cmd *cobra.Command, _ []string, cfg *config) error {
		check.progress = newByteProgress(cmd.ErrOrStderr(), "verified")
		reports, err := check.run(cfg)
		if err != nil {
			return err
		}
		if asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(reports)
		}
		for _, r := range reports {
			writeReport(cmd.OutOrStdout(), r)
		}
		return nil
	})
	cmd.Flags().StringVar(&check.key, "key", "", "public key `file` (default: checkpoint-key.pub in the data folder)")
	cmd.Flags().StringArrayVar(&check.kept, "checkpoint", nil, "checkpoint `file` that was kept elsewhere; may be repeated")
	cmd.Flags().StringVar(&check.since, "since", "", "leave out what ended before this `time`: 2026-11-23, 24h or 7d ago")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the reports as JSON")
	return cmd
}

// verification is what verify was asked for.
type verification struct {
	key, since string
	kept       []string
	progress   *byteProgress
}

// namedReport is the report of one of the two logs.
type namedReport struct {
	Log string `json:"log"`
	audit.Report
}

// run verifies both logs, each against what the other knows of it. The access log may be missing: a gate without console
// may have none yet.
func (v *verification) run(cfg *config) ([]namedReport, error) {
	since, err := parseTime(v.since, time.Now())
	if err != nil {
		return nil, usage(fmt.Errorf("--since: %w", err))
	}
	key, err := v.verifier(cfg)
	if err != nil {
		return nil, usage(err)
	}
	notes, err := readNotes(v.kept)
	if err != nil {
		return nil, usage(err)
	}
	var reports []namedReport
	logs := []struct{ name, dir, witness, peer string }{
		{"decisions", cfg.auditDir(), cfg.decisionsWitness(), cfg.accessDir()},
		{"access", cfg.accessDir(), cfg.accessWitness(), cfg.auditDir()},
	}
	for _, l := range logs {
		if _, err := os.Stat(l.dir); err != nil {
			continue
		}
		o := audit.VerifyOptions{Verifier: key, Since: since, Notes: notes, Progress: v.progress.report}
		if _, err := os.Stat(l.witness); err == nil {
			o.Witness = []string{l.witness}
		}
		// What cannot be read of the other log is reported when that one is verified.
		seen, _ := audit.Witnessed(l.peer)
		o.Notes = append(o.Notes, seen...)
		report, err := audit.VerifyLog(l.dir, o)
		v.progress.done()
		if err != nil {
			return nil, &statusError{exitFound, fmt.Errorf("%s log: %w", l.name, err)}
		}
		reports = append(reports, namedReport{l.name, report})
	}
	return reports, nil
}

// verifier is the key to verify by: the one that was named, or the gate's own; nil if there is none.
func (v *verification) verifier(cfg *config) (note.Verifier, error) {
	if v.key != "" {
		return audit.ReadCheckpointVerifier(v.key)
	}
	return cfg.checkpointVerifier()
}

// checkpointVerifier is the gate's own key to verify by; nil if there is none, as beside a copy of a log.
func (c *config) checkpointVerifier() (note.Verifier, error) {
	if _, err := os.Stat(c.checkpointKey() + ".pub"); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return audit.ReadCheckpointVerifier(c.checkpointKey() + ".pub")
}

// findRecord returns the record of a decision, after it was compared with what was signed. seq is its number, 0 if that is
// not known.
func (c *config) findRecord(id string, seq uint64) (*audit.Decision, error) {
	key, err := c.checkpointVerifier()
	if err != nil {
		return nil, err
	}
	return audit.FindAt(c.auditDir(), id, seq, key)
}

// proveRecord returns the proof of a decision, after its record was compared with what was signed.
func (c *config) proveRecord(id string) ([]byte, error) {
	key, err := c.checkpointVerifier()
	if err != nil {
		return nil, err
	}
	return audit.ProveSigned(c.auditDir(), id, key)
}

// readNotes reads checkpoints that were kept elsewhere.
func readNotes(files []string) ([]string, error) {
	var notes []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("read checkpoint: %w", err)
		}
		notes = append(notes, string(text))
	}
	return notes, nil
}

// writeReport prints what a verification found right, and what it could not look at.
func writeReport(out io.Writer, r namedReport) {
	fmt.Fprintf(out, "%s log: verified %s in %s, %s to %s\n", r.Log, counted(r.Records, "record"), counted(r.Segments, "segment"),
		r.First.UTC().Format(time.RFC3339), r.Last.UTC().Format(time.RFC3339))
	fmt.Fprintf(out, "  chain    head %s\n", r.Head)
	switch {
	case r.Checkpoints == 0:
		fmt.Fprintln(out, "  tree     not signed: there is no checkpoint")
	case r.Tree > r.Signed:
		fmt.Fprintf(out, "  tree     %s, root %s, signed up to record %d\n", counted(int(r.Tree), "record"), r.Root, r.Signed)
	default:
		fmt.Fprintf(out, "  tree     %s, root %s, signed\n", counted(int(r.Tree), "record"), r.Root)
	}
	if r.Witnessed > 0 {
		fmt.Fprintf(out, "  witness  checkpoints that were kept elsewhere agree, the largest of %s\n", counted(int(r.Witnessed), "record"))
	} else {
		fmt.Fprintln(out, "  witness  none: an older copy of the whole folder would not be noticed (--checkpoint)")
	}
	if r.Pruned > 0 {
		fmt.Fprintf(out, "  pruned   %s at the end of their retention\n", counted(int(r.Pruned), "record"))
	}
	if r.Rollbacks > 0 {
		fmt.Fprintf(out, "  rollback acknowledged %s\n", counted(r.Rollbacks, "time"))
	}
	if r.Unclosed > 0 {
		fmt.Fprintf(out, "  open     %s without a closing record: the gate was killed, or they are still on their way\n", counted(r.Unclosed, "large body"))
	}
}

func auditCheckpointCommand() *cobra.Command {
	return onLogs(&cobra.Command{
		Use:   "checkpoint",
		Short: "Print the decision log's latest signed checkpoint",
		Long: `Print the decision log's latest signed checkpoint. Kept where nobody can write who writes the log, it proves later that
nothing was cut off, changed or taken back before it: phigate audit verify --checkpoint FILE.`,
		Example: "  phigate audit checkpoint > /mnt/evidence/2026-11-23.checkpoint",
		Args:    none,
	}, func(cmd *cobra.Command, _ []string, cfg *config) error {
		text, err := os.ReadFile(cfg.checkpointFile())
		if err != nil {
			return &statusError{exitFound, fmt.Errorf("read the checkpoint: %w\n\thint: a gate that runs signs one each second", err)}
		}
		_, err = cmd.OutOrStdout().Write(text)
		return err
	})
}

func auditProveCommand() *cobra.Command {
	var output string
	cmd := onLogs(&cobra.Command{
		Use:   "prove ID [-o FILE]",
		Short: "Write a proof that a decision is in the log",
		Long: `Write a proof that a decision is in the log: a file of the form c2sp.org/tlog-proof@v1 that holds the record, its place in
the tree, and the checkpoint that the gate signed. phigate audit verify-proof checks it with the public key alone, and so
does every other program that knows the form.`,
		Example: "  phigate audit prove 01KAX3M9T0V5Q2Z8R4B6C7D8E9\n  phigate audit prove 01KAX3M9T0V5Q2Z8R4B6C7D8E9 -o - | less",
		Args:    one("the ID of a decision"),
	}, func(cmd *cobra.Command, args []string, cfg *config) error { return prove(cmd, cfg, args[0], output) })
	cmd.Flags().StringVarP(&output, "output", "o", "", "`file` to write, - for standard output (default ID.tlog-proof)")
	return cmd
}

// prove writes a proof, after it is on record that somebody takes the decision with them.
func prove(cmd *cobra.Command, cfg *config, text, output string) error {
	id, err := decisionID(text)
	if err != nil {
		return err
	}
	if err := record(cmd, cfg, audit.Access{Kind: audit.AccessExport, Target: id, Count: 1}); err != nil {
		return err
	}
	proof, err := cfg.proveRecord(id)
	switch {
	case errors.Is(err, audit.ErrNotFound):
		return notFound(id, err)
	case errors.Is(err, audit.ErrUnsigned):
		return &statusError{exitFound, fmt.Errorf("decision %s: %w\n\thint: a gate that runs signs one each second", id, err)}
	case err != nil:
		return err
	}
	if output == "-" {
		_, err := cmd.OutOrStdout().Write(proof)
		return err
	}
	if output == "" {
		output = id + ".tlog-proof"
	}
	if err := os.WriteFile(output, proof, 0o600); err != nil {
		return fmt.Errorf("write the proof: %w", err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s\nverify it with: phigate audit verify-proof %s --key %s.pub\n", output, output, cfg.checkpointKey())
	return nil
}

func auditVerifyProofCommand() *cobra.Command {
	var key string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify-proof FILE --key FILE",
		Short: "Check a proof with nothing but the public key",
		Long: `Check a proof that phigate audit prove wrote, and print the decision that it proves. It needs the file and the gate's
public key, and neither the log nor a network. The exit status is 1 for a proof that does not hold.`,
		Example: "  phigate audit verify-proof 01KAX3M9T0V5Q2Z8R4B6C7D8E9.tlog-proof --key checkpoint-key.pub",
		Args:    one("the file of the proof"),
		RunE: func(cmd *cobra.Command, args []string) error {
			verifier, err := audit.ReadCheckpointVerifier(key)
			if err != nil {
				return usage(err)
			}
			proof, err := os.ReadFile(args[0])
			if err != nil {
				return &statusError{exitUnreadable, fmt.Errorf("read the proof: %w", err)}
			}
			d, err := audit.VerifyProof(proof, verifier)
			if err != nil {
				return &statusError{exitFound, err}
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(d)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "The proof holds: %s signed a log with this record in it.\n\n", verifier.Name())
			explain(cmd.OutOrStdout(), d)
			return nil
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "public key `file`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the record as JSON")
	if err := cmd.MarkFlagRequired("key"); err != nil {
		panic(err) // the flag is defined above
	}
	return cmd
}
