package rig_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/phigate/phigate/internal/org"
	"github.com/phigate/phigate/internal/rig"
)

// peak returns the largest resident size that the gate had, in bytes.
func (g *gate) peak() int64 {
	g.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", g.Process.Pid))
	if err != nil {
		g.t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				g.t.Fatal(err)
			}
			return kib << 10
		}
	}
	g.t.Fatal("the kernel does not say how large the gate was")
	return 0
}

// rowsOf reads a CSV of about size bytes, without holding it.
func rowsOf(size int64) io.Reader {
	var b bytes.Buffer
	for i := range 1000 {
		fmt.Fprintf(&b, "Row %d,%d,row%d@bench.example,(555) 555-01%02d,New,Lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod\n", i, i, i, i%100)
	}
	block := b.Bytes()
	parts := []io.Reader{strings.NewReader("Name,Index__c,Email__c,Phone__c,Status__c,Notes__c\n")}
	for n := int64(0); n < size; n += int64(len(block)) {
		parts = append(parts, bytes.NewReader(block))
	}
	return io.MultiReader(parts...)
}

func (g *gate) upload(client *http.Client, path string, size int64) error {
	got, err := g.do(client, g.request("PUT", path, "text/csv", rowsOf(size)))
	if err == nil && got.status != 201 {
		err = fmt.Errorf("%d %s", got.status, got.body)
	}
	return err
}

func TestLaw7LargeUpload(t *testing.T) {
	const size, limit = 256 << 20, 96 << 20
	g := start(t, rig.Config{Org: org.Config{RecordSize: 1, Plain: true}})
	client := g.client(false) // over HTTP/1.1, in chunks; the other tests speak HTTP/2 too
	if err := g.upload(client, g.job(client, "BenchRow__c", "LF"), size); err != nil {
		t.Fatal(err)
	}
	if in := g.Org.Intake(); in.Bytes < size {
		t.Errorf("the org got %d bytes, want %d", in.Bytes, size)
	}
	g.checkPeak(limit)
}

func (g *gate) checkPeak(limit int64) {
	g.t.Helper()
	peak := g.peak()
	g.t.Logf("the gate took %d MiB at most", peak>>20)
	if peak > limit {
		g.t.Errorf("the gate took %d MiB, want at most %d", peak>>20, limit>>20)
	}
}

func TestLaw7ParallelUploads(t *testing.T) {
	const size, limit = 32 << 20, 160 << 20
	g := start(t, rig.Config{Org: org.Config{RecordSize: 1, Plain: true}})
	var uploads errgroup.Group
	for i := range 8 {
		client := g.client(i%2 == 0)
		path := g.job(client, "BenchRow__c", "LF")
		uploads.Go(func() error { return g.upload(client, path, size) })
	}
	if err := uploads.Wait(); err != nil {
		t.Fatal(err)
	}
	g.checkPeak(limit)
}

func TestLaw7LargeDownload(t *testing.T) {
	const rows, limit = 750_000, 96 << 20 // of about 360 bytes
	g := start(t, rig.Config{Org: org.Config{BenchRows: rows, BulkPage: rows, Plain: true}})
	client := g.client(true)
	var job struct{ ID, State string }
	query := `{"operation":"query","query":"SELECT Id, Name, Key__c, Email__c, Phone__c, Status__c, Notes__c FROM BenchRow__c"}`
	if err := json.Unmarshal([]byte(g.send(client, "POST", api+"/jobs/query", "application/json", query).body), &job); err != nil {
		t.Fatal(err)
	}
	g.await("the query", func() bool {
		_ = json.Unmarshal([]byte(g.send(client, "GET", api+"/jobs/query/"+job.ID, "", "").body), &job)
		return job.State == "JobComplete"
	})
	resp, err := client.Do(g.request("GET", api+"/jobs/query/"+job.ID+"/results", "", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	n, err := io.Copy(io.Discard, resp.Body)
	if err != nil || n < 240<<20 {
		t.Errorf("the job got %d bytes: %v", n, err)
	}
	g.checkPeak(limit)
}
