package org

import (
	"bufio"
	"errors"
	"io"
)

// Errors of an upload. They name what is wrong in the words of the job's errorMessage.
var (
	errBareQuote  = errors.New("InvalidBatch : a quote inside an unquoted field, or text after a quoted one")
	errOpenQuote  = errors.New("InvalidBatch : a quoted field does not end")
	errLineEnding = errors.New("InvalidBatch : LineEnding is invalid on user data")
	errRecordSize = errors.New("InvalidBatch : a record is too large")
)

// maxRecord is the longest CSV record, in bytes of its values.
const maxRecord = 4 * 400_000

// csvReader reads records with a given delimiter and line ending. In contrast to encoding/csv it keeps line breaks
// inside quoted fields as they are, and refuses the line ending that the job did not announce.
type csvReader struct {
	r     *bufio.Reader
	comma byte
	crlf  bool

	started bool
	field   []byte
}

// ending is what ended a field.
type ending uint8

const (
	endField ending = iota
	endRecord
	endFile
)

func newCSVReader(r io.Reader, comma byte, crlf bool) *csvReader {
	return &csvReader{r: bufio.NewReaderSize(r, 64<<10), comma: comma, crlf: crlf}
}

// Read returns the next record, which is the caller's. Empty lines are skipped. At the end the error is io.EOF; an error
// of the source comes as it is.
func (c *csvReader) Read() ([]string, error) {
	if !c.started {
		c.started = true
		if bom, _ := c.r.Peek(3); string(bom) == "\xEF\xBB\xBF" {
			_, _ = c.r.Discard(3) // cannot fail after Peek
		}
	}
	var record []string
	size := 0
	for {
		end, quoted, err := c.next()
		if err != nil {
			return nil, err
		}
		if size += len(c.field); size > maxRecord {
			return nil, errRecordSize
		}
		if end != endField && len(record) == 0 && len(c.field) == 0 && !quoted {
			if end == endFile {
				return nil, io.EOF
			}
			continue
		}
		record = append(record, string(c.field))
		if end != endField {
			return record, nil
		}
	}
}

// next reads a field into c.field.
func (c *csvReader) next() (end ending, quoted bool, err error) {
	c.field = c.field[:0]
	b, err := c.r.ReadByte()
	if err == nil && b == '"' {
		end, err = c.quoted()
		return end, true, err
	}
	for ; err == nil; b, err = c.r.ReadByte() {
		switch b {
		case c.comma:
			return endField, false, nil
		case '"':
			return 0, false, errBareQuote
		case '\r', '\n':
			return endRecord, false, c.lineEnd(b)
		}
		if c.field = append(c.field, b); len(c.field) > maxRecord {
			return 0, false, errRecordSize
		}
	}
	if errors.Is(err, io.EOF) {
		return endFile, false, nil
	}
	return 0, false, err
}

// quoted reads the rest of a quoted field and what ends it.
func (c *csvReader) quoted() (ending, error) {
	for {
		b, err := c.r.ReadByte()
		if err == io.EOF {
			return 0, errOpenQuote
		}
		if err != nil {
			return 0, err
		}
		if b != '"' {
			if c.field = append(c.field, b); len(c.field) > maxRecord {
				return 0, errRecordSize
			}
			continue
		}
		switch b, err = c.r.ReadByte(); {
		case err == io.EOF:
			return endFile, nil
		case err != nil:
			return 0, err
		case b == '"':
			c.field = append(c.field, '"')
		case b == c.comma:
			return endField, nil
		case b == '\r' || b == '\n':
			return endRecord, c.lineEnd(b)
		default:
			return 0, errBareQuote
		}
	}
}

// lineEnd reads the rest of a line ending that begins with b.
func (c *csvReader) lineEnd(b byte) error {
	if !c.crlf {
		if b == '\r' {
			return errLineEnding
		}
		return nil
	}
	if b == '\n' {
		return errLineEnding
	}
	b, err := c.r.ReadByte()
	if err != nil && err != io.EOF {
		return err
	}
	if err == io.EOF || b != '\n' {
		return errLineEnding
	}
	return nil
}

// dialect is how a job's CSV is written.
type dialect struct {
	comma byte
	crlf  bool
}

// delimiters are the names of the delimiters.
var delimiters = map[string]byte{
	"": ',', "COMMA": ',', "TAB": '\t', "PIPE": '|', "SEMICOLON": ';', "CARET": '^', "BACKQUOTE": '`',
}

// appendRow appends a record, all of whose fields are quoted as the org quotes them.
func (d dialect) appendRow(dst []byte, cells ...string) []byte {
	for i, s := range cells {
		if i > 0 {
			dst = append(dst, d.comma)
		}
		dst = appendCell(dst, s)
	}
	return d.appendEnd(dst)
}

func (d dialect) appendEnd(dst []byte) []byte {
	if d.crlf {
		dst = append(dst, '\r')
	}
	return append(dst, '\n')
}

func appendCell(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		if s[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}
