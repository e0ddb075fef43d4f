package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/rs/zerolog"

	"github.com/phigate/phigate/inspect/edm"
)

// edmConfig is an index of exact data.
type edmConfig struct {
	// Name is how the policy speaks of the index: small letters, digits and '_'. Its findings are of the detector edm_ and
	// the name.
	Name string `yaml:"name"`
	// File is what `phigate edm build` made. It is watched: a file that takes its place is in effect at once, if it has the
	// same columns. Who writes it decides which patients are recognised, and needs the key for that.
	File string `yaml:"file"`
	// Key is the file of the key that it was built with, mode 0600. Who reads it and the index can find out values by trying.
	Key string `yaml:"key"`
}

// validateIndexes checks what can be checked without touching files.
func (c *config) validateIndexes() error {
	for i, x := range c.EDM {
		if !isIndexName(x.Name) {
			return fmt.Errorf("edm: %q is no name of an index: small letters, digits and '_', at most 40, the first a letter", x.Name)
		}
		if x.File == "" || x.Key == "" {
			return fmt.Errorf("edm: index %s: file and key are needed", x.Name)
		}
		if slices.ContainsFunc(c.EDM[:i], func(o edmConfig) bool { return o.Name == x.Name }) {
			return fmt.Errorf("edm: index %s is there twice", x.Name)
		}
	}
	return nil
}

func isIndexName(name string) bool {
	for i, c := range []byte(name) {
		if !('a' <= c && c <= 'z') && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return 0 < len(name) && len(name) <= 40
}

// indexFiles keeps the indexes in use. A file that is replaced is opened; one that is wrong is reported, and what was in
// use stays.
type indexFiles struct {
	logger zerolog.Logger
	loaded func()
	files  []*indexFile
}

// indexFile is one index in use.
type indexFile struct {
	edmConfig
	matcher *edm.Matcher
	seen    os.FileInfo // when it was last opened, or failed to
}

// openIndexes opens the indexes of a configuration; all must be right.
func openIndexes(configs []edmConfig, logger zerolog.Logger) (*indexFiles, error) {
	f := &indexFiles{logger: logger, loaded: func() {}}
	for _, c := range configs {
		file := &indexFile{edmConfig: c}
		x, err := file.open()
		if err != nil {
			return nil, fmt.Errorf("edm: index %s: %w", c.Name, err)
		}
		file.matcher = edm.NewMatcher(c.Name, x, spellCell)
		f.files = append(f.files, file)
	}
	return f, nil
}

// open opens the file as it is now.
func (f *indexFile) open() (*edm.Index, error) {
	info, err := os.Stat(f.File)
	if err != nil {
		return nil, err
	}
	f.seen = info
	key, err := edm.OpenKey(f.Key)
	if err != nil {
		return nil, err
	}
	return edm.Open(f.File, key)
}

// columns returns the number of columns of each index, which is what policies may ask for.
func (f *indexFiles) columns() map[string]int {
	columns := map[string]int{}
	for _, file := range f.files {
		columns[file.Name] = len(file.matcher.Index().Columns())
	}
	return columns
}

// matchers returns what looks values up.
func (f *indexFiles) matchers() []*edm.Matcher {
	var matchers []*edm.Matcher
	for _, file := range f.files {
		matchers = append(matchers, file.matcher)
	}
	return matchers
}

// reload opens the files that were replaced.
func (f *indexFiles) reload() {
	for _, file := range f.files {
		info, err := os.Stat(file.File)
		if err != nil || os.SameFile(info, file.seen) && info.ModTime().Equal(file.seen.ModTime()) && info.Size() == file.seen.Size() {
			continue // a file that is gone stays in use
		}
		x, err := file.open()
		if err == nil {
			if err = file.matcher.Replace(x); err != nil {
				err = errors.Join(err, x.Close())
			}
		}
		if err != nil {
			f.logger.Error().Err(err).Str("index", file.Name).Msg("index rejected; the one before stays in use")
			continue
		}
		f.logger.Info().Str("index", file.Name).Int64("rows", x.Stats().Rows).Time("made", x.Stats().Made).Msg("index in use")
		f.loaded()
	}
}

// watch opens files again that are replaced, until ctx ends.
func (f *indexFiles) watch(ctx context.Context) error {
	if len(f.files) == 0 {
		<-ctx.Done()
		return nil
	}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch indexes: %w", err)
	}
	defer w.Close()
	for _, file := range f.files {
		if err := w.Add(filepath.Dir(file.File)); err != nil {
			return fmt.Errorf("watch index %s: %w", file.Name, err)
		}
	}
	quiet := time.NewTimer(0)
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-w.Events:
			if !ok {
				return errors.New("watch indexes: the watcher ended")
			}
			quiet.Reset(settle)
		case err := <-w.Errors:
			f.logger.Warn().Err(err).Msg("watching the indexes")
		case <-quiet.C:
			f.reload()
		}
	}
}
