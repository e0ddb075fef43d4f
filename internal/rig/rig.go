// Package rig runs the gate's real binary in front of an embedded org, for tests and measurements. Nothing in it is a
// stand-in: the gate is a process of its own, and both sides speak TLS over loopback.
package rig

import (
	"bufio"
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
	// Policy is the policy file, with PINS where the org's pins belong.
	Policy string
	// Extra are further lines of the gate's configuration.
	Extra string
	// Org is the org's configuration; Names and Token are filled in.
	Org org.Config
}

// Rig is a running gate and the org behind it.
type Rig struct {
	// Org is the org, Server its address.
	Org    *org.Org
	Server *org.Server
	// Address is where the gate listens, Authority the file that jobs must trust, Data the gate's data folder.
	Address, Authority, Data string
	// Process is the gate.
	Process *os.Process

	cmd *exec.Cmd
	log syncBuffer
}

// Build builds the gate's binary into dir.
func Build(dir string) (string, error) {
	binary := filepath.Join(dir, "phigate")
	build := exec.Command("go", "build", "-o", binary, "github.com/phigate/phigate/cmd/phigate")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the gate: %w\n%s", err, out)
	}
	return binary, nil
}

// Start starts an org and the gate in front of it.
func Start(ctx context.Context, cfg Config) (*Rig, error) {
	cfg.Org.Names, cfg.Org.Token = []string{Host}, Token
	o, err := org.New(cfg.Org)
	if err != nil {
		return nil, err
	}
	server, err := o.Listen("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &Rig{Org: o, Server: server, Data: filepath.Join(cfg.Dir, "data")}
	r.Authority = filepath.Join(r.Data, "authority.pem")
	files := map[string]string{
		"policy.yaml": strings.ReplaceAll(cfg.Policy, "PINS", strings.Join(server.Pins, ", ")),
		"org.pem":     string(server.RootPEM),
		"phigate.yaml": fmt.Sprintf("listen: 127.0.0.1:0\nadmin: \"\"\ndata: data\npolicy: policy.yaml\n"+
			"upstream: {resolve: {%q: %q}, roots: org.pem, allow: [127.0.0.0/8], revocation: \"off\"}\n%s",
			"*.my.salesforce.com:443", server.Addr, cfg.Extra),
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(cfg.Dir, name), []byte(content), 0o600); err != nil {
			return nil, errors.Join(err, server.Close())
		}
	}
	if err := r.serve(ctx, cfg); err != nil {
		return nil, errors.Join(err, server.Close())
	}
	return r, nil
}

// serve starts the gate and waits until it says where it listens.
func (r *Rig) serve(ctx context.Context, cfg Config) error {
	r.cmd = exec.CommandContext(ctx, cfg.Binary, "serve", "--config", filepath.Join(cfg.Dir, "phigate.yaml"))
	r.cmd.Stderr = &r.log
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := r.cmd.Start(); err != nil {
		return err
	}
	r.Process = r.cmd.Process
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "export HTTPS_PROXY=http://")
	if err != nil || !ok {
		_ = r.Process.Kill()
		_ = r.cmd.Wait()
		return fmt.Errorf("the gate printed %q\n%s", line, r.log.String())
	}
	r.Address = address
	return nil
}

// Stop ends the gate as a platform does, and then the org. It returns how the gate ended.
func (r *Rig) Stop() error {
	_ = r.Process.Signal(syscall.SIGTERM)
	err := r.cmd.Wait()
	if err != nil {
		err = fmt.Errorf("the gate ended with %w\n%s", err, r.log.String())
	}
	return errors.Join(err, r.Server.Close())
}

// Kill ends the gate with SIGKILL, and then the org.
func (r *Rig) Kill() error {
	err := r.Process.Kill()
	_ = r.cmd.Wait() // the signal is its status
	return errors.Join(err, r.Server.Close())
}

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
