// Command phigate is a forward proxy for protected health information: it reads what integration jobs exchange with
// Salesforce and lets out only what the policy allows.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// The exit statuses.
const (
	exitFound      = 1 // a finding, a failed test, an unverifiable log
	exitUsage      = 2 // wrong usage or configuration
	exitUnreadable = 3 // unreadable input
	exitAltered    = 4 // a log that is not as it was written, and of which nothing more is handed out
)

func main() { os.Exit(run(os.Args[1:])) }

// run executes one command and returns the exit status.
func run(args []string) int {
	root := rootCommand()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(context.Background())
	if err == nil {
		return 0
	}
	var status *statusError
	if !errors.As(err, &status) {
		status = misused(cmd, err)
	}
	if status.err != nil {
		fmt.Fprintln(os.Stderr, "phigate:", status.err)
	}
	return status.status
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Version:       version(),
		Use:           "phigate",
		Short:         "A gate for protected health information on its way to Salesforce",
		Example:       "  phigate demo\n  phigate serve\n  phigate doctor",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(serveCommand(), demoCommand(), checkCommand(), testCommand(), scanCommand(), explainCommand(), auditCommand(), reviewCommand(),
		caCommand(), pinsCommand(), doctorCommand(), hashPasswordCommand(), edmCommand())
	tidy(root)
	return root
}

// statusError ends the process with a status. Without an error inside nothing more is printed.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

// usage marks an error as the user's.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return &statusError{exitUsage, err}
}

// firstError returns the first error that is one.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// release is the name of a release, which `make build` passes to the linker.
var release string

// version names the build: its release, or the commit it was made from.
func version() string {
	if release != "" {
		return release
	}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, changed := "unknown", ""
	for _, s := range build.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value[:min(len(s.Value), 12)]
		case "vcs.modified":
			if s.Value == "true" {
				changed = "+changes"
			}
		}
	}
	return revision + changed
}
