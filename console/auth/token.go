package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// newToken returns 256 random bits for a link or a cookie.
func newToken() string {
	var raw [32]byte
	rand.Read(raw[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

// hashToken returns what is kept of a token. A token has 256 random bits, so that one round of SHA-256 is enough.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// opens reports whether a token is that of a link that has not expired.
func (l *link) opens(hash string, now time.Time) bool {
	return l != nil && now.Before(l.Expires) && subtle.ConstantTimeCompare([]byte(l.Hash), []byte(hash)) == 1
}

// The steps on the way to a session that have a state. It travels with the browser, sealed, so that those who are not
// signed in take no memory here.
type (
	// loginStep is between password and code.
	loginStep struct {
		Name string `json:"n"`
		Good int    `json:"g"` // 1 when the password was right; a number, so that both are sealed to the same length
		Next string `json:"x"`
	}
	// setupStep is between the new password and the first code.
	setupStep struct {
		Link     string `json:"l"` // hash of the link's token
		Name     string `json:"n"`
		Display  string `json:"d"`
		Password string `json:"p"` // PHC string
		Secret   string `json:"s"`
	}
	// oidcStep is between the console and the identity provider.
	oidcStep struct {
		State    string `json:"s"`
		Nonce    string `json:"n"`
		Verifier string `json:"v"` // PKCE
		Next     string `json:"x"`
	}
	step interface {
		loginStep | setupStep | oidcStep
	}
)

// stepName tells the steps apart. It is the cookie's name and is authenticated with the content, so that one step is never
// taken for another.
type stepName string

const (
	stepLogin stepName = "__Host-phigate-login"
	stepSetup stepName = "__Host-phigate-setup"
	stepOIDC  stepName = "__Host-phigate-oidc"
)

// stepLife is how long a step may take.
const stepLife = 10 * time.Minute

// errStep says that a step's cookie is missing, of another process, too old, or not what was sent.
var errStep = errors.New("this sign-in has expired")

// sealer encrypts steps with a key of this process: AES-256-GCM with random nonces.
type sealer struct{ aead cipher.AEAD }

func newSealer() (*sealer, error) {
	var key [32]byte
	rand.Read(key[:]) // never fails (crypto/rand)
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return &sealer{aead: aead}, nil
}

// sealed is what is encrypted.
type sealed[T step] struct {
	Expires int64 `json:"e"` // Unix seconds
	Step    T     `json:"s"`
}

// seal returns the cookie's value.
func seal[T step](s *sealer, name stepName, v T, now time.Time) (string, error) {
	plain, err := json.Marshal(sealed[T]{Expires: now.Add(stepLife).Unix(), Step: v})
	if err != nil {
		return "", fmt.Errorf("seal a step: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, plain, []byte(name))), nil
}

// unseal returns what was sealed under a name, or errStep.
func unseal[T step](s *sealer, name stepName, value string, now time.Time) (T, error) {
	var out sealed[T]
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return out.Step, errStep
	}
	plain, err := s.aead.Open(nil, nil, raw, []byte(name))
	if err != nil {
		return out.Step, errStep
	}
	if err := json.Unmarshal(plain, &out); err != nil || now.Unix() >= out.Expires {
		var none T
		return none, errStep
	}
	return out.Step, nil
}

// sendStep gives a step to the browser.
func sendStep[T step](a *Auth, w http.ResponseWriter, name stepName, v T) error {
	value, err := seal(a.steps, name, v, a.now())
	if err != nil {
		return err
	}
	http.SetCookie(w, cookie(string(name), value))
	return nil
}

// takeStep returns the step that the browser brings.
func takeStep[T step](a *Auth, r *http.Request, name stepName) (T, error) {
	all := r.CookiesNamed(string(name))
	if len(all) != 1 {
		var none T
		return none, errStep
	}
	return unseal[T](a.steps, name, all[0].Value, a.now())
}

// dropStep takes a step from the browser.
func dropStep(w http.ResponseWriter, name stepName) {
	c := cookie(string(name), "")
	c.MaxAge = -1
	http.SetCookie(w, c)
}

// cookie returns a cookie as all of ours are: for this host alone, which the prefix makes the browser enforce, never for a
// script, gone with the browser, and not sent along when another site posts here (RFC 6265bis, 4.1.3.2 and 5.6.7).
func cookie(name, value string) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}
