package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

func serveCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "serve [--config FILE]",
		Short: "Run the gate",
		Long: `Run the gate until SIGTERM or SIGINT, which drain it: no new connections, and the exchanges under way end first.
SIGHUP reads the policy again; a change of its file does so too.

Without --config everything is in ./phigate-data: an authority made on first start, the starter policy, the decision log,
and the accounts of the console, whose first user is made by the link that is printed.`,
		Example: "  phigate serve\n  phigate serve --config /etc/phigate/phigate.yaml",
		Args:    none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(path)
			if err != nil {
				return usage(err)
			}
			return serve(cmd.Context(), cfg, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVarP(&path, "config", "c", "", "configuration `file`")
	return cmd
}

// serve runs the gate until ctx ends or the process is told to stop, and returns after everything has ended.
func serve(ctx context.Context, cfg *config, out, errOut io.Writer) (err error) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)

	logger := newLogger(cfg, errOut)
	muteLibraries(logger)
	g, err := openGate(cfg, logger)
	if err != nil {
		return usage(err)
	}
	defer func() { err = firstError(err, g.Close()) }()
	listener, err := listen("listen", cfg.Listen)
	if err != nil {
		return usage(err)
	}
	admin, err := g.listenAdmin()
	if err != nil {
		return usage(firstError(err, listener.Close()))
	}
	pages, err := g.openPages()
	if err != nil {
		if admin != nil {
			err = errors.Join(err, admin.Close())
		}
		return usage(errors.Join(err, listener.Close()))
	}
	g.greet(out, listener.Addr(), pages)
	return g.run(ctx, listener, admin, pages, hup)
}

// run serves until ctx ends. The first part that fails ends the others. admin and pages may be nil.
func (g *gate) run(ctx context.Context, listener, admin net.Listener, pages *pages, hup <-chan os.Signal) error {
	g.note("started")
	defer g.note("stopped")
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changed := g.policies.approve(g.evidence.approved)
	var parts errgroup.Group
	part := func(run func(context.Context) error) {
		parts.Go(func() error {
			defer cancel()
			return run(ctx)
		})
	}
	part(func(ctx context.Context) error { return g.policies.watch(ctx, hup) })
	part(g.indexes.watch)
	part(func(ctx context.Context) error { return g.proxy.Serve(ctx, listener) })
	if pages != nil {
		part(pages.serve)
	}
	// The evidence outlives everything that makes some: what people decide while the gate drains waits for the index.
	defer inBackground(context.WithoutCancel(ctx), func(ctx context.Context) error {
		g.evidence.run(ctx, g.archive, changed)
		return nil
	})()
	if admin != nil {
		// The platform asks for readiness while the gate drains.
		last, end := context.WithCancel(context.WithoutCancel(ctx))
		done := make(chan error, 1)
		go func() { done <- g.serveAdmin(last, admin) }()
		defer func() {
			end()
			if err := <-done; err != nil {
				g.logger.Error().Err(err).Msg("the admin address failed")
			}
		}()
	}
	return parts.Wait()
}

// listenAdmin opens the admin address; nil if it is turned off.
func (g *gate) listenAdmin() (net.Listener, error) {
	if *g.cfg.Admin == "" {
		return nil, nil
	}
	return listen("admin", *g.cfg.Admin)
}

// greet prints what a job must be told, ready to paste.
func (g *gate) greet(out io.Writer, address net.Addr, pages *pages) {
	scheme := "http"
	if g.cfg.ClientTLS.Certificate != "" {
		scheme = "https"
	}
	authority := filepath.Join(g.cfg.Data, "authority.pem")
	if g.cfg.Authority.Certificate != "" {
		authority = g.cfg.Authority.Certificate
	}
	if absolute, err := filepath.Abs(authority); err == nil {
		authority = absolute
	}
	fmt.Fprintf(out, "export HTTPS_PROXY=%s://%s\n", scheme, address)
	fmt.Fprintf(out, "export NODE_EXTRA_CA_CERTS=%s   # phigate doctor prints the variable of every runtime\n", authority)
	if pages == nil {
		return
	}
	if link, ok := pages.accounts.SetupLink(pages.base); ok {
		fmt.Fprintf(out, "# console: %s   makes the first user; it works once, for a day\n", link)
	} else {
		fmt.Fprintf(out, "# console: %s\n", pages.base)
	}
}

// muteLibraries keeps what libraries write to the standard logger out of the log: net/http quotes the first bytes of a
// response that nobody asked for. That something was written is logged.
func muteLibraries(logger zerolog.Logger) {
	log.SetFlags(0)
	log.SetOutput(withheld{logger})
}

type withheld struct{ logger zerolog.Logger }

func (w withheld) Write(p []byte) (int, error) {
	w.logger.Warn().Int("bytes", len(p)).Msg("a library reported something; its text is withheld because it may quote traffic")
	return len(p), nil
}

// newLogger is the operational log: JSON lines on standard error.
func newLogger(cfg *config, w io.Writer) zerolog.Logger {
	level, err := zerolog.ParseLevel(cfg.Log.Level)
	if err != nil {
		level = zerolog.InfoLevel
	}
	return zerolog.New(w).Level(level).With().Timestamp().Logger()
}
