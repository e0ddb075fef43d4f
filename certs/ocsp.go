package certs

import (
	"bytes"
	"context"
	"crypto/fips140"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"golang.org/x/crypto/ocsp"
)

const (
	// maxSources is the number of responders, and of lists, of a certificate that are asked.
	maxSources = 3
	// maxOCSP is the size of the largest OCSP response that is read, in bytes; real ones have 300 to 2000.
	maxOCSP = 64 << 10
)

// fetchOCSP asks the responder at target about c.
func (r *Revocation) fetchOCSP(ctx context.Context, target string, c, issuer *x509.Certificate) (status, error) {
	// The request names the issuer by SHA-1, the only hash that all responders know (RFC 5019, section 2.1.1). It is an
	// identifier and no security function, but fips140=only would panic.
	var request []byte
	var err error
	fips140.WithoutEnforcement(func() { request, err = ocsp.CreateRequest(c, issuer, nil) })
	if err != nil {
		return status{}, fmt.Errorf("ocsp: %w", err)
	}
	response, err := r.get(ctx, http.MethodPost, target, request, maxOCSP)
	if err != nil {
		return status{}, fmt.Errorf("ocsp: %w", err)
	}
	return readOCSP(response, c, issuer, "ocsp", r.cfg.Now())
}

// readOCSP returns what an OCSP response says about c. It is believed if issuer signed it, or somebody whom issuer
// made a responder (RFC 6960, section 4.2.2.2). source is RevokedError's.
func readOCSP(response []byte, c, issuer *x509.Certificate, source string, now time.Time) (status, error) {
	// Without an issuer the parser leaves open who may sign; it would let each certificate of the issuer do so,
	// the upstream's own among them.
	answer, err := ocsp.ParseResponseForCert(response, c, nil)
	if err != nil {
		return status{}, fmt.Errorf("ocsp response: %w", err)
	}
	if err := authorised(answer, issuer, now); err != nil {
		return status{}, fmt.Errorf("ocsp response: %w", err)
	}
	expires, err := current(answer.ThisUpdate, answer.NextUpdate, now)
	if err != nil {
		return status{}, fmt.Errorf("ocsp response: %w", err)
	}
	switch answer.Status {
	case ocsp.Good:
		return status{known: true, expires: expires}, nil
	case ocsp.Revoked:
		return status{known: true, expires: expires, revoked: &RevokedError{
			Subject: c.Subject.String(), Serial: c.SerialNumber, At: answer.RevokedAt, Reason: answer.RevocationReason, Source: source,
		}}, nil
	}
	return status{}, fmt.Errorf("ocsp response: %w", ErrStatusUnknown)
}

// authorised returns nil if answer is signed by issuer or by a responder that issuer named.
func authorised(answer *ocsp.Response, issuer *x509.Certificate, now time.Time) error {
	if weak(answer.SignatureAlgorithm) {
		return fmt.Errorf("signed with %s", answer.SignatureAlgorithm)
	}
	responder := answer.Certificate // its signature on answer is checked by the parser
	switch {
	case responder == nil:
		return answer.CheckSignatureFrom(issuer)
	case responder.Equal(issuer):
		return nil
	case !slices.Contains(responder.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning):
		return errors.New("its signer is no responder of the issuer")
	case now.Before(responder.NotBefore) || now.After(responder.NotAfter):
		return errors.New("its signer has expired")
	case weak(responder.SignatureAlgorithm):
		return fmt.Errorf("its signer is signed with %s", responder.SignatureAlgorithm)
	}
	return issuer.CheckSignature(responder.SignatureAlgorithm, responder.RawTBSCertificate, responder.Signature)
}

// get sends a request to target and returns the body of a 200 response of at most limit bytes. Only plain http is
// spoken: what comes back is signed, and https would need revocation checks of its own.
func (r *Revocation) get(ctx context.Context, method, target string, body []byte, limit int64) ([]byte, error) {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "http" || u.Host == "" || u.User != nil {
		return nil, errors.New("not an http address")
	}
	request, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "phigate")
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/ocsp-request")
		request.Header.Set("Accept", "application/ocsp-response")
	}
	response, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", response.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("more than %d bytes", limit)
	}
	return data, nil
}
