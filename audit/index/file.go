package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// formatVersion is the version of the files. A file of another version is built again.
const formatVersion = 2

// applicationID is what PRAGMA application_id says in a file of ours: "phig".
const applicationID = 0x70686967

// The names of the files in the folder of an index.
const (
	deskName    = "desk.db"
	monthPrefix = "decisions-"
	fileSuffix  = ".db"
	lockName    = "lock"
	markSuffix  = ".damaged" // beside a file that a search found damaged
)

// monthSchema is that of a month's file.
//
// A decision has a number, ord, in the order of the log; ord>>chunkBits is its chunk. For a chunk that is closed, sets
// holds which of its decisions have a name, and marks which have a fingerprint or belong to a case; so a search for
// any combination of names is a handful of sets that are combined, 8,192 decisions at a time, whether many or none of
// them are found in the end. An index on columns serves the combinations that it was made for: with five filters that
// are each common and together rare, it reads most of the month.
//
// Everything is in tables WITHOUT ROWID in the order in which it is read, so that the sets of a name lie side by side.
const monthSchema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE names (id INTEGER PRIMARY KEY, dim INTEGER NOT NULL, text TEXT NOT NULL, n INTEGER NOT NULL);
CREATE TABLE rows (ord INTEGER PRIMARY KEY, seq INTEGER NOT NULL, time INTEGER NOT NULL, id TEXT NOT NULL COLLATE NOCASE, data BLOB NOT NULL);
CREATE INDEX rows_id ON rows (id);
CREATE TABLE sets (name INTEGER, chunk INTEGER, data BLOB NOT NULL, PRIMARY KEY (name, chunk)) WITHOUT ROWID;
CREATE TABLE marks (mark TEXT, chunk INTEGER, data BLOB NOT NULL, PRIMARY KEY (mark, chunk)) WITHOUT ROWID;
CREATE TABLE chunks (chunk INTEGER PRIMARY KEY, n INTEGER NOT NULL, lo INTEGER NOT NULL, hi INTEGER NOT NULL, clock BLOB NOT NULL);
CREATE TABLE times (block INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE states (ord INTEGER PRIMARY KEY, status TEXT NOT NULL, verdict TEXT NOT NULL, by TEXT NOT NULL, assignee TEXT NOT NULL,
	reason TEXT NOT NULL, at INTEGER NOT NULL, notes INTEGER NOT NULL);
CREATE TABLE hours (by INTEGER, action INTEGER, start INTEGER, name INTEGER, n INTEGER NOT NULL, bytes INTEGER NOT NULL,
	PRIMARY KEY (by, action, start, name)) WITHOUT ROWID;
CREATE TABLE days (by INTEGER, action INTEGER, start INTEGER, name INTEGER, n INTEGER NOT NULL, bytes INTEGER NOT NULL,
	PRIMARY KEY (by, action, start, name)) WITHOUT ROWID;
CREATE TABLE clients (start INTEGER, client INTEGER, n INTEGER NOT NULL, blocked INTEGER NOT NULL, findings INTEGER NOT NULL,
	bytes INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (start, client)) WITHOUT ROWID;
CREATE TABLE meets (what INTEGER, start INTEGER, client INTEGER, name INTEGER, PRIMARY KEY (what, start, client, name)) WITHOUT ROWID;
CREATE TABLE kinds (id INTEGER PRIMARY KEY, client INTEGER, dir INTEGER, object INTEGER, field INTEGER, category INTEGER,
	detector INTEGER, action INTEGER, n INTEGER NOT NULL, last INTEGER NOT NULL, example TEXT NOT NULL,
	UNIQUE (client, dir, object, field, category, detector, action));
CREATE TABLE flows (kind INTEGER, start INTEGER, n INTEGER NOT NULL, last INTEGER NOT NULL, example TEXT NOT NULL,
	PRIMARY KEY (kind, start)) WITHOUT ROWID;
`

// deskSchema is that of the file for what people did, and for what concerns more than one month.
const deskSchema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE last (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE months (month TEXT PRIMARY KEY, first INTEGER NOT NULL, seq INTEGER NOT NULL, access INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE cases (num INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, client TEXT NOT NULL COLLATE NOCASE,
	rule TEXT NOT NULL COLLATE NOCASE, detector TEXT NOT NULL,
	category TEXT NOT NULL, print TEXT NOT NULL COLLATE NOCASE, object TEXT NOT NULL, field TEXT NOT NULL, n INTEGER NOT NULL, open INTEGER NOT NULL,
	first INTEGER NOT NULL, last INTEGER NOT NULL, latest TEXT NOT NULL, actions INTEGER NOT NULL, status TEXT NOT NULL,
	verdict TEXT NOT NULL, by TEXT NOT NULL, assignee TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL, notes INTEGER NOT NULL);
CREATE TABLE accesses (seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL,
	outcome TEXT NOT NULL, line BLOB NOT NULL);
CREATE INDEX accesses_actor ON accesses (actor, seq);
CREATE INDEX accesses_kind ON accesses (kind, seq);
CREATE INDEX accesses_target ON accesses (target, seq) WHERE target != '';
CREATE TABLE events (decision TEXT, seq INTEGER, PRIMARY KEY (decision, seq)) WITHOUT ROWID;
CREATE TABLE views (owner TEXT, name TEXT, query TEXT NOT NULL, shared INTEGER NOT NULL, PRIMARY KEY (owner, name)) WITHOUT ROWID;
CREATE TABLE exceptions (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, line BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE holds (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, line BLOB NOT NULL) WITHOUT ROWID;
`

// deskIndexes are those of the cases. When the index is made anew they are made last, all at once: to keep them up case
// by case would take most of the time.
const deskIndexes = `
CREATE INDEX IF NOT EXISTS cases_last ON cases (last);
CREATE INDEX IF NOT EXISTS cases_open ON cases (last) WHERE open > 0;
CREATE INDEX IF NOT EXISTS cases_client ON cases (client, last);
CREATE INDEX IF NOT EXISTS cases_rule ON cases (rule, last);
CREATE INDEX IF NOT EXISTS cases_both ON cases (client, rule, last);
CREATE INDEX IF NOT EXISTS cases_print ON cases (print);
`

// errForeign says that a file is not one of ours, or of another version.
var errForeign = errors.New("not a file of this index")

// errUnborn says that a file is being made, or that a crash ended that. It is like one that is not there.
var errUnborn = fmt.Errorf("the file is empty: %w", fs.ErrNotExist)

// access is how a file is opened.
type access int

const (
	reading access = iota // by searches
	making                // by the projection; a file that is not there is made
)

// openFile opens a file of the index. cache is the memory for pages of each connection, in KiB.
func openFile(ctx context.Context, path, schema string, how access, cache int) (*sql.DB, error) {
	flags := os.O_RDWR
	if how == making {
		flags |= os.O_CREATE
	}
	f, err := os.OpenFile(path, flags, 0o600) // its -wal and -shm get the same mode
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	// The projection can be repeated, so that a commit need not wait for the disk: NORMAL loses the newest ones in a power
	// failure, and never the order (https://www.sqlite.org/pragma.html#pragma_synchronous).
	q := url.Values{"mode": {"rw"}, "_txlock": {"deferred"}, "_pragma": {
		"busy_timeout(5000)", "synchronous(NORMAL)", fmt.Sprintf("cache_size(-%d)", cache), "temp_store(MEMORY)", "trusted_schema(OFF)"}}
	switch how {
	case reading:
		q.Add("_pragma", "query_only(1)") // and not mode=ro, which cannot read what a writer has left
	case making:
		// The sets of a chunk have up to 1 KiB; in pages of this size they stand in the tree itself.
		q["_pragma"] = append([]string{"page_size(8192)"}, append(q["_pragma"], "journal_mode(WAL)", "journal_size_limit(16777216)")...)
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	if how != reading {
		db.SetMaxOpenConns(1)
	}
	if err := prepareFile(ctx, db, schema, how); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// prepareFile checks whose file it is, and makes the tables of a new one.
func prepareFile(ctx context.Context, db *sql.DB, schema string, how access) error {
	var application, version, tables int
	if err := db.QueryRowContext(ctx, `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_application_id, pragma_user_version`).Scan(&application, &version, &tables); err != nil {
		return err
	}
	switch {
	case application == applicationID && version == formatVersion:
		return nil
	case how == reading && application == 0 && tables == 0:
		return errUnborn
	case how != making || tables > 0 || application != 0:
		return errForeign
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	_, err = tx.ExecContext(ctx, schema+fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, formatVersion))
	if err != nil {
		return err
	}
	return tx.Commit()
}

// damaged reports whether err says that the file itself is wrong.
func damaged(err error) bool {
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return true
		}
	}
	return errors.Is(err, errForeign) || errors.Is(err, errRecord) || errors.Is(err, errSet)
}

// setAside renames a file that cannot be used, so that a new one can be made and the old one be looked at.
func setAside(path string, now time.Time) error {
	aside := path + "." + now.UTC().Format("20060102T150405.000000000") + markSuffix
	if err := os.Rename(path, aside); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, suffix := range []string{"-wal", "-shm", markSuffix} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// monthOf names the month of a time in microseconds.
func monthOf(t int64) string { return fromMicros(t).Format("2006-01") }

func monthFile(dir, month string) string { return filepath.Join(dir, monthPrefix+month+fileSuffix) }

// monthSpan returns the times of a month.
func monthSpan(month string) (span, error) {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		return span{}, err
	}
	return span{micros(t), micros(t.AddDate(0, 1, 0)) - 1}, nil
}

// months returns the months that have a file in dir, oldest first.
func months(dir string) ([]string, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, f := range files {
		m, ok := strings.CutPrefix(f.Name(), monthPrefix)
		if m, ok2 := strings.CutSuffix(m, fileSuffix); ok && ok2 {
			if _, err := monthSpan(m); err == nil {
				list = append(list, m)
			}
		}
	}
	return list, nil
}
