package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"github.com/phigate/phigate/policy"
)

func checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE...",
		Short: "Validate configuration and policy files",
		Long: `Validate configuration and policy files; what a file is its keys tell. Each problem is one line, file:line:column, what
is wrong and what would be right. A configuration's policy file is checked with it.

The exit status is 0 if all files are right, and 2 if not.`,
		Example: "  phigate check phigate.yaml policy.yaml",
		Args:    some("a file to check"),
		RunE: func(cmd *cobra.Command, args []string) error {
			wrong := 0
			for _, path := range args {
				summary, err := checkFile(path, nil, cmd.ErrOrStderr())
				if err != nil {
					wrong++
					fmt.Fprintln(cmd.ErrOrStderr(), err) // as it is, for editors and scripts
					continue
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", path, summary)
			}
			if wrong > 0 {
				return &statusError{status: exitUsage}
			}
			return nil
		},
	}
}

// checkFile validates one file and says in a few words what it holds. indexes has the columns of the indexes that a
// policy may speak of; nil if they are not known.
func checkFile(path string, indexes map[string]int, warn io.Writer) (summary string, err error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if isPolicy(src) {
		p, err := policy.Parse(path, src, vocabulary(indexes))
		if err != nil {
			return "", err
		}
		if _, err := policyPins(p); err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		for _, w := range p.Warnings() {
			fmt.Fprintln(warn, "warning:", w)
		}
		return fmt.Sprintf("policy ok: %s, %s, mode %s", counted(len(p.Hosts()), "host"), counted(len(p.Clients()), "client"), p.Mode()), nil
	}
	cfg, err := loadConfig(path)
	if err != nil {
		return "", err
	}
	files, err := openIndexes(cfg.EDM, zerolog.Nop())
	if err != nil {
		return "", placed(path, src, err)
	}
	if cfg.Policy == "" {
		return "configuration ok, with the starter policy", nil
	}
	nested, err := checkFile(cfg.Policy, files.columns(), warn)
	var missing *fs.PathError
	if errors.As(err, &missing) {
		return "", placed(path, src, fmt.Errorf("policy: %w", err))
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("configuration ok; %s: %s", cfg.Policy, nested), nil
}

// isPolicy tells a policy file from a configuration file by its keys.
func isPolicy(src []byte) bool {
	var root yaml.Node
	if err := yaml.Unmarshal(src, &root); err != nil || len(root.Content) == 0 {
		return true // the parser of policies says best where the syntax is wrong
	}
	keys := root.Content[0].Content
	return slices.ContainsFunc(keys, func(n *yaml.Node) bool {
		return slices.Contains([]string{"version", "rules", "hosts", "clients", "exceptions", "mode", "unreadable", "detectors"}, n.Value)
	})
}
