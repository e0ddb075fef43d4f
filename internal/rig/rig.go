// Package rig runs the gate's real binary in front of an embedded org, for tests and measurements. Nothing in it is a
// stand-in: the gate is a process of its own, and both sides speak TLS over loopback.
package rig

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/phigate/phigate/internal/org"
)

// Host is the name of the org behind the gate, and Token an access token that it takes.
const (
	Host  = "acme.my.salesforce.com"
	Token = "synthetic-token"
)

// Config says what is run.
type Config struct {
	// Binary is the gate; see Build.
	Binary string
	// Dir is a folder for the gate's files. The caller removes it.
	Dir string
	// Policy is the policy file, with PINS where the upstream's pins belong.
	Policy string
	// Extra are further lines of the gate's configuration. The console is turned off unless they have a console section.
	Extra string
	// Admin is the address of /metrics and /readyz; empty turns it off.
	Admin string
	// Env are further variables of the gate's environment, such as GODEBUG=fips140=on.
	Env []string
	// Org is the org's configuration; Names and Token are filled in.
	Org org.Config
	// Upstream makes a server that answers for every org instead of the embedded one, which it is given. The rig
	// closes it. Nil means the embedded org itself.
	Upstream func(*org.Org) (*Upstream, error)
}

// Upstream is a server that stands for Salesforce.
type Upstream struct {
	// Addr is where it listens.
	Addr string
	// RootPEM is the authority that signed its certificate, Pins the SPKI pins that the policy gets.
	RootPEM []byte
	Pins    []string
	// Close stops it.
	Close func() error
}

// Rig is a running gate and the org behind it.
type Rig struct {
	// Org is the org, Server its address; Server is nil if the configuration brought an upstream of its own.
	Org    *org.Org
	Server *org.Server
	// Address is where the gate listens, Authority the file that jobs must trust, Data the gate's data folder, Policy
	// the policy file in effect.
	Address, Authority, Data, Policy string
	// Process is the gate.
	Process *os.Process

	cfg      Config
	upstream *Upstream
	cmd      *exec.Cmd
	out      firstLine
	log      syncBuffer
	ended    chan struct{} // closed when the gate has ended
	err      error         // how it ended; read after ended
}

// Build builds the gate's binary into dir. env are further variables of the build's environment, such as
// GOFIPS140=v1.0.0.
func Build(dir string, env ...string) (string, error) {
	binary := filepath.Join(dir, "phigate")
	build := exec.Command("go", "build", "-o", binary, "github.com/phigate/phigate/cmd/phigate")
	build.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the gate: %w\n%s", err, out)
	}
	return binary, nil
}

// Start starts an org and the gate in front of it.
func Start(ctx context.Context, cfg Config) (*Rig, error) {
	r, err := Prepare(cfg)
	if err != nil {
		return nil, err
	}
	if err := r.Serve(ctx); err != nil {
		return nil, errors.Join(err, r.upstream.Close())
	}
	return r, nil
}

// Prepare starts an org and writes the gate's files, for a caller that has to change them before Serve.
func Prepare(cfg Config) (*Rig, error) {
	cfg.Org.Names, cfg.Org.Token = []string{Host}, Token
	o, err := org.New(cfg.Org)
	if err != nil {
		return nil, err
	}
	r := &Rig{
		Org: o, Data: filepath.Join(cfg.Dir, "data"), Policy: filepath.Join(cfg.Dir, "policy.yaml"), cfg: cfg,
	}
	r.Authority = filepath.Join(r.Data, "authority.pem")
	if err := r.listen(); err != nil {
		return nil, err
	}
	console := "console: {listen: \"\"}\n"
	if strings.Contains(cfg.Extra, "console:") {
		console = ""
	}
	files := map[string]string{
		r.Policy:                          strings.ReplaceAll(cfg.Policy, "PINS", strings.Join(r.upstream.Pins, ", ")),
		filepath.Join(cfg.Dir, "org.pem"): string(r.upstream.RootPEM),
		r.config(): fmt.Sprintf("listen: 127.0.0.1:0\nadmin: %q\ndata: data\npolicy: policy.yaml\n"+
			"decisions: {wait: 10s}\n"+
			"upstream: {resolve: {%q: %q}, roots: org.pem, allow: [127.0.0.0/8], revocation: \"off\"}\n%s",
			cfg.Admin, "*.my.salesforce.com:443", r.upstream.Addr, console+cfg.Extra),
	}
	for name, content := range files {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			return nil, errors.Join(err, r.upstream.Close())
		}
	}
	return r, nil
}

// listen starts the server that stands for Salesforce.
func (r *Rig) listen() (err error) {
	if r.cfg.Upstream != nil {
		r.upstream, err = r.cfg.Upstream(r.Org)
		return err
	}
	if r.Server, err = r.Org.Listen("127.0.0.1:0"); err != nil {
		return err
	}
	r.upstream = &Upstream{Addr: r.Server.Addr, RootPEM: r.Server.RootPEM, Pins: r.Server.Pins, Close: r.Server.Close}
	return nil
}

func (r *Rig) config() string { return filepath.Join(r.cfg.Dir, "phigate.yaml") }

// Serve starts the gate and waits until it says where it listens. After KillGate or StopGate it starts it again on the
// same files.
func (r *Rig) Serve(ctx context.Context) error {
	r.cmd = exec.CommandContext(ctx, r.cfg.Binary, "serve", "--config", r.config())
	r.cmd.Env = append(os.Environ(), r.cfg.Env...)
	r.out.begin()
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.log
	if err := r.cmd.Start(); err != nil {
		return err
	}
	r.Process = r.cmd.Process
	ended := make(chan struct{})
	r.ended = ended
	go func() {
		defer close(ended)
		r.err = r.cmd.Wait()
	}()
	line := ""
	select {
	case line = <-r.out.line:
	case <-ended:
	}
	address, ok := strings.CutPrefix(line, "export HTTPS_PROXY=http://")
	if !ok {
		_ = r.Process.Kill()
		<-ended
		return fmt.Errorf("the gate printed %q and ended: %w\n%s", line, r.err, r.log.String())
	}
	r.Address = address
	return nil
}

// Stop ends the gate as a platform does, and then the org. It returns how the gate ended.
func (r *Rig) Stop() error { return errors.Join(r.StopGate(), r.upstream.Close()) }

// StopGate ends the gate as a platform does, waits until it has ended, and returns how. The org stays.
func (r *Rig) StopGate() error {
	_ = r.Process.Signal(syscall.SIGTERM)
	<-r.ended
	if r.err != nil {
		return fmt.Errorf("the gate ended with %w\n%s", r.err, r.log.String())
	}
	return nil
}

// Kill ends the gate with SIGKILL, and then the org.
func (r *Rig) Kill() error { return errors.Join(r.KillGate(), r.upstream.Close()) }

// KillGate ends the gate with SIGKILL and waits until it is gone. The org stays.
func (r *Rig) KillGate() error {
	err := r.Process.Kill()
	<-r.ended // the signal is its status
	return err
}

// CloseUpstream ends the org, or what stands in its place.
func (r *Rig) CloseUpstream() error { return r.upstream.Close() }

// Ended is closed when the gate has ended.
func (r *Rig) Ended() <-chan struct{} { return r.ended }

// Output is what the gate printed so far.
func (r *Rig) Output() string { return r.out.String() }

// Log is what the gate wrote to its operational log so far.
func (r *Rig) Log() string { return r.log.String() }

// Proxy is HTTPS_PROXY for a client of the policy; an empty name for none.
func (r *Rig) Proxy(name, password string) *url.URL {
	u := &url.URL{Scheme: "http", Host: r.Address}
	if name != "" {
		u.User = url.UserPassword(name, password)
	}
	return u
}

// Client is an HTTP client that knows the gate by its address and its authority.
func (r *Rig) Client(proxy *url.URL) (*http.Client, error) {
	pem, err := os.ReadFile(r.Authority)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		DisableCompression: true, WriteBufferSize: 64 << 10, ReadBufferSize: 64 << 10,
	}}, nil
}

// syncBuffer is a buffer that the process writes while a test reads it.
type syncBuffer struct {
	mu  sync.Mutex // guards buf
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// firstLine is a syncBuffer that tells the first line of each beginning.
type firstLine struct {
	syncBuffer
	line  chan string
	start int // of the output since begin
}

// begin waits for a line again. No process writes meanwhile.
func (f *firstLine) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.line, f.start = make(chan string, 1), f.buf.Len()
}

func (f *firstLine) Write(p []byte) (int, error) {
	n, err := f.syncBuffer.Write(p)
	f.mu.Lock()
	defer f.mu.Unlock()
	if line, _, ok := bytes.Cut(f.buf.Bytes()[f.start:], []byte("\n")); ok {
		select {
		case f.line <- string(line):
		default: // told already
		}
	}
	return n, err
}
