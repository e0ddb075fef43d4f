package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/certs"
	"github.com/phigate/phigate/policy"
)

func pinsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "pins",
		Short:   "Look at what an upstream can be pinned to",
		Example: "  phigate pins show login.salesforce.com",
	}
	cmd.AddCommand(pinsShowCommand())
	return cmd
}

func pinsShowCommand() *cobra.Command {
	var path string
	var port int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show HOST",
		Short: "Print the certificate chain of a host with its pins",
		Long: `Print the certificate chain that a host presents, with the SPKI pin of each certificate. Pin the root and an intermediate
that replaces it, never the leaf: public leafs live 200 days at most.`,
		Example: "  phigate pins show login.salesforce.com\n  phigate pins show --config phigate.yaml acme.my.salesforce.com",
		Args:    one("the name of a host"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := loadConfig(path)
			if err != nil {
				return usage(err)
			}
			report, err := fetchChain(cmd.Context(), cfg, args[0], port)
			if err != nil {
				return usage(err)
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(report)
			}
			writeChain(cmd.OutOrStdout(), report)
			return nil
		},
	}
	cmd.Flags().StringVarP(&path, "config", "c", "", "configuration `file` of the gate, for its upstream section")
	cmd.Flags().IntVar(&port, "port", policy.DefaultPort, "port of the host")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// fetchChain asks a host for its chain, over the way that the gate takes.
func fetchChain(ctx context.Context, cfg *config, host string, port int) (*certs.ChainReport, error) {
	u, err := cfg.upstream()
	if err != nil {
		return nil, err
	}
	if cfg.Upstream.Roots != "" {
		if u.Roots, err = certificatePool(cfg.Upstream.Roots); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	return certs.Fetch(ctx, dialer(u), host, port, u.Roots)
}

// writeChain prints a chain, leaf first, with what each certificate is good for as a pin.
func writeChain(out io.Writer, r *certs.ChainReport) {
	fmt.Fprintf(out, "%s:%d, %s, %s\n", r.Host, r.Port, r.Version, r.Cipher)
	if r.Verified {
		fmt.Fprintln(out, "the chain is verified")
	} else {
		fmt.Fprintf(out, "NOT VERIFIED: %s\n", r.Problem)
	}
	for _, c := range r.Certificates {
		kind := "leaf"
		switch {
		case c.Root:
			kind = "root"
		case c.Authority:
			kind = "intermediate"
		}
		fmt.Fprintf(out, "\n%s\n  %-12s %s\n  %-12s %s\n  %-12s %s\n", c.SPKI, kind, c.Subject, "issued by", c.Issuer,
			"valid until", c.NotAfter.Format(time.DateOnly))
		switch {
		case !c.Verified:
			fmt.Fprintln(out, "  a pin of it has no effect: it is not part of a verified chain")
		case !c.Authority:
			fmt.Fprintln(out, "  do not pin it: it is replaced within 200 days")
		}
	}
}
