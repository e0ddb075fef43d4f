package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/query"
)

// choices are the usual filters: for each, not asked for, a common value and a rare one.
func (b *bench) choices() [][]string {
	return [][]string{
		{"", "decision:alert", "decision:redact", "decision:block,alert status:open,assigned,awaiting_second"},
		{"", "detector:email", "detector:photo"},
		{"", "client:" + client(0), "client:" + client(clientCount-1)},
		{"", "object:" + object(0), "object:" + object(objectCount-1)},
		{"", "rule:mask-email", "rule:devices-monitored"},
		{"", "dir:request", "dir:response"},
		{"", fmt.Sprintf("after:-%dd", b.days+1), "after:-1d"},
	}
}

// combinations returns every subset of the filters with every choice of values.
func combinations(choices [][]string) []string {
	list := []string{""}
	for _, of := range choices {
		var longer []string
		for _, text := range list {
			for _, c := range of {
				longer = append(longer, strings.TrimSpace(text+" "+c))
			}
		}
		list = longer
	}
	return list
}

// others are filters beside the usual ones, each alone over all decisions, and with a common one.
func (b *bench) others() []string {
	corpus := newCorpus(b.decisions, b.days, b.now)
	fp := corpus.fingerprint()
	var list []string
	for _, text := range []string{
		"client:lab-*", "-client:" + client(0), "client:*-1*", "-decision:allow", "category:clinical", "likelihood:possible", "field:Field00__c", "-detector:*",
		"api:soap", "op:upsert", "host:*.example.org", "kind:connect", "coverage:none", "reason:host_*", "fp:" + fp, "fp:" + fp[:4], "-rule:\"\"",
		"policy:5f3c", "mode:monitor", "verdict:false_positive", "-status:open decision:block", "object:*0*",
	} {
		all := fmt.Sprintf(" after:-%dd", b.days+1)
		list = append(list, text+all, text+" decision:mask"+all, text+" client:"+client(0)+" dir:response"+all)
	}
	return list
}

// timing is how long something took, each time.
type timing struct {
	what  string
	times times
}

func (t timing) typical() time.Duration { return t.times.at(0.5) }

// search measures pages and charts.
func (b *bench) search(ctx context.Context, dir string, r *report) (err error) {
	cfg := b.config(dir)
	cfg.ReadOnly = true
	x, err := index.Open(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	before := memory()
	if r.pages, err = b.pages(ctx, x, combinations(b.choices()), b.rounds); err != nil {
		return err
	}
	if r.otherPages, err = b.pages(ctx, x, b.others(), b.rounds); err != nil {
		return err
	}
	if r.chartTimes, err = b.drawn(ctx, x); err != nil {
		return err
	}
	r.memory = max(memory()-before, 0)
	return b.coldPages(ctx, cfg, r)
}

// pages measures the first page of each query.
func (b *bench) pages(ctx context.Context, x *index.Index, texts []string, rounds int) ([]timing, error) {
	all := make([]timing, len(texts))
	for round := range rounds + 1 {
		for i, text := range texts {
			took, err := b.page(ctx, x, text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", text, err)
			}
			if all[i].what = text; round > 0 { // the first round warms up
				all[i].times = append(all[i].times, took)
			}
		}
	}
	for i := range all {
		slices.Sort(all[i].times)
	}
	return all, nil
}

func (b *bench) page(ctx context.Context, x *index.Index, text string) (time.Duration, error) {
	began := time.Now()
	q, err := query.Parse(text, b.now)
	if err != nil {
		return 0, err
	}
	_, err = x.Page(ctx, q, "", 50)
	return time.Since(began), err
}

// drawn measures what the pages of the console draw, over all decisions.
func (b *bench) drawn(ctx context.Context, x *index.Index) ([]timing, error) {
	from, to := b.now.AddDate(0, 0, -b.days), b.now
	span := fmt.Sprintf(" after:-%dd", b.days)
	parse := func(text string) query.Query {
		q, err := query.Parse(text+span, b.now)
		if err != nil {
			panic(err) // a mistake in this file
		}
		return q
	}
	queue, all := parse("decision:block,alert status:open,assigned,awaiting_second"), parse("")
	keys := []string{"decision", "client", "object", "rule", "detector", "status"}
	charts := []struct {
		what string
		draw func() error
	}{
		{"Series by action, 60 points", func() error { _, err := x.Series(ctx, from, to, "action", 60); return err }},
		{"Series by client, 60 points", func() error { _, err := x.Series(ctx, from, to, "client", 60); return err }},
		{"Series by client, by the hour", func() error { _, err := x.Series(ctx, from, to, "client", 1000); return err }},
		{"Top rules that blocked", func() error { _, err := x.Top(ctx, from, to, "rule", "block", 10); return err }},
		{"Top clients", func() error { _, err := x.Top(ctx, from, to, "client", "", 10); return err }},
		{"Flows (data map)", func() error { _, err := x.Flows(ctx, from, to); return err }},
		{"Clients", func() error { _, err := x.Clients(ctx, from, to); return err }},
		{"Histogram of the queue, 60 buckets", func() error { _, err := x.Histogram(ctx, queue, 60); return err }},
		{"Histogram of everything, 60 buckets", func() error { _, err := x.Histogram(ctx, all, 60); return err }},
		{"Facets of the queue, 6 keys", func() error { _, err := x.Facets(ctx, queue, keys, 10); return err }},
		{"Facets of a rare client, 6 keys", func() error {
			_, err := x.Facets(ctx, all.With("client", client(clientCount-1)), keys, 10)
			return err
		}},
		{"Count of the queue, exact", func() error { _, _, err := x.Count(ctx, queue, 1<<40); return err }},
		{"Ages of the queue", func() error { _, err := x.Ages(ctx); return err }},
		{"Verdicts by rule", func() error { _, err := x.Verdicts(ctx, from, to); return err }},
		{"Cases that are open", func() error { _, err := x.Cases(ctx, parse("status:open"), "", 50); return err }},
		{"Cases of a rule and a rare client", func() error {
			_, err := x.Cases(ctx, parse("status:open rule:devices-monitored client:"+client(clientCount-1)), "", 50)
			return err
		}},
	}
	var list []timing
	for _, c := range charts {
		t := timing{what: c.what}
		for round := range b.rounds + 1 {
			began := time.Now()
			if err := c.draw(); err != nil {
				return nil, fmt.Errorf("%s: %w", c.what, err)
			}
			if round > 0 {
				t.times = append(t.times, time.Since(began))
			}
		}
		slices.Sort(t.times)
		list = append(list, t)
	}
	return list, nil
}

// coldPages measures some first pages, each with an index that was opened just now and a disk whose pages are in no memory.
func (b *bench) coldPages(ctx context.Context, cfg index.Config, r *report) error {
	if !b.cold {
		return nil
	}
	texts := combinations(b.choices())
	step := max(len(texts)/60, 1) | 1
	for i := 0; i < len(texts); i += step {
		unix.Sync()
		if err := os.WriteFile("/proc/sys/vm/drop_caches", []byte("3"), 0o200); err != nil {
			return nil // not ours to do; the report says so
		}
		x, err := index.Open(cfg)
		if err != nil {
			return err
		}
		took, err := b.page(ctx, x, texts[i])
		if err := errors.Join(err, x.Close()); err != nil {
			return err
		}
		r.coldPages = append(r.coldPages, timing{texts[i], times{took}})
	}
	return nil
}
