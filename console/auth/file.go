package auth

import (
	"bytes"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/phigate/phigate/audit/review"
)

// Limits of the accounts file.
const (
	maxFile  = 16 << 20 // bytes
	maxUsers = 10_000
)

// Where a person is managed.
const (
	sourceLocal = "local"
	sourceOIDC  = "oidc"
)

// link is a one-time link that was handed out. Only the hash of its token is kept.
type link struct {
	Hash    string    `json:"hash"` // hex of SHA-256
	Expires time.Time `json:"expires"`
}

// account is a person in the file.
type account struct {
	Name     string      `json:"name"`
	Display  string      `json:"display,omitempty"`
	Role     review.Role `json:"role"`
	Source   string      `json:"source"`
	Subject  string      `json:"subject,omitempty"`  // of a person from the identity provider
	Password string      `json:"password,omitempty"` // PHC string
	Secret   string      `json:"totp,omitempty"`     // base 32
	Step     int64       `json:"totp_step,omitempty"`
	Invite   *link       `json:"invite,omitempty"`
	// Epoch goes up when all sessions must end: a new password, a forgotten second factor.
	Epoch     int64     `json:"epoch,omitempty"`
	Disabled  bool      `json:"disabled,omitempty"`
	Created   time.Time `json:"created"`
	LastLogin time.Time `json:"last_login,omitzero"`
}

// accounts is the whole file. A value that was read is never changed: changes are made to a copy.
type accounts struct {
	V     int       `json:"v"`
	Setup *link     `json:"setup,omitempty"`
	Users []account `json:"users"`

	byName map[string]int
}

// find returns the person of a name.
func (a *accounts) find(name string) (account, bool) {
	i, ok := a.byName[name]
	if !ok {
		return account{}, false
	}
	return a.Users[i], true
}

// put adds or replaces a person.
func (a *accounts) put(u account) {
	if i, ok := a.byName[u.Name]; ok {
		a.Users[i] = u
		return
	}
	a.byName[u.Name] = len(a.Users)
	a.Users = append(a.Users, u)
}

// clone returns a copy that can be changed.
func (a *accounts) clone() *accounts {
	c := *a
	c.Users = slices.Clone(a.Users)
	c.byName = maps.Clone(a.byName)
	return &c
}

// founded reports whether there is somebody whom the set-up link would be too late for: a person of this gate, or one of the
// identity provider who manages people.
func (a *accounts) founded() bool {
	return slices.ContainsFunc(a.Users, func(u account) bool { return u.Source == sourceLocal || u.Role.May(review.UsersManage) })
}

// admins counts the people who can sign in and manage people.
func (a *accounts) admins() int {
	n := 0
	for _, u := range a.Users {
		if !u.Disabled && u.Role.May(review.UsersManage) && u.Invite == nil {
			n++
		}
	}
	return n
}

// decodeAccounts reads the file strictly. Its errors hold nothing of what they are about but names of people.
func decodeAccounts(src []byte) (*accounts, error) {
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.DisallowUnknownFields()
	var a accounts
	if err := dec.Decode(&a); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, fmt.Errorf("not JSON (byte %d)", syntax.Offset)
		}
		return nil, errors.New("not an accounts file: a member is unknown, missing or of the wrong type")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the accounts")
	}
	if a.V != 1 {
		return nil, fmt.Errorf("its version is %d, and this program reads 1", a.V)
	}
	if len(a.Users) > maxUsers {
		return nil, fmt.Errorf("more than %d users", maxUsers)
	}
	a.byName = make(map[string]int, len(a.Users))
	for i, u := range a.Users {
		if err := u.validate(); err != nil {
			return nil, fmt.Errorf("user %d: %w", i+1, err)
		}
		if _, twice := a.byName[u.Name]; twice {
			return nil, fmt.Errorf("user %d: the name %s is there twice", i+1, u.Name)
		}
		a.byName[u.Name] = i
	}
	return &a, nil
}

// validate says what makes a person of the file unusable.
func (u account) validate() error {
	if canonical, err := canonicalName(u.Name); err != nil || canonical != u.Name {
		return errors.New("the name is not one")
	}
	if r, err := review.ParseRole(string(u.Role)); err != nil || r != u.Role {
		return fmt.Errorf("%s: the role is not one", u.Name)
	}
	if err := checkDisplay(u.Display); err != nil {
		return fmt.Errorf("%s: %w", u.Name, err)
	}
	switch u.Source {
	case sourceOIDC:
		if u.Subject == "" || u.Password != "" || u.Secret != "" || u.Invite != nil {
			return fmt.Errorf("%s: a person of the identity provider has a subject, and no password or link here", u.Name)
		}
		return nil
	case sourceLocal:
	default:
		return fmt.Errorf("%s: the source is neither %s nor %s", u.Name, sourceLocal, sourceOIDC)
	}
	if u.Subject != "" || (u.Invite == nil) != (u.Password != "" && u.Secret != "") {
		return fmt.Errorf("%s: a person of this gate has either an open link, or a password and a second factor", u.Name)
	}
	if u.Invite != nil {
		return nil
	}
	if _, err := parsePHC(u.Password); err != nil {
		return fmt.Errorf("%s: password: %w", u.Name, err)
	}
	if secret, err := b32().DecodeString(u.Secret); err != nil || len(secret) < 16 || b32().EncodeToString(secret) != u.Secret {
		return fmt.Errorf("%s: the secret for codes is not 128 bits or more in base 32", u.Name)
	}
	return nil
}

// b32 is how secrets for codes are written.
func b32() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }

// store is the accounts file. Several processes may use one file: a change is made under a lock, to what is in the file at
// that time, and what another process changed is seen by the next read.
type store struct {
	path string

	mu   sync.Mutex  // guards what follows
	info os.FileInfo // of the file that have was read from; nil when it cannot be relied on
	have *accounts
}

// settled is the age from which the time of a file's last change tells it from the next version, which may have got the
// same number and size: file systems tick every few milliseconds.
const settled = 100 * time.Millisecond

// fresh reports whether a file is the one that was read.
func (s *store) fresh(now os.FileInfo) bool {
	return s.info != nil && os.SameFile(s.info, now) && s.info.Size() == now.Size() && s.info.ModTime().Equal(now.ModTime())
}

// read returns the accounts as they are. The caller must not change them. A missing file is one without people.
func (s *store) read() (*accounts, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load()
}

// load is read with s.mu held.
func (s *store) load() (*accounts, error) {
	info, err := os.Stat(s.path)
	if errors.Is(err, os.ErrNotExist) {
		s.info = nil
		return &accounts{V: 1, byName: map[string]int{}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	if s.fresh(info) {
		return s.have, nil
	}
	f, err := os.Open(s.path)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	if mode := info.Mode(); !mode.IsRegular() || mode.Perm()&0o077 != 0 {
		return nil, fmt.Errorf("read accounts: %s can be read or written by others (mode %v); hint: chmod 600 %s", s.path,
			mode.Perm(), s.path)
	}
	src, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	if len(src) > maxFile {
		return nil, fmt.Errorf("read accounts: %s is larger than %d bytes", s.path, maxFile)
	}
	a, err := decodeAccounts(src)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %s: %w", s.path, err)
	}
	s.info, s.have = info, a
	if time.Since(info.ModTime()) < settled {
		s.info = nil
	}
	return a, nil
}

// update makes a change durable: change edits a copy, record puts it on the access log, and then the copy becomes the
// file. An error of either leaves the file as it was. Both are called under the lock, so that what change looked at still
// holds.
func (s *store) update(change func(*accounts) error, record func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	lock, err := os.OpenFile(s.path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("change accounts: %w", err)
	}
	defer lock.Close() // which ends the lock
	if err := takeLock(lock); err != nil {
		return fmt.Errorf("change accounts: %w", err)
	}
	have, err := s.load()
	if err != nil {
		return err
	}
	next := have.clone()
	if err := change(next); err != nil {
		return err
	}
	src, err := json.MarshalIndent(next, "", "\t")
	if err != nil {
		return fmt.Errorf("change accounts: %w", err)
	}
	if _, err := decodeAccounts(src); err != nil {
		return fmt.Errorf("change accounts: %w", err)
	}
	if err := record(); err != nil {
		return err
	}
	if err := replaceFile(s.path, append(src, '\n')); err != nil {
		return fmt.Errorf("change accounts: %w", err)
	}
	s.info = nil
	return nil
}

// lockWait is how long a change waits for another process's.
const lockWait = 5 * time.Second

// takeLock waits for the lock of a file that is open, but not for ever: another process may have been stopped with it.
func takeLock(f *os.File) error {
	for deadline := time.Now().Add(lockWait); ; time.Sleep(5 * time.Millisecond) {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) || time.Now().After(deadline) {
			return fmt.Errorf("lock %s: %w", f.Name(), err)
		}
	}
}

// replaceFile puts a new file in the place of path, durable when it returns: whoever opens path finds the old one or the
// new one, whole (rename(2); fsync(2) for why the folder is synced too).
func replaceFile(path string, src []byte) error {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = tmp.Write(src)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name()) // the error that counts is there already
		return err
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
