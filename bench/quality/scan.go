package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
	"unicode/utf8"

	"github.com/phigate/phigate/bench/corpus"
)

// exitFound is the exit status of `phigate scan` that found something.
const exitFound = 1

// scan lets the gate's binary find what is in texts, and returns how long that took. The findings are of all
// likelihoods and in the order of the texts.
func scan(ctx context.Context, binary string, texts []corpus.Text) ([][]finding, time.Duration, error) {
	var in bytes.Buffer
	lines := json.NewEncoder(&in)
	for i := range texts {
		t := &texts[i]
		err := lines.Encode(struct {
			ID        int    `json:"id"`
			Text      string `json:"text"`
			MediaType string `json:"media_type,omitempty"`
			Request   string `json:"request,omitempty"`
		}{i, t.Text, t.MediaType, t.Request})
		if err != nil {
			return nil, 0, err
		}
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, binary, "scan", "--jsonl", "--likelihood", "very_unlikely", "-")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, os.Stderr
	start := time.Now()
	err := cmd.Run()
	took := time.Since(start)
	if status := (*exec.ExitError)(nil); err != nil && !(errors.As(err, &status) && status.ExitCode() == exitFound) {
		return nil, 0, fmt.Errorf("%s scan: %w", binary, err)
	}
	var all [][]finding
	for answers := json.NewDecoder(&out); ; {
		var answer struct {
			ID       int       `json:"id"`
			Findings []finding `json:"findings"`
		}
		if err := answers.Decode(&answer); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, 0, err
		}
		if answer.ID != len(all) {
			return nil, 0, fmt.Errorf("%s scan: answer %d for text %d", binary, answer.ID, len(all))
		}
		all = append(all, answer.Findings)
	}
	if len(all) != len(texts) {
		return nil, 0, fmt.Errorf("%s scan: %d answers for %d texts", binary, len(all), len(texts))
	}
	return all, took, nil
}

// maxLine is the longest line of a labelled set, in bytes.
const maxLine = 16 << 20

// read reads a labelled set: JSON lines of {"id","text","spans":[{"start","end","type"}]}. With runes the places count
// characters, as most sets do, and become those of bytes.
func read(r io.Reader, runes bool) ([]corpus.Text, error) {
	var texts []corpus.Text
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var t struct {
			corpus.Text
			ID json.RawMessage `json:"id"`
		}
		if err := json.Unmarshal(lines.Bytes(), &t); err != nil {
			return nil, fmt.Errorf("line %d is not {\"id\",\"text\",\"spans\"}", n)
		}
		t.Text.ID = string(t.ID)
		for i := range t.Spans {
			s := &t.Spans[i]
			if runes {
				s.Start, s.End = byteOf(t.Text.Text, s.Start), byteOf(t.Text.Text, s.End)
			}
			if s.Start < 0 || s.End <= s.Start || s.End > len(t.Text.Text) {
				return nil, fmt.Errorf("line %d: span %d is not in the text", n, i)
			}
		}
		texts = append(texts, t.Text)
	}
	return texts, lines.Err()
}

// byteOf returns where character n of s begins; -1 if it has no such character.
func byteOf(s string, n int) int {
	if n < 0 {
		return -1
	}
	at := 0
	for ; n > 0; n-- {
		if at == len(s) {
			return -1
		}
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return at
}
