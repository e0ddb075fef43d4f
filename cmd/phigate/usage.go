package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/policy"
)

// tidy makes a tree of commands answer alike: a group without a command shows its help, one with a command that there is
// not is wrong usage, a mistyped flag is told the right one, and what a command returns has an exit status.
func tidy(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		tidy(sub)
	}
	cmd.SetFlagErrorFunc(wrongFlag)
	if cmd.HasSubCommands() {
		cmd.Args = noSuchCommand
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error { return settled(run(cmd, args)) }
	}
}

// noSuchCommand refuses what stands in the place of a command and is none.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	hint := policy.DidYouMean(args[0], names)
	if at := named(cmd.Root(), args[0]); at != nil {
		hint = "did you mean " + at.CommandPath() + "?"
	}
	return fmt.Errorf("%s has no command %q: %s", cmd.CommandPath(), args[0], hint)
}

// named finds a command of any group by its name; nil if there is none.
func named(cmd *cobra.Command, name string) *cobra.Command {
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() && sub.Name() == name {
			return sub
		}
		if found := named(sub, name); found != nil {
			return found
		}
	}
	return nil
}

// wrongFlag says which flag was probably meant.
func wrongFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || len(unknown.GetSpecifiedName()) < 2 {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	})
	return fmt.Errorf("%w: %s", err, policy.DidYouMean("--"+unknown.GetSpecifiedName(), names))
}

// misused is what is said of a command line that cannot be one.
func misused(cmd *cobra.Command, err error) *statusError {
	line := cmd.UseLine()
	if cmd.HasSubCommands() {
		line = cmd.CommandPath() + " COMMAND"
	}
	return &statusError{exitUsage, fmt.Errorf("%w\n\tusage: %s\n\thint: %s --help says more", err, line, cmd.CommandPath())}
}

// settled gives an error that has none its exit status. A log that is not as it was written has one of
// its own: who asked for records must not take it for none.
func settled(err error) error {
	var status *statusError
	var corrupt *audit.CorruptError
	switch {
	case err == nil, errors.As(err, &status):
		return err
	case errors.As(err, &corrupt), errors.Is(err, audit.ErrRollback):
		return &statusError{exitAltered, fmt.Errorf("the log is not as it was written, and nothing from there on is handed out: %w\n"+
			"\thint: phigate audit verify says what can still be relied on", err)}
	}
	return usage(err)
}

// one is the Args of a command that takes exactly one argument.
func one(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch len(args) {
		case 0:
			return fmt.Errorf("%s is missing", what)
		case 1:
			return nil
		}
		return fmt.Errorf("%s: one at a time, and not %d", what, len(args))
	}
}

// some is the Args of a command that takes at least one argument.
func some(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("%s is missing", what)
		}
		return nil
	}
}

// none is the Args of a command that takes no argument.
func none(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%s takes no arguments, and %q is one", cmd.CommandPath(), args[0])
}

// atLeast refuses a number of a flag that makes no sense.
func atLeast(flag string, n, least int) error {
	if n < least {
		return usage(fmt.Errorf("--%s: %d is less than %d", flag, n, least))
	}
	return nil
}
