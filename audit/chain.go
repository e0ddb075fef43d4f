package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
	"sync/atomic"
	"time"
)

// The chain member as it ends every line. Its length is fixed, so that it is found without parsing.
const (
	chainOpen  = `,"chain":"`
	chainClose = `"}`
	chainLen   = len(chainOpen) + 2*sha256.Size + len(chainClose)
)

// chain is the hash that a line hands on to the next one.
type chain [sha256.Size]byte

// String returns c as 64 lower-case hex digits.
func (c chain) String() string { return hex.EncodeToString(c[:]) }

// MarshalText writes c as 64 lower-case hex digits.
func (c chain) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, c[:]), nil }

// UnmarshalText reads what MarshalText writes.
func (c *chain) UnmarshalText(text []byte) error {
	if len(text) != 2*len(c) {
		return fmt.Errorf("a chain has %d digits", 2*len(c))
	}
	_, err := hex.Decode(c[:], text)
	return err
}

// genesis is the chain before the first line of a log.
func genesis(kind, node, log string) chain {
	name := "audit"
	if kind != "" {
		name = kind
	}
	return sha256.Sum256([]byte("phigate " + name + " log v1\x00" + node + "\x00" + log))
}

// tip is where a log ends: the number of its last record and the chain of its last line.
type tip struct {
	seq   uint64
	chain chain
}

// header is the first line of a segment, without its chain member.
type header struct {
	V        int       `json:"v"`
	Log      string    `json:"log"`
	Segment  uint64    `json:"segment"`
	First    uint64    `json:"first"`
	Kind     string    `json:"kind,omitempty"` // access for a log of accesses
	Node     string    `json:"node"`
	Created  time.Time `json:"created"`
	Previous chain     `json:"previous"`
	Cut      int64     `json:"cut,omitempty"`
}

// linker computes chains. It is not safe for concurrent use.
type linker struct {
	hash hash.Hash
	sum  chain
}

func newLinker() *linker { return &linker{hash: sha256.New()} }

// next returns SHA-256(previous ‖ head ‖ tail). No byte of them is retained.
func (k *linker) next(previous chain, head, tail []byte) chain {
	k.sum = previous
	k.hash.Reset()
	k.hash.Write(k.sum[:])
	k.hash.Write(head)
	k.hash.Write(tail)
	k.hash.Sum(k.sum[:0])
	return k.sum
}

// seal turns the body that begins at dst[start] into a line: it adds the chain member and the newline.
func (k *linker) seal(dst []byte, start int, previous chain) ([]byte, chain) {
	c := k.next(previous, dst[start:], nil)
	dst = append(dst[:len(dst)-1], chainOpen...)
	dst = hex.AppendEncode(dst, c[:])
	dst = append(dst, chainClose...)
	return append(dst, '\n'), c
}

var brace = []byte{'}'}

// check returns the chain of a line and whether the line follows on previous. The digits are compared as they stand:
// hex.Decode would take a changed letter case for the same.
func (k *linker) check(line []byte, previous chain) (chain, bool) {
	head, digits, ok := splitChain(line)
	if !ok {
		return chain{}, false
	}
	c := k.next(previous, head, brace)
	var want [2 * sha256.Size]byte
	hex.Encode(want[:], c[:])
	return c, bytes.Equal(want[:], digits)
}

// splitChain cuts a line into what stands before its chain member, and the member's digits.
func splitChain(line []byte) (head, digits []byte, ok bool) {
	at := len(line) - chainLen
	if at < 1 {
		return nil, nil, false
	}
	head, rest := line[:at], line[at:]
	if string(rest[:len(chainOpen)]) != chainOpen || string(rest[len(rest)-len(chainClose):]) != chainClose {
		return nil, nil, false
	}
	return head, rest[len(chainOpen) : len(rest)-len(chainClose)], true
}

// entry is a record on its way to the disk. Encoding is done by the goroutine that appends, so that the one that
// writes has only the number to fill in and the hash to compute.
type entry struct {
	body    []byte     // the record with "seq":0, without its chain member
	seqAt   int        // where that 0 stands
	reserve bool       // it is written although the disk is full
	seq     uint64     // set by the writer before it answers
	done    chan error // takes one answer
	taken   atomic.Bool

	// The goroutine that appends owns what follows.
	patience *time.Timer // nil until it is needed
	answered bool        // the writer is done with it
}

// take decides who has the entry: the writer, which will answer it, or an Append that gave up waiting. The first who
// takes it has it.
func (e *entry) take() bool { return e.taken.CompareAndSwap(false, true) }

// newLine returns an entry for body, a record with "seq":0.
func newLine(body []byte, reserve bool) (*entry, error) {
	e := &entry{body: body, done: make(chan error, 1)}
	return e, e.ready(reserve)
}

// ready makes e an entry for its body, which is new.
func (e *entry) ready(reserve bool) error {
	if e.room() > MaxLine {
		return fmt.Errorf("%w: as a line it is longer than %d bytes", ErrInvalid, MaxLine)
	}
	e.seqAt, e.reserve = findSeq(e.body), reserve
	return nil
}

// room returns how many bytes the line has at most, with its newline.
func (e *entry) room() int {
	const digits = 20 // of the largest number
	return len(e.body) + digits + chainLen
}

// findSeq returns the place of the number in a record with "seq":0. Before that member stand only v, id, time and
// node, none of which can hold a quote, so the first match is the member itself.
func findSeq(body []byte) int {
	const member = `"seq":0`
	return bytes.Index(body, []byte(member)) + len(member) - 1
}

// appendBody appends the record with its number.
func (e *entry) appendBody(dst []byte, seq uint64) []byte {
	dst = append(dst, e.body[:e.seqAt]...)
	dst = strconv.AppendUint(dst, seq, 10)
	return append(dst, e.body[e.seqAt+1:]...)
}

// lineSeq returns the number of the record in line, as it stands there.
func lineSeq(line []byte) (seq uint64, ok bool) {
	const member = `"seq":`
	at := bytes.Index(line, []byte(member))
	if at < 0 {
		return 0, false
	}
	digits := line[at+len(member):]
	end := bytes.IndexByte(digits, ',')
	if end < 0 {
		return 0, false
	}
	seq, err := strconv.ParseUint(string(digits[:end]), 10, 64)
	return seq, err == nil
}
