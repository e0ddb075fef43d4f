package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

// logPlace finds the logs: the configuration's, or a data folder named directly.
type logPlace struct{ config, data string }

func (p *logPlace) flags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&p.config, "config", "c", "", "configuration `file` of the gate")
	cmd.Flags().StringVar(&p.data, "data", "", "data `folder` of the gate (default ./phigate-data)")
	cmd.MarkFlagsMutuallyExclusive("config", "data")
}

// gate is the configuration of the gate whose logs are meant. Its decision log exists.
func (p *logPlace) gate() (*config, error) {
	cfg, err := loadConfig(p.config)
	if err != nil {
		return nil, usage(err)
	}
	if p.data != "" {
		cfg.Data = p.data
	}
	if _, err := os.Stat(cfg.auditDir()); err != nil {
		return nil, usage(fmt.Errorf("%w\n\thint: name the gate's data folder with --data or its configuration with --config", err))
	}
	return cfg, nil
}

// terminal is who sits at this terminal, as the operating system knows them. It has no role: who can read the data folder
// needs no permission of the console.
func terminal() review.Actor {
	a := review.Actor{User: "-", Source: "local", Via: "cli"}
	if u, err := user.Current(); err == nil && u.Username != "" {
		a.User = u.Username
	}
	return a
}

// accessSink is where a command records what it does: the access log of the running gate, or the log itself where none
// runs. The caller closes it.
type accessSink interface {
	audit.AccessSink
	Close() error
}

// openAccess opens the access log of cfg's gate.
func openAccess(cfg *config, guard *leakGuard) (accessSink, error) {
	if r, err := audit.DialRemote(cfg.accessSocket()); err == nil {
		return r, nil
	}
	key, err := audit.OpenCheckpointKey(cfg.checkpointKey(), checkpointName)
	if err != nil {
		return nil, err
	}
	l, err := audit.OpenAccess(cfg.accessLog(key, guard))
	if errors.Is(err, audit.ErrLocked) {
		return nil, fmt.Errorf("%w\n\thint: a gate runs on this folder and its socket %s does not answer", err, cfg.accessSocket())
	}
	return l, err
}

// record puts what a command does on the access log before it shows anything.
func record(ctx context.Context, cfg *config, a audit.Access) error {
	sink, err := openAccess(cfg, nil)
	if err != nil {
		return fmt.Errorf("record the access: %w", err)
	}
	err = sink.Append(ctx, by(terminal(), a))
	return errors.Join(err, sink.Close())
}

// looked puts a look on the access log of the running gate. Where none runs, the files are all there is, and whoever
// reads them needs no command for it.
func looked(ctx context.Context, cfg *config, kind audit.AccessKind, target, query string, count int) error {
	r, err := audit.DialRemote(cfg.accessSocket())
	if err != nil {
		return nil
	}
	err = r.Append(ctx, by(terminal(), audit.Access{Kind: kind, Target: target, Query: query, Count: count}))
	if err = errors.Join(err, r.Close()); err != nil {
		return fmt.Errorf("record the access: %w", err)
	}
	return nil
}

// by completes an access with who does it.
func by(who review.Actor, a audit.Access) *audit.Access {
	a.Actor, a.Role, a.Session, a.Source, a.Via = who.User, string(who.Role), who.Session, who.Source, who.Via
	if a.Outcome == "" {
		a.Outcome = "ok"
	}
	return &a
}
