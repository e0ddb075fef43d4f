package audit

import (
	"context"
	"time"
)

// Config says where a log lies and what it may cost.
type Config struct {
	// Dir is the log's folder; it is made with mode 0700. Required.
	Dir string
	// Node names the gate that writes: 1 to 64 letters, digits, dots, dashes and underscores. Default: the host's name.
	Node string
	// SegmentBytes is the size at which a segment ends, in bytes. Default 64 MiB, at least 1 KiB.
	SegmentBytes int64
	// Queue is how many records may wait for the disk. Default 8192.
	Queue int
	// Wait is how long one record may wait for the disk. Default 250 ms.
	Wait time.Duration
	// MinFree is the free space of the file system, in bytes, below which the log refuses decisions. Default 0: it
	// refuses when the next segment cannot be allocated.
	MinFree int64
	// Now tells the time. Default time.Now.
	Now func() time.Time
}

// Log is an append-only log of decisions.
type Log struct{}

// Stats counts what a log did since it was opened.
type Stats struct {
	Appended uint64        // records made durable
	Batches  uint64        // writes, each with one sync
	Bytes    uint64        // bytes written
	Syncing  time.Duration // time spent in all syncs
	LastSync time.Duration // time that the last sync took
	Queued   int           // records waiting now
	Free     int64         // free bytes of the file system when last asked, each second
}

// Open opens the log in cfg.Dir, or starts one there.
func Open(cfg Config) (*Log, error) { return nil, ErrFailed }

// Append writes d and returns once it is durable.
func (l *Log) Append(ctx context.Context, d *Decision) error { return ErrFailed }

// Err says why the log refuses decisions; nil while it takes them.
func (l *Log) Err() error { return ErrFailed }

// Stats returns what the log did so far.
func (l *Log) Stats() Stats { return Stats{} }

// Close makes durable what was appended, and ends the log.
func (l *Log) Close() error { return nil }
