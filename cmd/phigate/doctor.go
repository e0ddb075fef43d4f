package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/audit"
)

func doctorCommand() *cobra.Command {
	var path string
	var ready, asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the installation, and print what a job must be told",
		Long: `Check the installation, and print for every runtime how a job is pointed at the gate and told to trust it.

With --ready nothing is printed: the exit status is 0 if the running gate takes exchanges and 1 if not, for the health
checks of containers without a shell. The exit status is 1 if a check failed.`,
		Example: "  phigate doctor\n  phigate doctor --json\n  phigate doctor --ready --config /etc/phigate/phigate.yaml",
		Args:    none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(path)
			if err != nil {
				return usage(err)
			}
			if ready {
				if err := askReady(cmd.Context(), cfg); err != nil {
					return &statusError{exitFound, err}
				}
				return nil
			}
			return doctor(cmd.Context(), cmd.OutOrStdout(), path, cfg, asJSON)
		},
	}
	cmd.Flags().StringVarP(&path, "config", "c", "", "configuration `file` of the gate")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the checks as JSON, and nothing else")
	cmd.Flags().BoolVar(&ready, "ready", false, "only ask the running gate whether it is ready")
	return cmd
}

// checked is what one check found.
type checked struct {
	Name string `json:"name"`
	Good bool   `json:"good"`
	Said string `json:"said"`
}

// doctor checks part after part, and ends with the exit status of the worst.
func doctor(ctx context.Context, out io.Writer, path string, cfg *config, asJSON bool) error {
	all := checks(ctx, path, cfg)
	if asJSON {
		if err := json.NewEncoder(out).Encode(all); err != nil {
			return err
		}
	} else {
		for _, c := range all {
			fmt.Fprintf(out, "%-5s %-10s %s\n", map[bool]string{true: "ok", false: "FAIL"}[c.Good], c.Name, c.Said)
		}
		fmt.Fprintln(out)
		writeRuntimes(out, cfg)
	}
	if slices.ContainsFunc(all, func(c checked) bool { return !c.Good }) {
		return &statusError{status: exitFound}
	}
	return nil
}

// checks runs all checks.
func checks(ctx context.Context, path string, cfg *config) []checked {
	var all []checked
	check := func(name string, run func() (string, error)) {
		said, err := run()
		if err != nil {
			said = err.Error()
		}
		all = append(all, checked{name, err == nil, said})
	}
	check("policy", func() (string, error) {
		names, err := configuredHosts(cfg)
		return counted(len(names), "host pattern"), err
	})
	check("authority", func() (string, error) {
		a, _, err := existingAuthority(path)
		if err != nil {
			return "", err
		}
		return "valid until " + a.Expires().Format(time.DateOnly) + ", " + a.Fingerprint(), nil
	})
	check("data", func() (string, error) { return cfg.Data, private(cfg.Data) })
	check("decisions", func() (string, error) {
		report, err := audit.Verify(cfg.auditDir())
		return counted(report.Records, "record") + " verified", err
	})
	check("gate", func() (string, error) { return "ready on " + cfg.Listen, askReady(ctx, cfg) })
	return all
}

// private reports a data folder that others can read.
func private(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s can be read by others (%v): chmod 700 %s", dir, info.Mode().Perm(), dir)
	}
	return nil
}

// askReady asks the running gate whether it takes exchanges.
func askReady(ctx context.Context, cfg *config) error {
	if *cfg.Admin == "" {
		return errors.New("the admin address is turned off in the configuration")
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+*cfg.Admin+"/readyz", http.NoBody)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("the gate does not answer on %s; is phigate serve running?", *cfg.Admin)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
		return fmt.Errorf("not ready: %s", said)
	}
	return nil
}

// writeRuntimes prints how each runtime is pointed at the gate.
func writeRuntimes(out io.Writer, cfg *config) {
	pem := cfg.Authority.Certificate
	if pem == "" {
		pem = filepath.Join(cfg.Data, "authority.pem")
	}
	if absolute, err := filepath.Abs(pem); err == nil {
		pem = absolute
	}
	scheme, named := "http", "http://NAME:PASSWORD@"+cfg.Listen+" where the policy names clients"
	if cfg.ClientTLS.Certificate != "" {
		scheme, named = "https", "with the client's certificate, as its runtime takes one"
	}
	fmt.Fprintf(out, `How a job is pointed at the gate (all runtimes)
  export HTTPS_PROXY=%[3]s://%[1]s          # %[4]s

and told to trust it
  Node          export NODE_EXTRA_CA_CERTS=%[2]s
  Python        export REQUESTS_CA_BUNDLE=%[2]s SSL_CERT_FILE=%[2]s
  curl, Go      export SSL_CERT_FILE=%[2]s
  Ruby          export SSL_CERT_FILE=%[2]s
  .NET, Linux   export SSL_CERT_FILE=%[2]s
  sf CLI        as Node, and export SF_DISABLE_DNS_CHECK=true
  Java          keytool -importcert -noprompt -alias phigate -file %[2]s -keystore phigate.p12 -storetype PKCS12 -storepass changeit
                java -Djavax.net.ssl.trustStore=phigate.p12 -Djavax.net.ssl.trustStorePassword=changeit -Dhttps.proxyHost=HOST -Dhttps.proxyPort=PORT
                (Java ignores HTTPS_PROXY; WSC and Data Loader need sfdc.proxyHost and sfdc.proxyPort of their own)
  Pub/Sub npm   append %[2]s to the client's own dist/cacert-*.pem: it reads no variable
`, cfg.Listen, pem, scheme, named)
}
