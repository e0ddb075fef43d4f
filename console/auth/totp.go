package auth

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image/png"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// The second factor is TOTP (RFC 6238) as every authenticator app does it: SHA-1, six digits, 30 seconds.
const (
	codePeriod = 30 // seconds
	codeSkew   = 1  // steps to either side, for clocks that are not quite right
	issuerName = "phigate"
)

// newSecret returns a fresh secret of 160 bits in base 32.
func newSecret(name string) (string, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuerName, AccountName: name, SecretSize: 20})
	if err != nil {
		return "", fmt.Errorf("make a secret for codes: %w", err)
	}
	return key.Secret(), nil
}

// decoySecret stands in for the secret of somebody who does not exist.
const decoySecret = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// verifyCode reports whether code is right at a time, and the step that it belongs to. A step up to last was used before
// and is refused, because a code is good for one sign-in (RFC 6238, 5.2). All steps of the window are computed whatever
// the code is.
func verifyCode(secret, code string, at time.Time, last int64) (step int64, ok bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "") // apps show 123 456
	now := at.Unix() / codePeriod
	opts := hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}
	for s := now - codeSkew; s <= now+codeSkew; s++ {
		right, err := hotp.ValidateCustom(code, uint64(s), secret, opts)
		if err == nil && right && s > last {
			step, ok = s, true
		}
	}
	return step, ok
}

// enrolment is what a page shows to somebody who adds a secret to an app.
type enrolment struct {
	Secret string       // in groups of four, to type
	QR     template.URL // a PNG as a data URI; no other host ever sees it
}

// newEnrolment draws the secret of a person on a host.
func newEnrolment(secret, name, host string) (enrolment, error) {
	raw, err := b32().DecodeString(secret)
	if err != nil {
		return enrolment{}, fmt.Errorf("draw a secret: %w", err)
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuerName, AccountName: name + "@" + host, Secret: raw})
	if err != nil {
		return enrolment{}, fmt.Errorf("draw a secret: %w", err)
	}
	img, err := key.Image(240, 240)
	if err != nil {
		return enrolment{}, fmt.Errorf("draw a secret: %w", err)
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return enrolment{}, fmt.Errorf("draw a secret: %w", err)
	}
	// The URI is made here from bytes of our own and holds nothing but base 64.
	uri := template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(buf.Bytes()))
	var groups []string
	for s := secret; s != ""; {
		n := min(4, len(s))
		groups, s = append(groups, s[:n]), s[n:]
	}
	return enrolment{Secret: strings.Join(groups, " "), QR: uri}, nil
}
