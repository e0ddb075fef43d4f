package audit

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// Config says where a log lies and what it may cost.
type Config struct {
	// Dir is the log's folder; it is made with mode 0700. Required.
	Dir string
	// Node names the gate that writes: 1 to 64 letters, digits, dots, dashes and underscores. Default: the host's name.
	Node string
	// SegmentBytes is the size at which a segment ends, in bytes. Default 64 MiB, at least 1 KiB. That much and about
	// 2 MiB more are allocated when a segment begins.
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
	// Guard looks for protected health information in a record before it is queued, and returns the name of the detector
	// that hit, "" for none. It is called by many goroutines and does not retain the line. A hit replaces the record by a
	// stub. Default nil: no guard.
	Guard func(line []byte) string
	// Alert is told what an operator must look at: phi_leak_guard, audit.halt, audit.resume, audit.torn, audit.rollback.
	// It must not block. Default nil.
	Alert func(reason string)
	// Key signs a checkpoint each second in which the log grew. Default nil: no checkpoints.
	Key *CheckpointKey
	// Witness is a file outside of Dir that gets the latest checkpoint too, and by which an older copy of Dir is known.
	// Default "": none.
	Witness string
	// Origin begins the origin of the checkpoints. It is the key's name, or the key's name, a slash and more. Default: the
	// key's name.
	Origin string
	// Reserve is how many bytes are kept for what must still be written when the disk is full. Default 16 MiB; negative is
	// none.
	Reserve int64
}

func (c *Config) complete() error {
	if c.Node == "" {
		host, err := os.Hostname()
		if err != nil {
			return fmt.Errorf("name the node: %w", err)
		}
		c.Node = host
	}
	if c.SegmentBytes == 0 {
		c.SegmentBytes = 64 << 20
	}
	if c.Queue == 0 {
		c.Queue = 8192
	}
	if c.Wait == 0 {
		c.Wait = 250 * time.Millisecond
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Reserve == 0 {
		c.Reserve = 16 << 20
	}
	if c.Origin == "" && c.Key != nil {
		c.Origin = c.Key.signer.Name()
	}
	switch {
	case c.Dir == "":
		return errors.New("the folder has no name")
	case !isToken(c.Node):
		return fmt.Errorf("node %q: a name has 1 to 64 letters, digits, dots, dashes or underscores", c.Node)
	case c.SegmentBytes < 1<<10:
		return errors.New("a segment needs 1 KiB")
	case c.Queue < 0 || c.Wait < 0 || c.MinFree < 0:
		return errors.New("a queue, a wait and a free space cannot be negative")
	case c.Key != nil && c.Origin != c.Key.signer.Name() && !strings.HasPrefix(c.Origin, c.Key.signer.Name()+"/"):
		return fmt.Errorf("origin %q does not begin with the key's name", c.Origin)
	case strings.ContainsAny(c.Origin, "\n+ "):
		return fmt.Errorf("origin %q has a space, a plus sign or a line break", c.Origin)
	}
	return nil
}
