package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/certs"
	"github.com/phigate/phigate/policy"
)

func caCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "ca",
		Short:   "Make, show and export the authority that jobs must trust",
		Example: "  phigate ca init\n  phigate ca export > phigate-ca.pem",
	}
	cmd.AddCommand(caInitCommand(), caShowCommand(), caExportCommand())
	return cmd
}

// caFlags adds --config to a command.
func caFlags(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVarP(path, "config", "c", "", "configuration `file` of the gate")
}

// existingAuthority opens the configured authority; it is not made.
func existingAuthority(configPath string) (*certs.Authority, *config, error) {
	cfg, err := loadConfig(configPath)
	if err != nil {
		return nil, nil, usage(err)
	}
	if cfg.Authority.Certificate == "" {
		if _, err := os.Stat(filepath.Join(cfg.Data, "authority.pem")); err != nil {
			return nil, nil, usage(fmt.Errorf("there is no authority in %s: %w\n"+
				"\thint: phigate ca init makes an authority, phigate serve does so on first start, and --config names another gate", cfg.Data, err))
		}
	}
	names, err := configuredHosts(cfg)
	if err != nil {
		return nil, nil, usage(err)
	}
	a, err := certs.OpenAuthority(certs.AuthorityConfig{
		Dir: cfg.Data, Names: names, Certificate: cfg.Authority.Certificate, Key: cfg.Authority.Key,
	})
	return a, cfg, usage(err)
}

// configuredHosts are the host patterns of the configured policy, or of the starter policy.
func configuredHosts(cfg *config) ([]string, error) {
	path, src := cfg.Policy, policy.Starter()
	if path == "" {
		path = filepath.Join(cfg.Data, "policy.yaml")
	}
	read, err := os.ReadFile(path)
	switch {
	case err == nil:
		src = read
	case cfg.Policy != "" || !errors.Is(err, os.ErrNotExist):
		return nil, err
	}
	p, err := policy.Parse(path, src, vocabulary(nil))
	if err != nil {
		return nil, err
	}
	return hostNames(p), nil
}

func caInitCommand() *cobra.Command {
	var path string
	var replace bool
	cmd := &cobra.Command{
		Use:   "init [--replace]",
		Short: "Make the authority, limited to the hosts of the policy",
		Long: `Make the authority: ECDSA P-256, path length 0, with critical name constraints for the hosts of the policy, so that even
a stolen key cannot speak for any other name. With --replace an existing one is moved aside (authority-DATE.pem); the jobs
must then be told to trust the new one.`,
		Example: "  phigate ca init --config /etc/phigate/phigate.yaml",
		Args:    none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(path)
			if err != nil {
				return usage(err)
			}
			names, err := configuredHosts(cfg)
			if err != nil {
				return usage(err)
			}
			if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
				return err
			}
			if err := moveAside(cfg.Data, replace); err != nil {
				return usage(err)
			}
			a, err := certs.OpenAuthority(certs.AuthorityConfig{Dir: cfg.Data, Names: names})
			if err != nil {
				return usage(err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s\nfingerprint %s, valid until %s\n", filepath.Join(cfg.Data, "authority.pem"), a.Fingerprint(), a.Expires().Format(time.DateOnly))
			return nil
		},
	}
	caFlags(cmd, &path)
	cmd.Flags().BoolVar(&replace, "replace", false, "move an existing authority aside and make a new one")
	return cmd
}

// moveAside makes room for a new authority.
func moveAside(dir string, replace bool) error {
	if _, err := os.Stat(filepath.Join(dir, "authority.pem")); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if !replace {
		return fmt.Errorf("%s exists already\n\thint: --replace moves it aside and makes a new one", filepath.Join(dir, "authority.pem"))
	}
	stamp := time.Now().UTC().Format("20060102T150405")
	for _, name := range []string{"authority", "authority-key"} {
		err := os.Rename(filepath.Join(dir, name+".pem"), filepath.Join(dir, name+"-"+stamp+".pem"))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("move the authority aside: %w", err)
		}
	}
	return nil
}

func caShowCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:     "show",
		Short:   "Describe the authority",
		Example: "  phigate ca show",
		Args:    none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, _, err := existingAuthority(path)
			if err != nil {
				return err
			}
			fmt.Fprint(cmd.OutOrStdout(), certs.Describe(a.Certificate()))
			for _, w := range a.Warnings() {
				fmt.Fprintln(cmd.ErrOrStderr(), "warning:", w)
			}
			return nil
		},
	}
	caFlags(cmd, &path)
	return cmd
}

func caExportCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:     "export",
		Short:   "Print the authority's certificate in PEM, for the jobs to trust; never its key",
		Example: "  phigate ca export > phigate-ca.pem",
		Args:    none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, _, err := existingAuthority(path)
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(a.PEM())
			return err
		},
	}
	caFlags(cmd, &path)
	return cmd
}
