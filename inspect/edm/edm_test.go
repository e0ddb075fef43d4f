package edm

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phigate/phigate/inspect"
)

// upper stands in for the gate's normal spellings.
func upper(kind Kind, dst, value []byte) []byte {
	if kind == Date {
		return append(dst, bytes.TrimSpace(value)...)
	}
	for _, c := range value {
		switch {
		case '0' <= c && c <= '9':
			dst = append(dst, c)
		case kind == Name && ('a' <= c && c <= 'z' || c == ' '), kind == Alnum && 'A' <= c && c <= 'Z':
			dst = append(dst, c)
		case kind == Name && 'A' <= c && c <= 'Z':
			dst = append(dst, c+'a'-'A')
		case kind == Alnum && 'a' <= c && c <= 'z':
			dst = append(dst, c-'a'+'A')
		}
	}
	return dst
}

var testKey = []byte("synthetic key for tests, 32 byte")

var patients = []Column{
	{Name: "mrn", Kind: Alnum, Category: inspect.MRN}, {Name: "ssn", Kind: Digits, Category: inspect.SSN},
	{Name: "last", Kind: Name, Category: inspect.Name}, {Name: "dob", Kind: Date, Category: inspect.Date},
}

// rowsOf yields rows of texts.
func rowsOf(rows [][]string) iter.Seq2[[][]byte, error] {
	return func(yield func([][]byte, error) bool) {
		for _, r := range rows {
			values := make([][]byte, len(r))
			for i, v := range r {
				values[i] = []byte(v)
			}
			if !yield(values, nil) {
				return
			}
		}
	}
}

func config(path string, columns []Column) BuildConfig {
	return BuildConfig{Path: path, Key: testKey, Columns: columns, Normalise: upper, Now: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
}

// build makes an index of rows and opens it.
func build(t testing.TB, columns []Column, rows [][]string) *Index {
	t.Helper()
	path := filepath.Join(t.TempDir(), "patients.edm")
	if _, err := Build(context.Background(), config(path, columns), rowsOf(rows)); err != nil {
		t.Fatal(err)
	}
	x, err := Open(path, testKey)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// The vectors are those of the reference implementation of SipHash by its authors.
func TestSipHash(t *testing.T) {
	key := make([]byte, 16)
	for i := range key {
		key[i] = byte(i)
	}
	k := newSipKey(key)
	for message, want := range map[string]string{
		"": "a3817f04ba25a8e66df67214c7550293", "\x00": "da87c1d86b99af44347659119b22fc45",
	} {
		lo, hi := k.sum128([]byte(message))
		var got []byte
		for i := range 16 {
			word := lo
			if i >= 8 {
				word = hi
			}
			got = append(got, byte(word>>(8*(i%8))))
		}
		if hex.EncodeToString(got) != want {
			t.Errorf("SipHash of %q is %x, want %s", message, got, want)
		}
	}
	// vectors_sip64[8]: the message 00 01 … 07.
	if got := k.word(0x0706050403020100); got != 0x93f5f5799a932462 {
		t.Errorf("SipHash of a word is %x", got)
	}
}

// Every cell that was put in is found, in exactly the rows that hold it.
func TestEveryCellIsFound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		values := rapid.IntRange(1, 400).Draw(rt, "values")
		n := rapid.IntRange(0, 600).Draw(rt, "rows")
		var rows [][]string
		want := map[string][]uint32{}
		for i := range n {
			row := make([]string, 2)
			for c := range row {
				v := rapid.IntRange(0, values).Draw(rt, "value")
				if v == 0 {
					continue // an empty cell
				}
				row[c] = fmt.Sprintf("%06d", v)
				key := fmt.Sprint(c, " ", row[c])
				want[key] = append(want[key], uint32(i))
			}
			rows = append(rows, row)
		}
		x := build(t, []Column{{Name: "a", Kind: Digits}, {Name: "b", Kind: Alnum}}, rows)
		if x.Stats().Distinct != int64(len(want)) || x.Stats().Rows != int64(n) {
			rt.Fatalf("stats %+v, want %d distinct cells", x.Stats(), len(want))
		}
		for v := 1; v <= values+50; v++ {
			for c := range 2 {
				text := fmt.Sprintf("%06d", v)
				got, _ := x.Lookup(c, []byte(text))
				rows := want[fmt.Sprint(c, " ", text)]
				if diff := cmp.Diff(rows, list(got)); diff != "" {
					rt.Fatalf("rows of %s in column %d: -want +got:\n%s", text, c, diff)
				}
				for row := range uint32(n + 2) {
					if got.Contains(row) != slices.Contains(rows, row) {
						rt.Fatalf("%s in column %d: row %d is in %v: %v", text, c, row, rows, got.Contains(row))
					}
				}
			}
		}
	})
}

func list(r Rows) (rows []uint32) {
	for i := range r.Len() {
		rows = append(rows, r.Row(i))
	}
	return rows
}

// Rows of a common value are found among many, whether they stand together or are spread.
func TestCommonValues(t *testing.T) {
	var rows [][]string
	for i := range 20000 {
		last := "Rare" + strings.Repeat("x", i%7)
		if i%3 == 0 || 5000 < i && i < 9000 {
			last = "Smith"
		}
		rows = append(rows, []string{fmt.Sprintf("A%07d", i), "", last, ""})
	}
	x := build(t, patients, rows)
	smith, ok := x.Lookup(2, []byte("smith"))
	if !ok {
		t.Fatal("not found")
	}
	n := 0
	for i := range rows {
		if is := rows[i][2] == "Smith"; is != smith.Contains(uint32(i)) {
			t.Fatalf("row %d: %v", i, !is)
		} else if is {
			n++
		}
	}
	if smith.Len() != n || smith.Contains(20000) {
		t.Errorf("%d rows, want %d", smith.Len(), n)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "patients.edm")
	rows := rowsOf([][]string{{"A0000001", "536904399", "Tran", "1970-01-02"}, {"A0000002", "", "Tran", ""}})
	stats, err := Build(context.Background(), config(path, patients), rows)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil || int64(len(whole)) != stats.Bytes {
		t.Fatal(len(whole), stats, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if names, _ := filepath.Glob(filepath.Join(dir, ".edm-*")); len(names) > 0 {
		t.Errorf("temporary files are left: %v", names)
	}
	changed := func(at int) []byte {
		b := slices.Clone(whole)
		b[at] ^= 1
		return b
	}
	tests := map[string]struct {
		file []byte
		key  []byte
		want error
	}{
		"another key":         {whole, []byte("another synthetic key, 32 bytes!"), ErrKey},
		"cut short":           {whole[:len(whole)-1], testKey, ErrChanged},
		"cut in the header":   {whole[:40], testKey, ErrChanged},
		"longer":              {append(slices.Clone(whole), 0), testKey, ErrChanged},
		"empty":               {nil, testKey, ErrChanged},
		"text":                {[]byte(strings.Repeat("mrn,ssn\n", 100)), testKey, ErrChanged},
		"the body changed":    {changed(len(whole) - 200), testKey, ErrChanged},
		"the padding changed": {changed(len(whole) - 1), testKey, ErrChanged},
		"a count changed":     {changed(57), testKey, ErrChanged},
		"the seed changed":    {changed(20), testKey, ErrKey},
		"as it is":            {whole, testKey, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.edm")
			if err := os.WriteFile(path, tt.file, 0o600); err != nil {
				t.Fatal(err)
			}
			x, err := Open(path, tt.key)
			if !errors.Is(err, tt.want) {
				t.Fatalf("error %v, want %v", err, tt.want)
			}
			if err == nil {
				if got := x.Columns(); !sameColumns(got, patients) {
					t.Errorf("columns %v", got)
				}
				for range 2 {
					if err := x.Close(); err != nil {
						t.Errorf("close: %v", err)
					}
				}
			}
		})
	}
	if _, err := Open(filepath.Join(dir, "none"), testKey); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if _, err := Open(path, testKey[:16]); err == nil {
		t.Error("a short key is taken")
	}
}

// The file without the key says nothing: no value stands in it, and two builds have nothing in common.
func TestFileHoldsNoValue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "patients.edm")
	var before []byte
	for range 2 {
		rows := rowsOf([][]string{{"A0000001", "536904399", "Tran", "1970-01-02"}})
		if _, err := Build(context.Background(), config(path, patients), rows); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, canary := range []string{"A0000001", "536904399", "tran", "Tran", "1970"} {
			if strings.Contains(string(b), canary) {
				t.Errorf("the file holds %s", canary)
			}
		}
		same := 0
		x, err := Open(path, testKey)
		if err != nil {
			t.Fatal(err)
		}
		from, to := x.partitions[0].tableAt(), x.partitions[0].listsAt()
		for i := from; i < to && len(before) == len(b); i++ {
			if b[i] == before[i] {
				same++
			}
		}
		if same > int(to-from)/4 {
			t.Errorf("%d of the %d bytes of the table are the same in two builds", same, to-from)
		}
		x.Close()
		before = b
	}
}

// What a slot holds does not show its payload.
func TestPayloadsAreCovered(t *testing.T) {
	const width = checkBits + 24
	seen := map[uint64]bool{}
	for i := range uint64(1000) {
		hi := mix(i + 1)
		v := slotValue(hi, 0, 7, width)
		if v>>width != 0 || cover(hi, v>>checkBits, width) != 7 {
			t.Fatalf("slot %x", v)
		}
		seen[v>>checkBits] = true
	}
	if len(seen) < 990 {
		t.Errorf("one payload is spelt in %d ways by 1000 cells", len(seen))
	}
}

// Values that are in every text are left out, and counted.
func TestShortValuesAreLeftOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "patients.edm")
	stats, err := Build(context.Background(), config(path, patients),
		rowsOf([][]string{{"A1", "123", "X", "1970-1-2"}, {"", " ", "", ""}, {"A0000001", "", "Li", "1970-01-02"}}))
	if err != nil {
		t.Fatal(err)
	}
	want := []ColumnStats{{1, 1}, {0, 1}, {1, 1}, {1, 1}}
	if diff := cmp.Diff(want, stats.Columns); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestBuildFails(t *testing.T) {
	good := [][]string{{"A0000001", "536904399", "Tran", "1970-01-02"}}
	boom := errors.New("boom")
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	tests := map[string]struct {
		ctx    context.Context
		change func(*BuildConfig)
		rows   iter.Seq2[[][]byte, error]
		want   string
	}{
		"a short key":   {t.Context(), func(c *BuildConfig) { c.Key = c.Key[:8] }, rowsOf(good), "a key has 32 bytes"},
		"no columns":    {t.Context(), func(c *BuildConfig) { c.Columns = nil }, rowsOf(good), "1 to 16 columns"},
		"a short row":   {t.Context(), func(*BuildConfig) {}, rowsOf([][]string{{"A"}}), "row 1 has 1 values for 4 columns"},
		"a broken file": {t.Context(), func(*BuildConfig) {}, func(yield func([][]byte, error) bool) { yield(nil, boom) }, "boom"},
		"told to stop":  {ended, func(*BuildConfig) {}, rowsOf(good), "context canceled"},
		"no normaliser": {t.Context(), func(c *BuildConfig) { c.Normalise = nil }, rowsOf(good), "no path or no Normalise"},
		"no folder":     {t.Context(), func(c *BuildConfig) { c.Path = filepath.Join(c.Path, "a", "b") }, rowsOf(good), "no such file"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "patients.edm")
			cfg := config(path, patients)
			tt.change(&cfg)
			if _, err := Build(tt.ctx, cfg, tt.rows); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			if left, _ := os.ReadDir(filepath.Dir(path)); len(left) > 0 {
				t.Errorf("files are left: %v", left)
			}
		})
	}
}

func TestParseColumns(t *testing.T) {
	tests := map[string]struct {
		spec string
		want []Column
		err  string
	}{
		"the names tell": {spec: "mrn,SSN,last,dob", want: patients},
		"told":           {spec: "unit no:alnum:mrn,x:date", want: []Column{{"unit no", Alnum, inspect.MRN}, {"x", Date, inspect.Other}}},
		"another kind":   {spec: "Patient_ID:digits", want: []Column{{"patient_id", Digits, inspect.MRN}}},
		"not told":       {spec: "mrn,unit", err: `column "unit": the name does not tell its kind; write unit:alnum`},
		"a wrong kind":   {spec: "mrn:number", err: `kind "number" is none of digits, alnum, name, date`},
		"a wrong class":  {spec: "mrn:alnum:mnr", err: `category "mnr" is none of`},
		"twice":          {spec: "mrn,MRN", err: `column "mrn" is there twice`},
		"nothing":        {spec: ",mrn:alnum", err: "the name does not tell"},
		"seventeen":      {spec: strings.Repeat("mrn,", 16) + "mrn", err: "not 17"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ParseColumns(tt.spec)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil || !sameColumns(got, tt.want) {
				t.Errorf("%v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "edm")
	made, err := MakeKey(path)
	if err != nil || !made {
		t.Fatal(made, err)
	}
	key, err := OpenKey(path)
	if err != nil || len(key) != KeySize {
		t.Fatal(len(key), err)
	}
	if made, err = MakeKey(path); made || err != nil {
		t.Error("the key was made again", err)
	}
	if again, err := OpenKey(path); err != nil || !slices.Equal(key, again) {
		t.Error("the key changed", err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKey(path); err == nil || !strings.Contains(err.Error(), "0640") {
		t.Errorf("error %v", err)
	}
	if err := errors.Join(os.Chmod(path, 0o600), os.Truncate(path, 31)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKey(path); err == nil || !strings.Contains(err.Error(), "31 bytes") {
		t.Errorf("error %v", err)
	}
}

// Entries that do not fit into memory come back from the files, and the files go.
func TestSpill(t *testing.T) {
	s := &spill{dir: t.TempDir()}
	const n = 1_000_000
	for i := range uint64(n) {
		if err := s.add(entry{lo: mix(i), hi: i, row: uint32(i), check: uint16(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if files, _ := os.ReadDir(s.dir); len(files) != spillFiles {
		t.Errorf("%d files", len(files))
	}
	var seen int
	for i := 0; i < spillFiles; i += 64 {
		entries, err := s.read(i, i+64)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSortedFunc(entries, cmpEntries) {
			t.Error("not sorted")
		}
		for _, e := range entries {
			if e.lo != mix(e.hi) || e.row != uint32(e.hi) || e.check != uint16(e.hi) || int(e.lo>>56)/64 != i/64 {
				t.Fatalf("entry %+v in files from %d on", e, i)
			}
		}
		seen += len(entries)
	}
	if files, _ := os.ReadDir(s.dir); len(files) > 0 || seen != n || s.total() != n {
		t.Errorf("%d files are left, %d entries of %d came back", len(files), seen, s.total())
	}
}
