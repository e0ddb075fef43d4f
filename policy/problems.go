package policy

import (
	"fmt"
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
