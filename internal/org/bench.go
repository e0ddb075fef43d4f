package org

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"strconv"
)

// benchPrefix is the key prefix of BenchRow__c.
const benchPrefix = "a00"

// Intake is the last complete upload to BenchRow__c, whose rows are counted and thrown away.
type Intake struct {
	// Rows is the number of records without the header; Bytes and SHA256 are of the upload after decompression.
	Rows, Bytes int64
	SHA256      [sha256.Size]byte
}

// Intake returns what the last complete upload to BenchRow__c was.
func (o *Org) Intake() Intake {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bench
}

// drainBench reads an upload to its end in constant memory. A record is what ends with a line break outside quotes.
func drainBench(r io.Reader) (Intake, error) {
	var in Intake
	digest := sha256.New()
	buf := make([]byte, 128<<10)
	quoted, ended := false, true
	for {
		n, err := r.Read(buf)
		p := buf[:n]
		digest.Write(p)
		in.Bytes += int64(n)
		if n > 0 {
			ended = p[n-1] == '\n'
		}
		for len(p) > 0 {
			end := bytes.IndexByte(p, '"')
			if end < 0 {
				end = len(p)
			}
			if !quoted {
				in.Rows += int64(bytes.Count(p[:end], []byte{'\n'}))
			}
			if end < len(p) {
				quoted = !quoted
				end++
			}
			p = p[end:]
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return Intake{}, err
		}
	}
	if !ended {
		in.Rows++
	}
	in.Rows = max(in.Rows-1, 0)
	digest.Sum(in.SHA256[:0])
	return in, nil
}

// benchNotes is what the notes of generated rows are cut from: words without a meaning to a detector.
const benchNotes = "Lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et " +
	"dolore magna aliqua ut enim ad minim veniam quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo " +
	"consequat duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur "

// noteLength is the length of the notes of a generated row, in bytes.
const noteLength = 240

// benchDate is when generated rows were made.
const benchDate = "2026-01-01T00:00:00.000+0000"

// appendBench appends a value of the generated row number i, counted from zero. It holds no character that JSON or CSV
// would escape.
func appendBench(dst []byte, i int, name string) []byte {
	switch name {
	case "Id":
		return append(dst, makeID(benchPrefix, int64(i)+1)...)
	case "IsDeleted":
		return append(dst, "false"...)
	case "Name":
		return strconv.AppendInt(append(dst, "Row "...), int64(i), 10)
	case "Index__c":
		return append(strconv.AppendInt(dst, int64(i), 10), ".0"...)
	case "Key__c":
		return fmt.Appendf(dst, "K%011d", i)
	case "Email__c":
		return append(strconv.AppendInt(append(dst, "row"...), int64(i), 10), "@bench.example"...)
	case "Phone__c":
		return fmt.Appendf(dst, "(555) 555-01%02d", i%100)
	case "Status__c":
		return append(dst, [...]string{"New", "Working", "Closed"}[i%3]...)
	case "Notes__c":
		start := i % (len(benchNotes) - noteLength)
		return append(dst, benchNotes[start:start+noteLength]...)
	case "CreatedById", "LastModifiedById":
		return append(dst, makeID("005", 1)...)
	}
	return append(dst, benchDate...)
}

// benchRow makes the generated row number i, counted from zero.
func benchRow(i int) Row {
	r := Row{}
	for _, name := range []string{
		"Id", "IsDeleted", "Name", "Index__c", "Key__c", "Email__c", "Phone__c", "Status__c", "Notes__c", "CreatedDate",
		"CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp",
	} {
		r[name] = string(appendBench(nil, i, name))
	}
	return r
}
