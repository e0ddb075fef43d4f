package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/inspect/edm"
)

func edmCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "edm",
		Short: "Indexes for exact data match",
		Long: `Indexes for exact data match: the gate recognises the values of a table of patients wherever they appear, and the
index holds none of them, only keyed hashes. docs/edm.md says what it can and what it cannot do.`,
		Example: "  phigate edm build patients.csv --columns mrn,ssn,last,dob --key edm-key",
	}
	cmd.AddCommand(edmBuildCommand(), edmInfoCommand())
	return cmd
}

// edmBuild is what `phigate edm build` was asked.
type edmBuild struct {
	columns string
	key     string
	out     string
}

func edmBuildCommand() *cobra.Command {
	var o edmBuild
	cmd := &cobra.Command{
		Use:   "build [flags] FILE|-",
		Short: "Make an index of a CSV file",
		Long: `Make an index of a CSV file with a line of names. Of the columns that --columns names, each value is spelt in one way
and hashed with the key; the index holds the hashes and which of them are of one row. The file is read once, in memory
that its size does not decide.

A column's name tells how its values are spelt; where it does not, its kind stands behind a colon, and a category may
follow: unit:alnum:mrn. The kinds are digits, alnum (digits and letters), name (words) and date.

The key is a file of 32 random bytes, which is made if there is none. The gate needs it too. Who has the index and the
key can find out values by trying: keep both as you keep the table.

The exit status is 2 for wrong usage, and 3 for a file that cannot be read as CSV.`,
		Example: `  phigate edm build patients.csv --columns mrn,ssn,last,dob --key /etc/phigate/edm-key
  psql -c "copy patients to stdout csv header" | phigate edm build - --columns mrn,unit:alnum:other --key edm-key --out patients.edm`,
		Args: one("the CSV file, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&o.columns, "columns", "", "`NAMES` of the columns, with commas between them")
	f.StringVar(&o.key, "key", "", "key `FILE`, made if there is none")
	f.StringVarP(&o.out, "out", "o", "", "`FILE` of the index; by default the CSV file's name with .edm")
	return cmd
}

// run builds an index.
func (o *edmBuild) run(cmd *cobra.Command, path string) error {
	if o.columns == "" || o.key == "" {
		return usage(errors.New("edm build needs --columns and --key, such as --columns mrn,ssn,last,dob --key edm-key"))
	}
	columns, err := edm.ParseColumns(o.columns)
	if err != nil {
		return usage(fmt.Errorf("--columns: %w", err))
	}
	out := o.out
	if out == "" {
		if path == "-" {
			return usage(errors.New("standard input has no name: --out says where the index is put"))
		}
		out = strings.TrimSuffix(path, ".csv") + ".edm"
	}
	in := cmd.InOrStdin()
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return usage(err)
		}
		defer file.Close()
		in = file
	}
	made, err := edm.MakeKey(o.key)
	if err != nil {
		return usage(err)
	}
	if made {
		fmt.Fprintf(cmd.ErrOrStderr(), "made the key %s; the gate needs it too\n", o.key)
	}
	key, err := edm.OpenKey(o.key)
	if err != nil {
		return usage(err)
	}
	stats, err := edm.Build(cmd.Context(), edm.BuildConfig{
		Path: out, Key: key, Columns: columns, Normalise: spellCell, Now: time.Now(), Progress: progress(cmd.ErrOrStderr()),
	}, tableRows(in, columns))
	var broken *csv.ParseError
	if errors.As(err, &broken) {
		return &statusError{exitUnreadable, err}
	}
	if err != nil {
		return usage(err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %d rows, %d cells, %d different, %d bytes\n", out, stats.Rows, stats.Cells, stats.Distinct, stats.Bytes)
	for i, c := range stats.Columns {
		if c.LeftOut > 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "warning: column %s: %d values left out: too short, or no %s\n", columns[i].Name, c.LeftOut, columns[i].Kind)
		}
	}
	return nil
}

// progressEvery is how often a long build says how far it is.
const progressEvery = 2 * time.Second

// progress returns a function that says now and then how far a build is.
func progress(w io.Writer) func(rows int64, built, partitions int) {
	last := time.Now()
	return func(rows int64, built, partitions int) {
		if time.Since(last) < progressEvery {
			return
		}
		last = time.Now()
		if partitions == 0 {
			fmt.Fprintf(w, "%d rows read\n", rows)
			return
		}
		fmt.Fprintf(w, "%d rows read, %d of %d parts of the index written\n", rows, built, partitions)
	}
}

// tableRows yields the values of some columns of a CSV file with a line of names. Its errors have the line, and no value.
func tableRows(in io.Reader, columns []edm.Column) iter.Seq2[[][]byte, error] {
	return func(yield func([][]byte, error) bool) {
		buffered := bufio.NewReaderSize(in, 1<<20)
		if mark, err := buffered.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
			_, _ = buffered.Discard(len(mark)) // cannot fail: they were peeked at
		}
		table := csv.NewReader(buffered)
		table.ReuseRecord = true
		names, err := table.Read()
		if err != nil {
			yield(nil, fmt.Errorf("the line of names: %w", err))
			return
		}
		places, err := placesOf(names, columns)
		if err != nil {
			yield(nil, err)
			return
		}
		values := make([][]byte, len(columns))
		for {
			row, err := table.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for i, place := range places {
				values[i] = append(values[i][:0], row[place]...)
			}
			if !yield(values, nil) {
				return
			}
		}
	}
}

// placesOf returns where the columns stand in a table.
func placesOf(names []string, columns []edm.Column) ([]int, error) {
	var places []int
	for _, c := range columns {
		i := slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(strings.TrimSpace(name), c.Name) })
		if i < 0 {
			return nil, fmt.Errorf("no column %q in the line of names, which has %d", c.Name, len(names))
		}
		places = append(places, i)
	}
	return places, nil
}

func edmInfoCommand() *cobra.Command {
	var key string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "info --key FILE INDEX",
		Short: "Say what an index holds",
		Long: `Check an index whole and say what it holds: names of columns and counts.

The exit status is 0 if the index is as it was built, and 2 if it is not, or was built with another key.`,
		Example: "  phigate edm info --key edm-key patients.edm",
		Args:    one("the file of the index"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if key == "" {
				return usage(errors.New("edm info needs --key"))
			}
			return edmInfo(cmd.OutOrStdout(), args[0], key, asJSON)
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "key `FILE` that the index was built with")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// edmInfo prints what an index holds.
func edmInfo(out io.Writer, path, keyPath string, asJSON bool) error {
	key, err := edm.OpenKey(keyPath)
	if err != nil {
		return usage(err)
	}
	x, err := edm.Open(path, key)
	if err != nil {
		return usage(err)
	}
	defer func() { _ = x.Close() }() // nothing was written
	type column struct {
		Name     string `json:"name"`
		Kind     string `json:"kind"`
		Category string `json:"category"`
		Cells    int64  `json:"cells"`
		LeftOut  int64  `json:"left_out"`
	}
	stats := x.Stats()
	var columns []column
	for i, c := range x.Columns() {
		s := stats.Columns[i]
		columns = append(columns, column{c.Name, c.Kind.String(), c.Category.String(), s.Cells, s.LeftOut})
	}
	if asJSON {
		return json.NewEncoder(out).Encode(struct {
			Made     time.Time `json:"made"`
			Rows     int64     `json:"rows"`
			Cells    int64     `json:"cells"`
			Distinct int64     `json:"distinct"`
			Bytes    int64     `json:"bytes"`
			Columns  []column  `json:"columns"`
		}{stats.Made, stats.Rows, stats.Cells, stats.Distinct, stats.Bytes, columns})
	}
	fmt.Fprintf(out, "made %s: %d rows, %d cells, %d different, %d bytes\n", stats.Made.Format(time.RFC3339), stats.Rows, stats.Cells,
		stats.Distinct, stats.Bytes)
	for _, c := range columns {
		fmt.Fprintf(out, "%-24s %-7s %-11s %d cells, %d left out\n", c.Name, c.Kind, c.Category, c.Cells, c.LeftOut)
	}
	return nil
}
