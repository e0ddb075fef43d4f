package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong in a file.
type Problem struct {
	// File is the file's name as it was given.
	File string
	// Line and Column say where, from 1.
	Line, Column int
	// What is wrong, in lower case.
	What string
	// Hint says what would be right; empty if nothing better is known.
	Hint string
}

// Error returns "file:line:column: what (hint)".
func (p Problem) Error() string {
	s := fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.What)
	if p.Hint != "" {
		s += " (" + p.Hint + ")"
	}
	return s
}

// Problems is all that is wrong in a file, in the order of its lines. It is the error of [Parse] and [ParseTests].
type Problems []Problem

// Error returns one line for each problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// sorted returns the problems in the order of the file, or a nil error if there is none.
func (ps Problems) sorted() error {
	if len(ps) == 0 {
		return nil
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return ps
}

// DidYouMean proposes the known word nearest to the given one. If none is near and there are few, it lists them all.
func DidYouMean(word string, known []string) string {
	best, distance := "", max(1, len(word)/3)+1
	for _, k := range known {
		if d := editDistance(strings.ToLower(word), strings.ToLower(k)); d < distance {
			best, distance = k, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %s?", best)
	case len(known) > 0 && len(known) <= 24:
		return "one of " + strings.Join(known, ", ")
	}
	return ""
}

// nearest returns how far the nearest known word is from the given one.
func nearest(word string, known []string) int {
	distance := len(word)
	for _, k := range known {
		distance = min(distance, editDistance(strings.ToLower(word), strings.ToLower(k)))
	}
	return distance
}

// editDistance returns how many bytes must be inserted, removed, replaced or swapped with their neighbour to turn a
// into b (optimal string alignment). Words over 64 bytes are not compared and are 64 away.
func editDistance(a, b string) int {
	const limit = 64
	if len(a) > limit || len(b) > limit {
		return limit
	}
	var rows [3][limit + 1]int
	for j := range len(b) + 1 {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row := &rows[(i+1)%3], &rows[(i-1)%3], &rows[i%3]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := last[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			row[j] = min(replace, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}
