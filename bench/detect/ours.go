package main

import (
	"fmt"
	"runtime"
	"time"
	"unsafe"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/detect"
	"github.com/phigate/phigate/inspect/format"
)

// ours scans the corpus with the complete set of detectors: the records are decoded before, so that what is measured
// is the scan, and the bytes that are counted are those of the bodies.
func ours(bodies []body, d time.Duration) (measurement, error) {
	scanner, err := detect.New(detect.Config{})
	if err != nil {
		return measurement{}, err
	}
	var records []*inspect.Record
	for _, b := range bodies {
		err := decode(b, func(r *inspect.Record) {
			owned := new(inspect.Record)
			own(owned, r, b.object)
			records = append(records, owned)
		})
		if err != nil {
			return measurement{}, fmt.Errorf("decode %s: %w", b.object, err)
		}
	}
	// The records are copied in batches before they are scanned, because they come from a decoder that has just written
	// them: what is measured is not how long they take to come from memory.
	var batch [64]inspect.Record
	var out []inspect.Finding
	var filled []inspect.Record
	found, rows := 0, 0
	scan := func() {
		for i := range filled {
			out = scanner.Inspect(&filled[i], out[:0])
			found += len(out)
		}
	}
	m, err := measure(d, func(timed func(func())) error {
		found, rows = 0, 0
		for at := 0; at < len(records); at += len(filled) {
			filled = batch[:min(len(batch), len(records)-at)]
			for i := range filled {
				clone(&filled[i], records[at+i])
				if filled[i].Role == inspect.Data {
					rows++
				}
			}
			timed(scan)
		}
		return nil
	})
	m.found, m.records = found, rows
	return m, err
}

// decodeOnly decodes the bodies and looks at nothing.
func decodeOnly(bodies []body, d time.Duration) (measurement, error) {
	return decodeAnd(bodies, d, func(*inspect.Record) int { return 0 })
}

// decodeAndScan decodes the bodies and scans each record when it comes.
func decodeAndScan(bodies []body, d time.Duration) (measurement, error) {
	scanner, err := detect.New(detect.Config{})
	if err != nil {
		return measurement{}, err
	}
	var out []inspect.Finding
	return decodeAnd(bodies, d, func(r *inspect.Record) int {
		out = scanner.Inspect(r, out[:0])
		return len(out)
	})
}

func decodeAnd(bodies []body, d time.Duration, scan func(*inspect.Record) int) (measurement, error) {
	found, rows := 0, 0
	m, err := measure(d, func(timed func(func())) (err error) {
		found, rows = 0, 0
		for _, b := range bodies {
			timed(func() {
				err = decode(b, func(r *inspect.Record) {
					name(r, b.object)
					found += scan(r)
					if r.Role == inspect.Data {
						rows++
					}
				})
			})
		}
		return err
	})
	m.found, m.records = found, rows
	return m, err
}

// decode hands each record of a body to use, which may not keep it.
func decode(b body, use func(*inspect.Record)) error {
	f, err := format.Choose("", "application/json", b.json[:min(len(b.json), 512)])
	if err != nil {
		return err
	}
	dec := f.New(inspect.Shape{Object: b.object, Records: []string{"records"}}, format.Limits{})
	var r inspect.Record
	for rest := b.json; ; {
		n, err := dec.Decode(rest, true, &r)
		if n == 0 || err != nil {
			return err
		}
		use(&r)
		rest = rest[n:]
	}
}

// name names the object of the rows in r, as a router does that knows the request.
func name(r *inspect.Record, object string) {
	for i := range r.Fields {
		f := &r.Fields[i]
		if f.Node > 0 && string(r.Nodes[f.Node].Key) == "attributes" {
			f.Object = inspect.Control
		} else if r.Role == inspect.Data && f.Object == "" {
			f.Object = object
		}
	}
}

// clone copies src with all that it borrows into dst, whose memory it uses.
func clone(dst, src *inspect.Record) {
	fields, nodes, raw := append(dst.Fields[:0], src.Fields...), append(dst.Nodes[:0], src.Nodes...), append(dst.Raw[:0], src.Raw...)
	*dst = *src
	dst.Fields, dst.Nodes, dst.Raw = fields, nodes, raw
	for i := range nodes {
		nodes[i].Key = moved(nodes[i].Key, src.Raw, raw)
	}
	for i := range fields {
		f := &fields[i]
		f.Name, f.Value = moved(f.Name, src.Raw, raw), moved(f.Value, src.Raw, raw)
	}
}

// moved returns b as a part of to if it is a part of from, whose copy that is; else b.
func moved(b, from, to []byte) []byte {
	if len(b) == 0 {
		return b
	}
	at := int(uintptr(unsafe.Pointer(unsafe.SliceData(b))) - uintptr(unsafe.Pointer(unsafe.SliceData(from))))
	if at < 0 || at+len(b) > len(to) {
		return b
	}
	return to[at : at+len(b) : at+len(b)]
}

// own copies src with its names into dst, and names its object.
func own(dst, src *inspect.Record, object string) {
	clone(dst, src)
	name(dst, object)
}

// measurement is what one engine does with the corpus.
type measurement struct {
	pass    time.Duration // of the processor, for one pass; the fastest
	allocs  float64       // allocations of a pass
	found   int           // findings or matches of a pass
	records int
}

// measure runs pass until d is over and returns the fastest, in time of the thread, which other processes of the machine
// do not count to. What pass does outside of timed is not measured.
func measure(d time.Duration, pass func(timed func(func())) error) (measurement, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	m := measurement{pass: time.Hour}
	var took time.Duration
	timed := func(f func()) {
		start := threadTime()
		f()
		took += threadTime() - start
	}
	if err := pass(timed); err != nil { // what is compiled or kept on the first pass is not measured
		return m, err
	}
	var before, after runtime.MemStats
	for end := time.Now().Add(d); time.Now().Before(end); {
		took = 0
		runtime.ReadMemStats(&before)
		if err := pass(timed); err != nil {
			return m, err
		}
		runtime.ReadMemStats(&after)
		m.pass, m.allocs = min(m.pass, took), float64(after.Mallocs-before.Mallocs)
	}
	return m, nil
}
