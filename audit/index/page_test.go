package index

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/query"
)

func TestNextAndRelated(t *testing.T) {
	x, o := ask(t, 3_000)
	q := parsed(t, "decision:block status:open after:2020-01-01")
	ids := o.find(q)
	for i := range 5 {
		row, err := x.Next(t.Context(), q, ids[i*10])
		if err != nil || row.ID != ids[i*10+1] {
			t.Errorf("after %d comes %s, %v", i*10, row.ID, err)
		}
	}
	for name, after := range map[string]string{"nothing": "", "the last one": ids[len(ids)-1], "an unknown one": "x"} {
		if row, err := x.Next(t.Context(), q, after); err != nil || row.ID != ids[0] {
			t.Errorf("after %s comes %s, %v", name, row.ID, err)
		}
	}
	if _, err := x.Next(t.Context(), parsed(t, "id:"+ids[0]), ids[0]); !errors.Is(err, ErrNotFound) {
		t.Errorf("after the only one: %v", err)
	}
	d := o.list[slices.IndexFunc(o.list, func(d *audit.Decision) bool { return d.ID == ids[10] })]
	related, err := x.Related(t.Context(), d.ID, 7)
	if err != nil {
		t.Fatal(err)
	}
	all := o.find(query.Query{}.With("client", d.Client).With("after", "2020-01-01"))
	at := slices.Index(all, d.ID)
	var got []string
	for _, row := range related.Client {
		got = append(got, row.ID)
	}
	if diff := cmp.Diff(all[at+1:at+8], got); diff != "" {
		t.Error(diff)
	}
	prints := make(map[string]bool)
	for _, f := range d.Finding {
		for _, fp := range f.Fingerprints {
			prints[fp] = true
		}
	}
	for _, row := range related.Fingerprint {
		if !slices.ContainsFunc(row.Fingerprints, func(fp string) bool { return prints[fp] }) || row.ID == d.ID {
			t.Errorf("%v has none of %v", row.Fingerprints, slices.Collect(maps.Keys(prints)))
		}
	}
}

func TestBounds(t *testing.T) {
	x, o := ask(t, 3_000)
	page, err := x.Page(t.Context(), parsed(t, "client:ehr-sync"), "", 5)
	if err != nil || len(page.Rows) != 5 {
		t.Fatal(len(page.Rows), err)
	}
	for name, at := range map[string]Cursor{
		"of another query": page.Next, "made up": "AAAA", "not one": "?",
		"of a decision that is gone": cursor("client:billing", point{at: micros(now), id: "01KAX3M9T0V5Q2Z8R4B6C7D8E9"}),
	} {
		if _, err := x.Page(t.Context(), parsed(t, "client:billing"), at, 5); !errors.Is(err, ErrCursor) {
			t.Errorf("a cursor %s: %v", name, err)
		}
	}
	if n, more, err := x.Count(t.Context(), parsed(t, "after:2020-01-01"), 10); n != 10 || !more || err != nil {
		t.Errorf("counted %d, %v, %v", n, more, err)
	}
	old := o.list[0]
	if n, _, err := x.Count(t.Context(), parsed(t, "id:"+old.ID), 10); n != 1 || err != nil {
		t.Errorf("an old decision is not found by its ID: %d, %v", n, err)
	}
	if n, _, err := x.Count(t.Context(), parsed(t, "client:* before:-10000d"), 10); n != 0 || err != nil {
		t.Errorf("before all: %d, %v", n, err)
	}
	newer := 0
	for _, d := range o.matching(parsed(t, "decision:block")) {
		if d.Time.After(now.Add(-time.Hour)) {
			newer++
		}
	}
	if n, err := x.Newer(t.Context(), parsed(t, "decision:block"), now.Add(-time.Hour)); n != newer || err != nil {
		t.Errorf("%d newer, want %d, %v", n, newer, err)
	}
	if _, err := x.Facets(t.Context(), parsed(t, ""), []string{"fp"}, 5); !errors.Is(err, ErrUnsupported) {
		t.Errorf("facets of fingerprints: %v", err)
	}
	if _, err := x.Get(t.Context(), "nothing"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got what is not there: %v", err)
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if _, err := x.Page(ended, parsed(t, ""), "", 5); !errors.Is(err, context.Canceled) {
		t.Errorf("searched for nobody: %v", err)
	}
	x.cfg.Timeout = time.Nanosecond
	for name, search := range map[string]func() error{
		"page":  func() error { _, err := x.Page(t.Context(), parsed(t, "after:2020-01-01"), "", 5); return err },
		"count": func() error { _, _, err := x.Count(t.Context(), parsed(t, "after:2020-01-01"), 1<<40); return err },
		"case":  func() error { _, err := x.Case(t.Context(), "0000000000000000"); return err },
		"flows": func() error { _, err := x.Flows(t.Context(), now.AddDate(0, 0, -40), now); return err },
	} {
		if err := search(); !errors.Is(err, ErrTimeout) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
