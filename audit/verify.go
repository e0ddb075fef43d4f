package audit

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Report says what a log holds.
type Report struct {
	// Records and Segments count what was found whole.
	Records  int `json:"records"`
	Segments int `json:"segments"`
	// Seq is the number of the last record.
	Seq uint64 `json:"seq"`
	// First and Last are the times of the first and the last record.
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	// Head is the chain value of the last line, in hex. Kept elsewhere, it proves later that nothing was cut off.
	Head string `json:"head"`
	// Unclosed counts opening records without a closing one: bodies that were in transit when the gate was killed, or
	// that still are.
	Unclosed int `json:"unclosed"`
	// Tree is the number of records in the log's tree, those that were pruned among them, and Root its root in base64.
	Tree int64  `json:"tree"`
	Root string `json:"root"`
	// Checkpoints counts the signed checkpoints that the log agrees with, Signed is the size of the largest of them.
	Checkpoints int   `json:"checkpoints"`
	Signed      int64 `json:"signed"`
	// Pruned counts the records that were removed at the end of their retention.
	Pruned uint64 `json:"pruned"`
	// Witnessed is the size of the largest checkpoint that was kept elsewhere. Zero means that there was none: then an
	// older copy of the whole folder cannot be told from the log.
	Witnessed int64 `json:"witnessed"`
	// Rollbacks counts the times that the log was taken back to an earlier state and an operator acknowledged it.
	Rollbacks int `json:"rollbacks"`
}

// VerifyOptions says against what a log is verified.
type VerifyOptions struct {
	// Verifier checks the signatures of checkpoints. Without one they are compared with the log, and show what was cut off
	// or changed by somebody who did not know of them.
	Verifier note.Verifier
	// Witness names files with signed checkpoints that were kept elsewhere.
	Witness []string
	// Notes are signed checkpoints that were kept elsewhere. Those of the other log are left out.
	Notes []string
	// Since leaves out the segments that ended before it; the zero time leaves out none.
	Since time.Time
	// Progress is called now and then with the bytes done and the bytes in all. Nil is not.
	Progress func(done, total int64)
}

// Verify is [VerifyLog] without a key and without a witness.
func Verify(dir string) (Report, error) { return VerifyLog(dir, VerifyOptions{}) }

// VerifyLog reads the log in dir, of decisions or of accesses, and checks every line: that it is as it was written, in
// its place, and that none is missing between the first and the last. From the lines it builds the tree, and compares it
// with the stored hashes and with every checkpoint that it is given or finds: a log that has fewer records than were
// signed, or other ones, was rolled back. A log may begin at a later record than the first if a record under a
// checkpoint says that those before were pruned.
//
// The error is a *CorruptError for the first place where that is not so, or wraps ErrRollback; the report then covers
// what stands before. A log may be verified while it is written; records that come meanwhile may be left out.
func VerifyLog(dir string, o VerifyOptions) (Report, error) {
	v := verification{dir: dir, o: o, open: make(map[string]struct{})}
	err := v.run()
	v.report.Unclosed = len(v.open)
	return v.report, err
}

type verification struct {
	dir    string
	o      VerifyOptions
	report Report
	open   map[string]struct{} // IDs of opening records

	tree     tree
	treeless bool // there is nothing to build it on
	stored   storedHashes
	heads    heads
	marks    []placedMark
	first    uint64 // number of the first record that is there

	done, total int64 // bytes
	told        int64 // of those done
}

// placedMark is what the record of that number says about the log.
type placedMark struct {
	Mark
	seq uint64
}

func (v *verification) run() error {
	firsts, err := segments(v.dir)
	if err != nil {
		return err
	}
	if len(firsts) == 0 {
		return fmt.Errorf("no audit log in %s", v.dir)
	}
	v.first = firsts[0]
	v.report.Pruned = v.first - 1
	limits := limits(v.dir, firsts)
	// The checkpoints are read before the records, so that of a log that is written there are more records than were
	// signed, and not fewer.
	if err := v.heads.read(v.dir, v.first, &v.o); err != nil {
		return err
	}
	start, err := v.start(firsts)
	if err != nil {
		return err
	}
	defer v.stored.close()
	if err := v.begin(firsts[start]); err != nil {
		return err
	}
	var before *scan
	for i := start; i < len(firsts); i++ {
		s, err := openScan(v.dir, firsts[i], limits[i])
		if err != nil {
			return err
		}
		err = v.segment(s, before, i == len(firsts)-1)
		s.close()
		if err != nil {
			return err
		}
		v.report.Segments++
		before = s
	}
	return v.conclude(start > 0)
}

// start returns the place of the first segment to verify, and adds up the bytes from there on.
func (v *verification) start(firsts []uint64) (int, error) {
	start := 0
	for i := len(firsts) - 1; i > 0 && !v.o.Since.IsZero() && start == 0; i-- {
		h, err := readHeader(v.dir, firsts[i])
		if err != nil {
			return 0, err
		}
		if h.Created.Before(v.o.Since) {
			start = i
		}
	}
	for _, first := range firsts[start:] {
		f, err := openSegment(v.dir, first)
		if err != nil {
			return 0, err
		}
		size, err := f.Size()
		_ = f.Close() // it was only read
		if err != nil {
			return 0, fmt.Errorf("read audit log: %w", err)
		}
		v.total += size
	}
	return start, nil
}

// begin builds the tree of the records before number first, from the stored hashes.
func (v *verification) begin(first uint64) error {
	behind := int64(first) - 1
	base := behind / tileWidth * tileWidth
	v.treeless = behind > 0 && len(v.heads.list) == 0
	if v.treeless {
		return nil
	}
	if err := v.tree.load(tiles{v.dir}, base); err != nil {
		return err
	}
	for h, err := range leafHashes(v.dir, base, behind) {
		if err != nil {
			return err
		}
		v.tree.add(h)
	}
	v.stored = storedHashes{dir: v.dir, size: v.heads.stored}
	v.tree.keep = v.stored.compare
	v.heads.skip(&v.tree)
	return nil
}

// limits returns how many bytes of each segment count: all of them, or those that the next header says. A header that
// cannot be read says nothing; it is met again in its turn.
func limits(dir string, firsts []uint64) []int64 {
	list := make([]int64, len(firsts))
	for i := range list {
		list[i] = -1
		if i+1 == len(list) {
			continue
		}
		if h, err := readHeader(dir, firsts[i+1]); err == nil && h.Cut > 0 {
			list[i] = h.Cut
		}
	}
	return list
}

func (v *verification) segment(s, before *scan, last bool) error {
	if e := s.follows(before); e != nil {
		return e
	}
	if sealed, ok := s.file.(*sealedSegment); ok {
		if err := sealed.check(); err != nil {
			return err
		}
	}
	v.report.Head = s.tip.chain.String()
	at := s.size
	v.advance(at)
	var rec brief
	for patience := 10; ; {
		err := s.next(&rec)
		switch {
		case err == nil:
			v.record(&rec, s)
			if v.stored.err != nil {
				return v.stored.err
			}
			v.advance(s.size - at)
			at = s.size
		case errors.Is(err, io.EOF):
			return nil
		case last && s.torn && patience > 0:
			// The log may be in use, and this a write that is under way. Then the rest comes in a moment.
			patience--
			time.Sleep(10 * time.Millisecond)
			s.line--
		default:
			return err
		}
	}
}

func (v *verification) record(rec *brief, s *scan) {
	if v.report.Records == 0 {
		v.report.First = rec.Time
	}
	v.report.Last = rec.Time
	v.report.Records++
	v.report.Seq, v.report.Head = s.tip.seq, s.tip.chain.String()
	switch rec.Kind {
	case Opening:
		v.open[rec.ID] = struct{}{}
	case Closing:
		delete(v.open, rec.Of)
	}
	if rec.Mark != nil {
		v.marks = append(v.marks, placedMark{*rec.Mark, rec.Seq})
	}
	if !v.treeless {
		v.tree.add(tlog.RecordHash(s.text))
		v.heads.compare(&v.tree)
	}
}

// advance counts bytes.
func (v *verification) advance(n int64) {
	const step = 1 << 20
	v.done += n
	if v.o.Progress != nil && v.done-v.told >= step {
		v.told = v.done
		v.o.Progress(v.done, v.total)
	}
}

// conclude judges what the end of the log shows.
func (v *verification) conclude(partly bool) error {
	r := &v.report
	if v.o.Progress != nil {
		v.o.Progress(v.total, v.total)
	}
	if v.treeless {
		if partly {
			return nil
		}
		return v.beheaded()
	}
	r.Tree, r.Root = v.tree.size, v.tree.root().String()
	if err := v.heads.conclude(v.dir, v.first, v.tree.size); err != nil {
		return err
	}
	covered := int64(0) // by a checkpoint that agrees
	epoch := uint64(0)
	for _, h := range v.heads.agreed {
		r.Checkpoints++
		covered, epoch = max(covered, h.N), max(epoch, h.epoch)
		if h.elsewhere {
			r.Witnessed = max(r.Witnessed, h.N)
		}
	}
	if v.o.Verifier != nil {
		r.Signed = covered
	}
	acknowledged := uint64(0) // the newest epoch that began with a record under a checkpoint
	minimum := uint64(1)
	for _, m := range v.marks {
		if int64(m.seq) > covered {
			continue
		}
		if m.Epoch > 0 && m.Epoch <= epoch {
			r.Rollbacks++
			acknowledged = max(acknowledged, m.Epoch)
		}
		minimum = max(minimum, m.Minimum)
	}
	for _, h := range v.heads.denied {
		if h.epoch >= acknowledged {
			return h.denial(v.tree.size)
		}
	}
	if v.first > minimum && !partly {
		return v.beheaded()
	}
	return nil
}

func (v *verification) beheaded() error {
	return &CorruptError{File: filepath.Join(v.dir, segmentName(v.first)), Line: 1,
		What: "not the first segment of a log, and no record under a checkpoint says that those before it were pruned"}
}
