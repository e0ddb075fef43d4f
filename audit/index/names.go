package index

import (
	"context"
	"database/sql"
	"errors"
	"slices"
)

// names are those that the decisions of one month use. It grows only, and who has an older copy of it has names that
// are still right, so that it is shared without a lock: grown copies share their beginning.
type names struct {
	list []name // by nameID
}

type name struct {
	dim  dim
	text string
	n    int64 // how many decisions have it, in the chunks that were closed when it was read
}

// openStatus is the number of the name "open", which every file has.
const openStatus = nameID(dimText) + 2

// newNames returns the names that every file begins with: the empty ones, and openStatus.
func newNames() *names {
	n := &names{list: make([]name, openStatus+1)}
	for d := range dimText + 1 {
		n.list[d.none()] = name{dim: d}
	}
	n.list[openStatus] = name{dim: dimStatus, text: StatusOpen}
	return n
}

func (n *names) text(id nameID) string {
	if int(id) >= len(n.list) {
		return ""
	}
	return n.list[id].text
}

// matching returns the names of a dimension that match.
func (n *names) matching(d dim, match func(string) bool) (ids []nameID, all bool) {
	all = true
	for id := 1; id < len(n.list); id++ {
		switch nm := &n.list[id]; {
		case nm.dim != d:
		case match(nm.text):
			ids = append(ids, nameID(id))
		default:
			all = false
		}
	}
	return ids, all
}

// find returns the number of a name.
func (n *names) find(d dim, text string) (nameID, bool) {
	i := slices.IndexFunc(n.list, func(nm name) bool { return nm.dim == d && nm.text == text })
	return nameID(max(i, 0)), i > 0
}

// of returns the names of a dimension.
func (n *names) of(d dim) (ids []nameID) {
	ids, _ = n.matching(d, func(string) bool { return true })
	return ids
}

// readNames returns the names in a file. Those that before has are not read again, unless counts are wanted.
func readNames(ctx context.Context, db queryer, before *names, counts bool) (*names, error) {
	from := max(len(before.list), 1)
	n := &names{list: before.list}
	if counts || len(before.list) == 0 {
		from, n.list = 1, make([]name, 1, len(before.list)+64)
	}
	err := scanRows(ctx, db, func(scan func(...any) error) error {
		var id int
		var nm name
		if err := scan(&id, &nm.dim, &nm.text, &nm.n); err != nil {
			return err
		}
		if id != len(n.list) {
			return errRecord
		}
		n.list = append(n.list, nm)
		return nil
	}, `SELECT id, dim, text, n FROM names WHERE id >= ? ORDER BY id`, from)
	return n, err
}

// queryer is what reads from a file: a connection or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// scanRows calls f for each row that a statement returns; f scans it.
func scanRows(ctx context.Context, db queryer, f func(scan func(...any) error) error, text string, args ...any) error {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	return scanEach(rows, f)
}

// scanStmt is scanRows for a statement that is prepared.
func scanStmt(ctx context.Context, stmt *sql.Stmt, f func(scan func(...any) error) error, args ...any) error {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	return scanEach(rows, f)
}

func scanEach(rows *sql.Rows, f func(scan func(...any) error) error) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// dictionary numbers the names of a file that is being written.
type dictionary struct {
	names *names
	ids   map[name]nameID // with n zero
	each  [dimText + 1]int
	fresh []nameID // not yet stored
}

func newDictionary(n *names) *dictionary {
	d := &dictionary{names: n, ids: make(map[name]nameID)}
	for id, nm := range n.list {
		if id > 0 {
			d.ids[name{dim: nm.dim, text: nm.text}] = nameID(id)
			d.each[nm.dim]++
		}
	}
	return d
}

// id returns the number of a name, and gives it one if it has none.
func (d *dictionary) id(of dim, text string) nameID {
	key := name{dim: of, text: text}
	if id, ok := d.ids[key]; ok {
		return id
	}
	if d.each[of] >= maxNames && text != manyNames {
		return d.id(of, manyNames)
	}
	id := nameID(len(d.names.list))
	d.names.list = append(d.names.list, key)
	d.ids[key] = id
	d.each[of]++
	d.fresh = append(d.fresh, id)
	return id
}
