package audit

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Remote appends to the access log of a running gate through its socket. It is safe for concurrent use: one access is
// on its way at a time. After an error that is none of the log's own it is of no use any more.
//
// Each access and each answer is one JSON object on a line.
type Remote struct {
	mu   sync.Mutex // guards what follows
	conn net.Conn
	in   *bufio.Reader
}

// receipt answers an access.
type receipt struct {
	ID    string    `json:"id,omitempty"`
	Time  time.Time `json:"time,omitzero"`
	Node  string    `json:"node,omitempty"`
	Seq   uint64    `json:"seq,omitempty"`
	Error string    `json:"error,omitempty"` // a name from refusals
	Text  string    `json:"text,omitempty"`  // of the error
}

// refusals are the errors that keep their identity on the way through the socket.
var refusals = []struct {
	name string
	err  error
}{
	{"closed", ErrClosed}, {"busy", ErrBusy}, {"rollback", ErrRollback}, {"failed", ErrFailed}, {"guarded", ErrGuarded},
	{"invalid", ErrInvalid},
}

// DialRemote connects to the gate whose socket is at path.
func DialRemote(path string) (*Remote, error) {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return nil, fmt.Errorf("reach the gate's access log: %w", err)
	}
	return &Remote{conn: conn, in: bufio.NewReaderSize(conn, MaxLine+1)}, nil
}

// Append records a in the gate's access log, as [AccessLog.Append] does. The gate sets a.Via to "cli" and a.Source to
// "local", which is what it knows of whoever can open the socket.
func (r *Remote) Append(ctx context.Context, a *Access) error {
	line, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("append access: %w: %w", ErrInvalid, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	// A deadline in the past ends a read and a write that are under way.
	stop := context.AfterFunc(ctx, func() { _ = r.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err = r.conn.Write(append(line, '\n')); err == nil {
		line, err = r.in.ReadSlice('\n')
	}
	if ctx.Err() != nil {
		return fmt.Errorf("append access: %w", context.Cause(ctx))
	}
	if err != nil {
		return fmt.Errorf("append access: the gate does not answer: %w", err)
	}
	return r.receive(a, line)
}

func (r *Remote) receive(a *Access, line []byte) error {
	var answer receipt
	if err := json.Unmarshal(line, &answer); err != nil {
		return fmt.Errorf("append access: the gate's answer: %w", err)
	}
	if answer.Error == "" {
		a.V, a.ID, a.Time, a.Node, a.Seq = Version, answer.ID, answer.Time, answer.Node, answer.Seq
		a.Via, a.Source = "cli", "local"
		return nil
	}
	for _, known := range refusals {
		if known.name == answer.Error {
			return fmt.Errorf("append access: %w (%s)", known.err, answer.Text)
		}
	}
	return fmt.Errorf("append access: %s", answer.Text)
}

// Close ends the connection.
func (r *Remote) Close() error { return r.conn.Close() }

// ServeRemote takes accesses from l until ctx ends, and returns when the last connection is closed. Whoever can connect
// can append, so l is to be a unix socket of mode 0600 in the data folder. It closes l.
func ServeRemote(ctx context.Context, l net.Listener, log *AccessLog) error {
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		conn, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				_ = conn.Close() // too late
			}
			return nil
		case err != nil:
			_ = l.Close() // the error is the one to tell
			return fmt.Errorf("serve the access log: %w", err)
		}
		wg.Go(func() { serveRemote(ctx, conn, log) })
	}
}

// serveRemote answers one connection until it ends or says what is not an access.
func serveRemote(ctx context.Context, conn net.Conn, log *AccessLog) {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer conn.Close()
	in := bufio.NewReaderSize(conn, MaxLine+1)
	for {
		line, err := in.ReadSlice('\n') // a longer line is none of ours
		if err != nil {
			return
		}
		answer, err := json.Marshal(takeRemote(ctx, line, log))
		if err != nil {
			return
		}
		if _, err := conn.Write(append(answer, '\n')); err != nil {
			return
		}
	}
}

// takeRemote appends the access in line.
func takeRemote(ctx context.Context, line []byte, log *AccessLog) receipt {
	var a Access
	err := json.Unmarshal(line, &a)
	if err != nil {
		err = fmt.Errorf("%w: not an access", ErrInvalid)
	}
	if err == nil && (a.Proof != "" || a.Mark != nil || a.Kind == AccessServe || a.Kind == AccessCheckpoint) {
		err = fmt.Errorf("%w: only the gate says that", ErrInvalid)
	}
	if err == nil {
		a.Via, a.Source = "cli", "local"
		err = log.Append(ctx, &a)
	}
	if err == nil {
		return receipt{ID: a.ID, Time: a.Time, Node: a.Node, Seq: a.Seq}
	}
	answer := receipt{Error: "other", Text: err.Error()}
	for _, known := range refusals {
		if errors.Is(err, known.err) {
			answer.Error = known.name
			break
		}
	}
	return answer
}
