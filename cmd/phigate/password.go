package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/policy"
)

func hashPasswordCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "hash-password",
		Short: "Hash a client's password for the policy file",
		Long: `Ask for a password without showing it, or read it from standard input, never from an argument, and print its argon2id
hash for clients[].identify.basic.hash.`,
		Example: `  head -c 24 /dev/urandom | base64 | tee password | phigate hash-password
  phigate hash-password < password`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			password, err := readSecret(cmd.InOrStdin(), cmd.ErrOrStderr(), "Password: ")
			if err != nil && !errors.Is(err, io.EOF) {
				return fmt.Errorf("read password: %w", err)
			}
			defer clear(password)
			if len(password) < 12 {
				return usage(errors.New("a password of fewer than 12 characters; `head -c 24 /dev/urandom | base64` makes a good one"))
			}
			hash, err := policy.HashPassword(password)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), hash)
			return nil
		},
	}
}
