package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// readSecret reads one line without showing it: from a terminal after a prompt, otherwise from in as it is. The caller
// clears what it returns.
func readSecret(in io.Reader, prompts io.Writer, prompt string) ([]byte, error) {
	if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(prompts, prompt)
		defer fmt.Fprintln(prompts)
		return term.ReadPassword(int(f.Fd()))
	}
	line, err := readLine(in)
	if err != nil && !(errors.Is(err, io.EOF) && len(line) > 0) {
		return nil, err
	}
	return line, nil
}

// readLine reads up to a newline, byte by byte, so that nothing behind it is taken from in.
func readLine(in io.Reader) ([]byte, error) {
	if r, ok := in.(*bufio.Reader); ok {
		line, err := r.ReadBytes('\n')
		return bytes.TrimRight(line, "\r\n"), err
	}
	var line []byte
	var b [1]byte
	for len(line) < 4096 {
		if _, err := in.Read(b[:]); err != nil {
			return line, err
		}
		if b[0] == '\n' {
			break
		}
		line = append(line, b[0])
	}
	return bytes.TrimRight(line, "\r"), nil
}
