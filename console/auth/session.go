package auth

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/phigate/phigate/audit"
)

// sessionCookie names the cookie of a session.
const sessionCookie = "__Host-phigate"

// pollHeader marks requests that a page makes on its own. They do not keep a session alive.
const pollHeader = "X-Phigate-Poll"

// maxSessions is how many sessions a person has at once; one more ends the one that was quiet for longest.
const maxSessions = 16

// sessionKey is what is kept of a session's token: its SHA-256.
type sessionKey [sha256.Size]byte

// session is one person in one browser.
type session struct {
	key     sessionKey
	name    string // of the person
	epoch   int64  // of the account at sign-in
	created time.Time
	seen    time.Time // last request that was not a poll
	subject string    // of a person from the identity provider
	sid     string    // the provider's name of its session
	via     string    // empty for the console
}

// short names a session on the access log.
func (k sessionKey) short() string { return hex.EncodeToString(k[:6]) }

// ended is a session that is no more, and why.
type ended struct {
	session
	reason string
}

// sessions are in memory: a restart signs everybody off. It is safe for concurrent use. They are our own because the idle
// time must not be moved by polls, ends must be noticed to be recorded, and tokens are kept as hashes only.
type sessions struct {
	idle, absolute time.Duration

	mu    sync.Mutex // guards what follows
	byKey map[sessionKey]*session
	swept time.Time
}

func newSessions(idle, absolute time.Duration) *sessions {
	return &sessions{idle: idle, absolute: absolute, byKey: make(map[sessionKey]*session)}
}

// add begins a session and returns those that had to end for it.
func (s *sessions) add(n session) []ended {
	s.mu.Lock()
	defer s.mu.Unlock()
	var own []*session
	for _, o := range s.byKey {
		if o.name == n.name {
			own = append(own, o)
		}
	}
	var out []ended
	if len(own) >= maxSessions {
		quietest := slices.MinFunc(own, func(a, b *session) int {
			return cmp.Or(a.seen.Compare(b.seen), slices.Compare(a.key[:], b.key[:]))
		})
		delete(s.byKey, quietest.key)
		out = append(out, ended{*quietest, reasonReplaced})
	}
	s.byKey[n.key] = &n
	return out
}

// find returns the session of a key, and keeps it alive if touch is set. It also returns the sessions that were found to be
// over, which may include the one that was asked for.
func (s *sessions) find(key sessionKey, now time.Time, touch bool) (found session, ok bool, over []ended) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.swept) >= time.Minute || now.Before(s.swept) {
		s.swept = now
		for _, o := range s.byKey {
			if reason := s.over(o, now); reason != "" && o.key != key {
				delete(s.byKey, o.key)
				over = append(over, ended{*o, reason})
			}
		}
	}
	have := s.byKey[key]
	if have == nil {
		return session{}, false, over
	}
	if reason := s.over(have, now); reason != "" {
		delete(s.byKey, key)
		return session{}, false, append(over, ended{*have, reason})
	}
	if touch && now.After(have.seen) {
		have.seen = now
	}
	return *have, true, over
}

// over says why a session is over, or "". s.mu is held.
func (s *sessions) over(o *session, now time.Time) string {
	switch {
	case now.Sub(o.created) >= s.absolute:
		return reasonAbsolute
	case now.Sub(o.seen) >= s.idle:
		return reasonIdle
	}
	return ""
}

// end ends the sessions that match and returns them.
func (s *sessions) end(reason string, match func(session) bool) []ended {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []ended
	for key, o := range s.byKey {
		if match(*o) {
			delete(s.byKey, key)
			out = append(out, ended{*o, reason})
		}
	}
	return out
}

// count returns how many sessions a person has.
func (s *sessions) count(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, o := range s.byKey {
		if o.name == name {
			n++
		}
	}
	return n
}

// named returns the key of the session that the access log calls short.
func (s *sessions) named(short string) (sessionKey, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.byKey {
		if key.short() == short {
			return key, true
		}
	}
	return sessionKey{}, false
}

// bySession matches one session.
func bySession(key sessionKey) func(session) bool {
	return func(s session) bool { return s.key == key }
}

// ended records ends of sessions. An end is not undone when it cannot be recorded: the door is shut either way.
func (a *Auth) ended(ctx context.Context, over []ended, source string) {
	for _, e := range over {
		_ = a.record(ctx, audit.Access{Kind: audit.AccessLogout, Actor: e.name, Session: e.key.short(), Source: source, Via: e.via,
			Outcome: outcomeOK, Reason: e.reason})
	}
}

// resume finds the session of a request. It returns a visit without one when there is none, and an error when nobody can
// say, because the accounts cannot be read.
func (a *Auth) resume(r *http.Request, source string) (*visit, error) {
	v := &visit{source: source}
	sent := r.CookiesNamed(sessionCookie)
	if len(sent) != 1 {
		return v, nil
	}
	key := keyOf(sent[0].Value)
	now := a.now()
	found, ok, over := a.sessions.find(key, now, r.Header.Get(pollHeader) == "")
	a.ended(r.Context(), over, "")
	if !ok {
		return v, nil
	}
	all, err := a.store.read()
	if err != nil {
		return nil, err
	}
	who, ok := all.find(found.name)
	if reason := unfit(who, ok, found); reason != "" {
		a.ended(r.Context(), a.sessions.end(reason, bySession(key)), source)
		return v, nil
	}
	v.session, v.account = &found, who
	v.actor = actorOf(who, key.short(), source, viaConsole)
	v.end = found.created.Add(a.cfg.Absolute)
	if v.idle = found.seen.Add(a.cfg.Idle); v.end.Before(v.idle) {
		v.idle = v.end
	}
	return v, nil
}

// unfit says why a session may not go on with an account as it is now, or "".
func unfit(who account, known bool, s session) string {
	switch {
	case !known || who.Disabled:
		return reasonDisabled
	case who.Epoch != s.epoch || who.Subject != s.subject:
		return reasonChanged
	}
	return ""
}

// admit begins a session for somebody who is on record as signed in, under the token that the record names.
func (a *Auth) admit(w http.ResponseWriter, r *http.Request, token string, who account, sid string) {
	v, _ := visitOf(r.Context())
	if v.session != nil { // whoever was signed in here is not any more
		a.ended(r.Context(), a.sessions.end(reasonReplaced, bySession(v.session.key)), v.source)
	}
	now := a.now()
	over := a.sessions.add(session{key: keyOf(token), name: who.Name, epoch: who.Epoch, created: now, seen: now,
		subject: who.Subject, sid: sid})
	a.ended(r.Context(), over, v.source)
	http.SetCookie(w, cookie(sessionCookie, token))
}

// keyOf returns what is kept of a token.
func keyOf(token string) sessionKey { return sha256.Sum256([]byte(token)) }

// shortOf names the session of a token.
func shortOf(token string) string { return keyOf(token).short() }
