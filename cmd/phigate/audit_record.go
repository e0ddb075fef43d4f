package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/inspect/detect"
	"github.com/phigate/phigate/internal/leakguard"
)

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

// lockPatience is how long a command waits for another one to be done with a log, and a gate for a command.
const lockPatience = 5 * time.Second

// patiently opens what another process may hold for a moment; busy is the error that says so.
func patiently[T any](open func() (T, error), busy error) (T, error) {
	for end := time.Now().Add(lockPatience); ; time.Sleep(50 * time.Millisecond) {
		v, err := open()
		if err == nil || !errors.Is(err, busy) || time.Now().After(end) {
			return v, err
		}
	}
}

// openAccess opens the access log of cfg's gate.
func openAccess(cfg *config, guard *leakguard.Guard) (accessSink, error) {
	sink, err := patiently(func() (accessSink, error) {
		if r, err := audit.DialRemote(cfg.accessSocket()); err == nil {
			return r, nil
		}
		if err := own(cfg); err != nil {
			return nil, err
		}
		key, err := audit.OpenCheckpointKey(cfg.checkpointKey(), checkpointName)
		if err != nil {
			return nil, err
		}
		return audit.OpenAccess(cfg.accessLog(key, guard))
	}, audit.ErrLocked)
	if errors.Is(err, audit.ErrLocked) {
		return nil, fmt.Errorf("%w\n\thint: a gate or a phigate review works on this folder, and the gate's socket %s does not answer",
			err, cfg.accessSocket())
	}
	return sink, err
}

// own refuses to write beside the files of somebody else: the gate, which runs as another user, could not go on with those
// that this process makes. Whose they are the decision log tells; the data folder itself may be a volume that the platform
// owns.
func own(cfg *config) error {
	info, err := os.Stat(cfg.auditDir())
	if err != nil {
		return err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && int64(s.Uid) != int64(os.Geteuid()) {
		return fmt.Errorf("the logs in %s belong to another user, whose gate could not go on with the files that this would make\n\thint: %s",
			cfg.Data, asOwner(cfg))
	}
	return nil
}

// asOwner says as whom a command has to run to work on the logs of a gate.
func asOwner(cfg *config) string {
	who := "the gate's user"
	for _, dir := range []string{cfg.Data, cfg.auditDir()} { // the second is not seen by everybody
		if info, err := os.Stat(dir); err == nil {
			if s, ok := info.Sys().(*syscall.Stat_t); ok {
				who = nameOf(s.Uid)
			}
		}
	}
	return "run the command as " + who + ", such as with sudo -u " + who
}

// nameOf is the name of a user, or the number of one without.
func nameOf(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return "#" + id // as sudo takes it
}

// record puts what a command does on the access log before it shows anything: on that of the running gate, or on the log
// itself where none runs. A copy of a gate's logs, which has none of its keys, has no access log to go on with; then
// somebody is told that nothing was recorded.
func record(cmd *cobra.Command, cfg *config, a audit.Access) error {
	if _, err := os.Stat(cfg.checkpointKey()); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: %s has no checkpoint key, so it is a copy of a gate's logs; that it was looked at is not recorded\n", cfg.Data)
		return nil
	}
	scanner, err := detect.New(detect.Config{})
	if err != nil {
		return err
	}
	guard := leakguard.New(scanner)
	if detector := guard.Text(a.Query); detector != "" {
		return usage(fmt.Errorf("the query looks as if it held an identifier (%s), and queries are recorded\n"+
			"\thint: phigate audit lookup asks for a value without showing or recording it", detector))
	}
	sink, err := openAccess(cfg, guard)
	if err != nil {
		return fmt.Errorf("record the access: %w", err)
	}
	if err = errors.Join(sink.Append(cmd.Context(), by(terminal(), a)), sink.Close()); err != nil {
		return fmt.Errorf("record the access: %w", err)
	}
	return nil
}

// by completes an access with who does it.
func by(who review.Actor, a audit.Access) *audit.Access {
	a.Actor, a.Role, a.Session, a.Source, a.Via = who.User, string(who.Role), who.Session, who.Source, who.Via
	if a.Outcome == "" {
		a.Outcome = review.OutcomeOK
	}
	return &a
}

// openIndex opens the index to be searched: as it is where a gate or another command works on it, otherwise after it was
// brought up to date.
func openIndex(ctx context.Context, cfg *config) (*index.Index, error) {
	if r, err := audit.DialRemote(cfg.accessSocket()); err == nil {
		return openIndexReadOnly(cfg, r.Close())
	}
	x, err := index.Open(cfg.index())
	if errors.Is(err, index.ErrLocked) {
		return openIndexReadOnly(cfg, nil)
	}
	if err != nil {
		return nil, err
	}
	if err := x.CatchUp(ctx); err != nil {
		return nil, errors.Join(err, x.Close())
	}
	return x, nil
}

// openIndexReadOnly opens an index that another process writes, unless something failed before.
func openIndexReadOnly(cfg *config, err error) (*index.Index, error) {
	if err != nil {
		return nil, err
	}
	beside := cfg.index()
	beside.ReadOnly = true
	return index.Open(beside)
}

// index is the configuration of the index.
func (c *config) index() index.Config {
	return index.Config{Dir: c.indexDir(), Decisions: c.auditDir(), Access: c.accessDir()}
}
