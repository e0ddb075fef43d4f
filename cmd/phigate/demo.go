package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/internal/org"
	"github.com/phigate/phigate/policy"
)

//go:embed demo_policy.yaml
var demoPolicy string

func demoCommand() *cobra.Command {
	var keep bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the gate at work: an embedded org, a job with synthetic patients, and what became of each transfer",
		Long: `Show the gate at work, with nothing else installed and nothing outside of this machine touched: an embedded Salesforce org,
the gate in front of it, and an integration job with synthetic patients. Printed are what was allowed, masked and blocked,
a refusal as the job saw it, what the org really got, and the verification of the decision log.`,
		Example: "  phigate demo\n  phigate demo --keep",
		Args:    none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return demo(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), keep)
		},
	}
	cmd.Flags().BoolVar(&keep, "keep", false, "keep the data folder, to look at with phigate audit and phigate explain")
	return cmd
}

// Names and credentials of the demo; nothing of it is real.
const (
	demoHost   = "acme.my.salesforce.com"
	demoClient = "ehr-sync"
	demoSecret = "synthetic-secret"
)

// demo runs the main job end to end.
func demo(ctx context.Context, out, errOut io.Writer, keep bool) (err error) {
	dir, err := os.MkdirTemp("", "phigate-demo-")
	if err != nil {
		return err
	}
	defer func() {
		if !keep {
			err = firstError(err, os.RemoveAll(dir))
		}
	}()
	embedded, err := org.New(org.Config{Names: []string{demoHost}})
	if err != nil {
		return err
	}
	server, err := embedded.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer server.Close()
	cfg, err := demoConfig(dir, server)
	if err != nil {
		return err
	}
	if err := demoExchanges(ctx, out, errOut, cfg); err != nil {
		return err
	}
	demoRows(out, embedded)

	fmt.Fprintln(out, "\n$ phigate audit verify")
	check := verification{progress: newByteProgress(errOut, "verified")}
	reports, err := check.run(cfg)
	if err != nil {
		return err
	}
	for _, r := range reports {
		writeReport(out, r)
	}
	if keep {
		fmt.Fprintf(out, "\nkept: %s (phigate audit list --data %s)\n", dir, dir)
	}
	return nil
}

// demoConfig is a configuration with a policy, both in dir, that points the gate at the embedded org.
func demoConfig(dir string, server *org.Server) (*config, error) {
	hash, err := policy.HashPassword([]byte(demoSecret))
	if err != nil {
		return nil, err
	}
	files := map[string]string{
		"policy.yaml": strings.NewReplacer("PINS", strings.Join(server.Pins, ", "), "HASH", hash).Replace(demoPolicy),
		"org-ca.pem":  string(server.RootPEM),
		"phigate.yaml": fmt.Sprintf("listen: 127.0.0.1:0\nadmin: \"\"\ndata: .\npolicy: policy.yaml\nnode: demo\nlog: {level: warn}\ndecisions: {wait: 10s}\n"+
			"upstream: {resolve: {\"*.my.salesforce.com:443\": %q}, roots: org-ca.pem, allow: [127.0.0.0/8], revocation: \"off\"}\n", server.Addr),
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return nil, err
		}
	}
	return loadConfig(filepath.Join(dir, "phigate.yaml"))
}

// demoExchanges runs the gate and the job, and prints what became of each exchange.
func demoExchanges(ctx context.Context, out, errOut io.Writer, cfg *config) (err error) {
	g, err := openGate(cfg, zerolog.New(errOut).Level(zerolog.WarnLevel))
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, g.Close()) }()
	listener, err := listen("listen", cfg.Listen)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- g.run(ctx, listener, nil, nil, nil) }()
	defer func() {
		stop()
		err = firstError(err, <-ended)
	}()
	fmt.Fprintf(out, "an embedded org as https://%s, the gate on %s, a job with HTTPS_PROXY set\n\n", demoHost, listener.Addr())
	job, err := newDemoJob(listener.Addr().String(), g.authority.PEM())
	if err != nil {
		return err
	}
	return job.run(ctx, out, cfg.auditDir())
}

// demoRows prints what the org holds after the job, which is what left the gate.
func demoRows(out io.Writer, embedded *org.Org) {
	fmt.Fprintln(out, "\nWhat the org holds now:")
	fmt.Fprintf(out, "  %-10s %-18s %-26s %-11s %s\n", "LastName", "Phone", "Email", "Birthdate", "SSN__c")
	for _, row := range embedded.Rows("Contact") {
		cell := func(name string) string {
			if v := row[name]; v != "" {
				return v
			}
			return "-"
		}
		fmt.Fprintf(out, "  %-10s %-18s %-26s %-11s %s\n", cell("LastName"), cell("Phone"), cell("Email"), cell("Birthdate"), cell("SSN__c"))
	}
}

// newDecisions are the decisions about exchanges that were recorded from number seq on, and the number after them.
func newDecisions(dir string, seq uint64) (list []*audit.Decision, next uint64, err error) {
	next = seq
	for d, err := range audit.Read(dir) {
		if err != nil {
			return nil, seq, err
		}
		if d.Seq >= seq && (d.Kind == audit.Whole || d.Kind == audit.Closing) {
			list = append(list, d)
		}
		next = max(next, d.Seq+1)
	}
	if len(list) == 0 {
		return nil, seq, errors.New("the exchange left no decision")
	}
	return list, next, nil
}
