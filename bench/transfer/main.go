// Command transfer measures what a very large body costs: one CSV upload and one query result of a given size, both
// masked on their way through the real gate, with the gate's peak memory as the kernel saw it. It fails if the peak is
// over the limit, so that a claim of constant memory cannot outlive its truth.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/phigate/phigate/internal/org"
	"github.com/phigate/phigate/internal/rig"
)

const api = "https://" + rig.Host + "/services/data/v60.0"

func main() {
	size := flag.Int64("size", 1<<30, "bytes of each body")
	limit := flag.Int64("limit", 96<<20, "peak memory of the gate, in bytes, over which the command fails")
	results := flag.String("results", "", "folder to write transfer.md to")
	gate := flag.String("gate", "./phigate", "the gate's binary")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	defer cancel()
	if err := run(ctx, *gate, *size, *limit, *results); err != nil {
		fmt.Fprintln(os.Stderr, "transfer:", err)
		os.Exit(1)
	}
}

// measurement is one transfer.
type measurement struct {
	what   string
	bytes  int64
	took   time.Duration
	cpu    time.Duration // of the gate
	masked bool          // the receiver saw the masks and none of the values
	peak   int64         // of the gate, in bytes
}

// run starts org and gate, measures both directions and writes the report.
func run(ctx context.Context, binary string, size, limit int64, results string) error {
	var all []measurement
	for _, measure := range []func(context.Context, *gate, int64) (measurement, error){upload, download} {
		m, err := measureOne(ctx, binary, size, measure)
		if err != nil {
			return err
		}
		all = append(all, m)
	}
	report := table(all, limit)
	fmt.Print(report) //nolint:forbidigo // the command's output
	if results != "" {
		if err := os.MkdirAll(results, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(results, "transfer.md"), []byte(report), 0o644); err != nil {
			return err
		}
	}
	for _, m := range all {
		if m.peak > limit || !m.masked {
			return fmt.Errorf("%s: peak %d MiB, masked %v", m.what, m.peak>>20, m.masked)
		}
	}
	return nil
}

// measureOne measures one transfer through a gate of its own.
func measureOne(ctx context.Context, binary string, size int64, measure func(context.Context, *gate, int64) (measurement, error)) (m measurement, err error) {
	dir, err := os.MkdirTemp("", "phigate-transfer-")
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	rows := int(size/resultRowBytes) + 1
	r, err := rig.Start(ctx, rig.Config{
		Binary: binary, Dir: dir, Policy: policyFile, Extra: "log: {level: warn}\n",
		Org: org.Config{BenchRows: rows, BulkPage: rows, Plain: true},
	})
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, r.Stop()) }()
	client, err := r.Client(r.Proxy("", ""))
	if err != nil {
		return m, err
	}
	g := &gate{Rig: r, client: client}
	m, err = measure(ctx, g, size)
	m.peak, m.cpu = g.peak()
	return m, err
}

// table is the report, in Markdown.
func table(all []measurement, limit int64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Large bodies through the gate\n\nMade by `make bench` (%s, %s/%s, %d cores, client and org on the same cores). Peak is VmHWM of the gate's process; "+
		"the limit is %d MiB.\n\n| transfer | size | time | MB/s | CPU of the gate | peak memory | masked |\n|---|---|---|---|---|---|---|\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), limit>>20)
	for _, m := range all {
		fmt.Fprintf(&b, "| %s | %d MiB | %.1f s | %.0f | %.1f s | %.1f MiB | %v |\n", m.what, m.bytes>>20, m.took.Seconds(),
			float64(m.bytes)/1e6/m.took.Seconds(), m.cpu.Seconds(), float64(m.peak)/(1<<20), m.masked)
	}
	return b.String()
}

const policyFile = `version: 1
unreadable: block
hosts:
  - {match: "*.my.salesforce.com", pins: [PINS]}
rules:
  - name: ssn-never-leaves
    when: {detector: us_ssn, likelihood: likely}
    then: block
  - name: mask-phones
    when: {object: BenchRow__c, field: Phone__c, carrier: body}
    then: {mask: {keep_last: 4}}
  - name: mask-email
    when: {detector: email, likelihood: likely, carrier: body}
    then: mask
`

// gate is the process under measurement.
type gate struct {
	*rig.Rig
	client *http.Client
}

// peak returns the largest resident size of the gate and the CPU time it used.
func (g *gate) peak() (peak int64, cpu time.Duration) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", g.Process.Pid))
	for line := range strings.SplitSeq(string(status), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			peak = kib << 10
		}
	}
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", g.Process.Pid))
	if fields := strings.Fields(string(stat)); len(fields) > 14 {
		user, _ := strconv.ParseInt(fields[13], 10, 64)
		system, _ := strconv.ParseInt(fields[14], 10, 64)
		cpu = time.Duration(user+system) * 10 * time.Millisecond // USER_HZ is 100 on Linux
	}
	return peak, cpu
}

// call sends one request of the job and decodes its JSON answer into answer, if there is one.
func (g *gate) call(ctx context.Context, method, path, mediaType string, body io.Reader, answer any) error {
	resp, err := g.open(ctx, method, path, mediaType, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if answer == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}

func (g *gate) open(ctx context.Context, method, path, mediaType string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, api+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+rig.Token)
	req.Header.Set("Content-Type", mediaType)
	resp, err := g.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 300 {
		said, _ := io.ReadAll(io.LimitReader(resp.Body, 1000))
		resp.Body.Close()
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, said)
	}
	return resp, nil
}

// jobID is the answer to the creation of a bulk job.
type jobID struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

// upload sends a CSV of the given size, in chunks and without a length, as jsforce does.
func upload(ctx context.Context, g *gate, size int64) (measurement, error) {
	m := measurement{what: "Bulk 2.0 upload, CSV"}
	var job jobID
	create := `{"object":"BenchRow__c","operation":"insert","lineEnding":"LF"}`
	if err := g.call(ctx, "POST", "/jobs/ingest", "application/json", strings.NewReader(create), &job); err != nil {
		return m, err
	}
	body := &csvBody{size: size}
	began := time.Now()
	if err := g.call(ctx, "PUT", "/jobs/ingest/"+job.ID+"/batches", "text/csv", struct{ io.Reader }{body}, nil); err != nil {
		return m, err
	}
	m.took, m.bytes = time.Since(began), body.sent
	got := g.Org.Intake()
	m.masked = got.Bytes == body.sent && got.SHA256 == body.maskedSum()
	return m, nil
}

// download reads a query result of the given size.
func download(ctx context.Context, g *gate, size int64) (measurement, error) {
	m := measurement{what: "Bulk 2.0 query result, CSV"}
	var job jobID
	query := `{"operation":"query","query":"SELECT Id, Key__c, Email__c, Phone__c, Status__c, Notes__c FROM BenchRow__c"}`
	if err := g.call(ctx, "POST", "/jobs/query", "application/json", strings.NewReader(query), &job); err != nil {
		return m, err
	}
	for job.State != "JobComplete" {
		if err := g.call(ctx, "GET", "/jobs/query/"+job.ID, "", nil, &job); err != nil {
			return m, err
		}
	}
	began := time.Now()
	resp, err := g.open(ctx, "GET", "/jobs/query/"+job.ID+"/results", "", nil)
	if err != nil {
		return m, err
	}
	defer resp.Body.Close()
	w := &watch{}
	m.bytes, err = io.Copy(w, bufio.NewReaderSize(resp.Body, 256<<10))
	m.took = time.Since(began)
	if m.bytes < size/2 {
		return m, fmt.Errorf("the result has %d bytes, want about %d", m.bytes, size)
	}
	m.masked = w.masks > 0 && w.values == 0
	return m, err
}
