package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/query"
	"github.com/phigate/phigate/inspect/detect"
	"github.com/phigate/phigate/policy"
)

func auditLookupCommand() *cobra.Command {
	var asJSON bool
	var limit int
	cmd := onLogs(&cobra.Command{
		Use:   "lookup DETECTOR",
		Short: "Find the decisions about a value that is typed at a prompt",
		Long: `Ask for a value without showing it, hash it with the gate's key as the detector spells it, and list the decisions that
carry this fingerprint. The value is never an argument, is not kept, and is not recorded; that somebody looked, for which
detector and fingerprint, is on the access log before anything is shown.

The exit status is 0 if the value was seen and 1 if it was not.`,
		Example: "  phigate audit lookup us_ssn\n  phigate audit lookup mrn --json < value.txt",
		Args:    one("the name of a detector"),
	}, func(cmd *cobra.Command, args []string, cfg *config) error {
		if err := firstError(knownDetector(args[0]), atLeast("limit", limit, 0)); err != nil {
			return err
		}
		q, err := askFingerprint(cmd, cfg, args[0])
		if err != nil {
			return err
		}
		seen, show := 0, decisionPrinter(cmd.OutOrStdout(), asJSON)
		err = eachDecision(cmd, cfg, q, limit, func(d *audit.Decision, _ index.State) error { seen++; return show(d) })
		if err == nil && seen == 0 {
			err = &statusError{exitFound, fmt.Errorf("no decision carries this value as %s", args[0])}
		}
		return err
	})
	cmd.Flags().IntVar(&limit, "limit", 50, "at most so `many`; 0 is all")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the records as they are in the log")
	return cmd
}

// knownDetector refuses what is no detector's name.
func knownDetector(name string) error {
	if slices.Contains(detect.Names(), name) {
		return nil
	}
	hint := policy.DidYouMean(name, detect.Names())
	if hint == "" {
		hint = "they are " + strings.Join(detect.Names(), ", ")
	}
	return usage(fmt.Errorf("no detector is called %q\n\thint: %s", name, hint))
}

// askFingerprint asks for a value, puts on record that it is looked up, and returns the query for it.
func askFingerprint(cmd *cobra.Command, cfg *config, detector string) (query.Query, error) {
	value, err := readSecret(cmd.InOrStdin(), cmd.ErrOrStderr(), "Value: ")
	if err == nil && len(value) == 0 {
		err = errors.New("it is empty")
	}
	if err != nil {
		return query.Query{}, usage(fmt.Errorf("read the value: %w\n\thint: it is typed at the prompt, or comes from standard input", err))
	}
	sum, err := cfg.fingerprint(detector, value)
	clear(value)
	if err != nil {
		return query.Query{}, err
	}
	if err := record(cmd, cfg, audit.Access{Kind: audit.AccessLookup, Target: detector, Query: "fp:" + strings.ToLower(sum)}); err != nil {
		return query.Query{}, err
	}
	return parseQuery([]string{"fp:" + sum})
}

// fingerprint hashes a value as the gate does. Without the gate's key there is nothing to compare with.
func (c *config) fingerprint(detector string, value []byte) (string, error) {
	file := filepath.Join(c.Data, "fingerprint-key")
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return "", usage(fmt.Errorf("%w\n\thint: the gate makes its key when it starts", err))
	}
	prints, err := audit.OpenFingerprinter(file)
	if err != nil {
		return "", err
	}
	return prints.Sum(detector, detect.Normalise(detector, nil, value)), nil
}
