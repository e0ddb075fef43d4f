// Command quality measures what the detectors find and what they find in error: over the corpus of bench/corpus, or over
// any labelled set as JSON lines of {"id","text","spans":[{"start","end","type"}]}. It asks the gate's binary, so that
// what is measured is what is deployed. It fails below its thresholds.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"

	"github.com/phigate/phigate/bench/corpus"
	"github.com/phigate/phigate/inspect"
)

// options are the flags.
type options struct {
	gate, input, results, likelihood, document string
	seed                                       uint64
	n, examples                                int
	json, runes                                bool
	emit                                       bool
}

func main() {
	var o options
	flag.StringVar(&o.gate, "gate", "./phigate", "the gate's binary")
	flag.StringVar(&o.input, "input", "", "a labelled set as JSON lines; \"-\" is standard input; empty is the generated corpus")
	flag.BoolVar(&o.runes, "chars", false, "the places in -input count characters, not bytes")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the corpus")
	flag.IntVar(&o.n, "n", 600, "texts of each carrier in the corpus, an even number")
	flag.StringVar(&o.likelihood, "likelihood", "likely", "findings of this likelihood and above count")
	flag.StringVar(&o.results, "results", "", "folder to write quality.md to, and with it -document")
	flag.StringVar(&o.document, "document", "docs/detectors.md", "with -results, the page whose table of the corpus is rewritten; empty is none")
	flag.IntVar(&o.examples, "examples", 0, "show so many misses and errors of each type, of the tuning half of the corpus only")
	flag.BoolVar(&o.json, "json", false, "print JSON")
	flag.BoolVar(&o.emit, "emit", false, "print the corpus as JSON lines and measure nothing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "quality:", err)
		os.Exit(1)
	}
}

// set is a part of the corpus, or somebody's set.
type set struct {
	name  string
	texts []corpus.Text
}

// run measures, prints and compares with the thresholds.
func run(ctx context.Context, o options, out io.Writer) error {
	minimum, ok := inspect.ParseLikelihood(o.likelihood)
	if !ok {
		return fmt.Errorf("-likelihood: %q is none", o.likelihood)
	}
	sets, err := load(o)
	if err != nil {
		return err
	}
	if o.emit {
		lines := json.NewEncoder(out)
		lines.SetEscapeHTML(false)
		for _, s := range sets {
			for i := range s.texts {
				if err := lines.Encode(&s.texts[i]); err != nil {
					return err
				}
			}
		}
		return nil
	}
	r := &report{options: o, minimum: minimum}
	for _, s := range sets {
		if err := r.measure(ctx, s); err != nil {
			return err
		}
	}
	if o.json {
		if err := r.json(out); err != nil {
			return err
		}
	} else {
		fmt.Fprint(out, r.markdown())
	}
	if o.results != "" {
		if err := os.MkdirAll(o.results, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(o.results, "quality.md"), []byte(r.markdown()), 0o644); err != nil {
			return err
		}
		if o.input == "" && o.document != "" {
			if err := writeDocument(o.document, r.total(minimum)); err != nil {
				return err
			}
		}
	}
	return r.verdict()
}

// load returns what is measured.
func load(o options) ([]set, error) {
	if o.input == "" {
		return []set{
			{"tuning", corpus.Generate(o.seed, corpus.Tuning, o.n/2)},
			{"held out", corpus.Generate(o.seed, corpus.HeldOut, o.n/2)},
		}, nil
	}
	in := os.Stdin
	if o.input != "-" {
		file, err := os.Open(o.input)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		in = file
	}
	texts, err := read(in, o.runes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.input, err)
	}
	return []set{{filepath.Base(o.input), texts}}, nil
}

// measure adds a set to the report.
func (r *report) measure(ctx context.Context, s set) error {
	findings, took, err := scan(ctx, r.options.gate, s.texts)
	if err != nil {
		return err
	}
	c := &scorer{labels: knownLabels(), scored: map[inspect.Category]bool{}}
	understood := make([][]span, len(s.texts))
	for i := range s.texts {
		for _, labelled := range s.texts[i].Spans {
			meaning, err := c.labels.of(labelled.Type)
			if err != nil {
				return fmt.Errorf("text %s: %w", s.texts[i].ID, err)
			}
			understood[i] = append(understood[i], span{labelled, meaning})
			if !meaning.optional {
				c.scored[meaning.category] = true
			}
		}
	}
	p := part{name: s.name, texts: len(s.texts), took: took, levels: map[inspect.Likelihood]*scores{}}
	for level := inspect.VeryUnlikely; level <= inspect.VeryLikely; level++ {
		p.levels[level] = newScores()
		if level == r.minimum && s.name == "tuning" && r.options.examples > 0 {
			c.missed, c.wrong = r.miss, r.error
		}
		for i := range s.texts {
			likely := slices.DeleteFunc(slices.Clone(findings[i]), func(f finding) bool {
				l, _ := inspect.ParseLikelihood(f.Likelihood)
				return cmp.Less(l, level)
			})
			c.text(&s.texts[i], understood[i], likely, p.levels[level])
		}
		c.missed, c.wrong = nil, nil
	}
	r.parts = append(r.parts, p)
	return nil
}
