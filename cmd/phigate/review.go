package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/query"
	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/auth"
	"github.com/phigate/phigate/inspect/detect"
	"github.com/phigate/phigate/internal/leakguard"
	"github.com/phigate/phigate/policy"
)

// openQueue is what waits for somebody and is not older than a month.
const openQueue = "decision:block,alert status:open,assigned,awaiting_second after:-30d"

func reviewCommand() *cobra.Command {
	var name string
	cmd := onLogs(&cobra.Command{
		Use:   "review [QUERY...]",
		Short: "Work through the analysts' queue from a terminal",
		Long: `Work through the decisions that wait for a verdict. Name, password and code are those of the console, and so are the
roles, the second reviewer, the time after which a session ends, and the access log: every decision that is shown is on
record first. Without QUERY it is what was blocked or reported in the last 30 days and awaits a verdict; a query without
after: looks back seven days. Where standard input is no terminal, its first lines are the name, the password and the code,
and the commands follow.

The exit status is 1 if a command was refused, or if nobody was let in.

` + reviewHelp() + "\n" + queryHelp(),
		Example: "  phigate review\n  phigate review detector:us_ssn client:'ehr-*'",
	}, func(cmd *cobra.Command, args []string, cfg *config) error {
		if len(args) == 0 {
			args = []string{openQueue}
		}
		q, err := parseQuery(args)
		if err != nil {
			return err
		}
		return reviewFrom(cmd, cfg, name, q)
	})
	cmd.Flags().StringVar(&name, "user", "", "`name` to sign in with (default: asked for)")
	return cmd
}

// reviewFrom signs in and takes commands until there are no more.
func reviewFrom(cmd *cobra.Command, cfg *config, name string, q query.Query) (err error) {
	t := &reviewing{in: cmd.InOrStdin(), out: cmd.OutOrStdout(), prompts: cmd.ErrOrStderr(), cfg: cfg, query: q}
	if err := t.open(cmd.Context()); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	if err := t.signIn(cmd.Context(), name); err != nil {
		return err
	}
	defer t.accounts.Leave(cmd.Context(), t.who)
	return t.commands(cmd.Context())
}

// reviewing is a person at work in a terminal.
type reviewing struct {
	in           io.Reader
	out, prompts io.Writer
	cfg          *config
	sink         accessSink
	index        *index.Index
	stop         func() // ends the projection that runs where no gate does
	accounts     *auth.Auth
	desk         *review.Desk
	who          review.Actor
	query        query.Query
	current      string // the decision that was shown last
	failed       bool   // a command was refused
}

// open opens the access log, the index and the desk.
func (t *reviewing) open(ctx context.Context) error {
	if err := own(t.cfg); err != nil { // a sign-in writes the accounts, also where a gate runs
		return err
	}
	scanner, err := detect.New(detect.Config{})
	if err != nil {
		return err
	}
	guard := leakguard.New(scanner)
	if t.sink, err = openAccess(t.cfg, guard); err != nil {
		return err
	}
	t.stop = func() {}
	if _, alone := t.sink.(*audit.AccessLog); alone {
		t.index, err = patiently(func() (*index.Index, error) { return index.Open(t.cfg.index()) }, index.ErrLocked)
	} else {
		t.index, err = openIndex(ctx, t.cfg)
	}
	if err != nil {
		return errors.Join(err, t.sink.Close())
	}
	if _, alone := t.sink.(*audit.AccessLog); alone {
		t.stop = inBackground(ctx, t.index.Run)
	}
	t.accounts, err = auth.Open(auth.Config{
		File: t.cfg.usersFile(), Log: t.sink, Hosts: []string{"localhost"}, Idle: t.cfg.Console.Idle, Absolute: t.cfg.Console.Absolute,
	})
	if err != nil {
		return errors.Join(err, t.close())
	}
	t.desk, err = review.New(review.Config{
		Log: t.sink, Index: t.index, Guard: guard.Text, SecondReview: t.secondReview,
		Assignable: func(name string) bool { return isPerson(t.accounts.Users(), name) },
	})
	if err != nil {
		return errors.Join(err, t.close())
	}
	return nil
}

// inBackground runs a part; the function that it returns ends the part and waits for it.
func inBackground(ctx context.Context, run func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = run(ctx) // what fails shows as an index that is behind
	}()
	return func() { cancel(); <-done }
}

// secondReview asks the policy in effect. One that cannot be read asks for a second reviewer of everything.
func (t *reviewing) secondReview(rules []string) bool {
	path := t.cfg.Policy
	if path == "" {
		path = filepath.Join(t.cfg.Data, "policy.yaml")
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return true
	}
	p, err := policy.Parse(path, src, policy.Vocabulary{})
	return err != nil || p.SecondReview(rules)
}

// close lets go of everything.
func (t *reviewing) close() error {
	t.stop()
	return errors.Join(t.index.Close(), t.sink.Close())
}

// signIn asks who is there.
func (t *reviewing) signIn(ctx context.Context, name string) error {
	if name == "" {
		fmt.Fprint(t.prompts, "Name: ")
		line, err := readLine(t.in)
		if err != nil {
			return usage(fmt.Errorf("read the name: %w", err))
		}
		name = strings.TrimSpace(string(line))
	}
	password, err := readSecret(t.in, t.prompts, "Password: ")
	if err != nil {
		return usage(fmt.Errorf("read the password: %w", err))
	}
	defer clear(password)
	code, err := readSecret(t.in, t.prompts, "Code: ")
	if err != nil {
		return usage(fmt.Errorf("read the code: %w", err))
	}
	if t.who, err = t.accounts.Check(ctx, name, string(password), string(code)); err != nil {
		return &statusError{exitFound, err}
	}
	fmt.Fprintf(t.out, "signed in as %s (%s)\n", t.who.User, t.who.Role)
	return nil
}

// commands reads and carries out one command after the other. Before each it is asked anew who is there and what they may.
func (t *reviewing) commands(ctx context.Context) error {
	for {
		fmt.Fprint(t.prompts, "review> ")
		line, err := readLine(t.in)
		if err != nil && len(line) == 0 {
			fmt.Fprintln(t.prompts)
			break
		}
		word, rest, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		if word == "quit" || word == "q" {
			break
		}
		who, err := t.accounts.Resume(ctx, t.who)
		if errors.Is(err, auth.ErrOver) {
			return &statusError{exitFound, fmt.Errorf("%w: nothing was asked for, or the account has changed; sign in again", err)}
		}
		if err != nil {
			return err
		}
		t.who = who
		err = t.do(ctx, word, strings.TrimSpace(rest))
		var unseen *review.UnseenError
		switch {
		case errors.As(err, &unseen):
			fmt.Fprintln(t.out, "done:", err)
		case err != nil:
			t.failed = true
			fmt.Fprintln(t.out, "refused:", err)
		}
	}
	if t.failed {
		return &statusError{exitFound, nil}
	}
	return nil
}

// reviewCommandLine is one command of the terminal.
type reviewCommandLine struct {
	name, usage, does string
	run               func(t *reviewing, ctx context.Context, rest string) error
}

// reviewCommands is the one table of commands.
func reviewCommands() []reviewCommandLine {
	return []reviewCommandLine{
		{"next", "next", "show the next decision of the queue", (*reviewing).next},
		{"show", "show ID", "show a decision", (*reviewing).show},
		{"list", "list [QUERY]", "list what the query selects; without one, the queue", (*reviewing).list},
		{"queue", "queue QUERY", "work through another query", (*reviewing).requeue},
		{"decide", "decide VERDICT REASON", "give the verdict on the decision shown, then show the next; VERDICT is a name or a letter", (*reviewing).decide},
		{"confirm", "confirm yes|no REASON", "agree with another person's verdict, or do not", (*reviewing).confirm},
		{"assign", "assign NAME|me", "give the decision to somebody", (*reviewing).assign},
		{"note", "note TEXT", "write beside the decision", (*reviewing).note},
		{"reopen", "reopen REASON", "take the verdict back", (*reviewing).reopen},
		{"exception", "exception DATE REASON", "ask that the rule that brought the decision about lets this client, object and field pass until that day", (*reviewing).request},
		{"exceptions", "exceptions", "list exceptions", (*reviewing).exceptions},
		{"approve", "approve ID REASON", "approve another person's exception", (*reviewing).approve},
		{"reject", "reject ID REASON", "reject an exception", (*reviewing).reject},
		{"revoke", "revoke ID REASON", "end an exception", (*reviewing).revoke},
		{"holds", "holds", "list legal holds", (*reviewing).holds},
		{"hold", "hold FIRST LAST CLIENT REASON", "keep the records of these days from being pruned; - is no bound, or every client", (*reviewing).hold},
		{"release", "release ID REASON", "end a legal hold", (*reviewing).release},
		{"verdicts", "verdicts", "list the verdicts and their letters", (*reviewing).verdicts},
	}
}

// reviewHelp lists the commands.
func reviewHelp() string {
	var b strings.Builder
	b.WriteString("Commands:\n")
	for _, c := range reviewCommands() {
		fmt.Fprintf(&b, "  %-30s %s\n", c.usage, c.does)
	}
	b.WriteString("  help, quit\n")
	return b.String()
}

// do carries out one command.
func (t *reviewing) do(ctx context.Context, word, rest string) error {
	switch word {
	case "":
		return nil
	case "help", "?":
		fmt.Fprint(t.out, reviewHelp())
		return nil
	}
	var names []string
	for _, c := range reviewCommands() {
		if c.name == word {
			return c.run(t, ctx, rest)
		}
		names = append(names, c.name)
	}
	return fmt.Errorf("no command %q\n\thint: %s; help lists the commands", word, policy.DidYouMean(word, names))
}
