package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
)

// logPlace finds the logs: the configuration's, or a data folder named directly.
type logPlace struct{ config, data string }

// onLogs completes a command that works on the logs of a gate: its flags say which gate, and run is called with that
// gate's configuration.
func onLogs(cmd *cobra.Command, run func(cmd *cobra.Command, args []string, cfg *config) error) *cobra.Command {
	var place logPlace
	cmd.Flags().StringVarP(&place.config, "config", "c", "", "configuration `file` of the gate")
	cmd.Flags().StringVar(&place.data, "data", "", "data `folder` of the gate (default ./phigate-data)")
	cmd.MarkFlagsMutuallyExclusive("config", "data")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		cfg, err := place.gate()
		if err != nil {
			return usage(err)
		}
		return run(cmd, args, cfg)
	}
	return cmd
}

// gate is the configuration of the gate whose logs are meant. Its decision log exists.
func (p *logPlace) gate() (*config, error) {
	cfg, err := loadConfig(p.config)
	if err != nil {
		return nil, err
	}
	if p.data != "" {
		cfg.Data = p.data
	}
	_, err = os.Stat(cfg.auditDir())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no decision log in %s: %w\n\thint: name the gate's data folder with --data or its configuration with --config",
			cfg.Data, err)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("the decision log in %s cannot be read: %w\n\thint: %s", cfg.Data, err, asOwner(cfg))
	}
	return cfg, err
}
