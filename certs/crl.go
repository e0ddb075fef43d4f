package certs

import (
	"bytes"
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// maxCRL is the size of the largest revocation list that is read, in bytes.
const maxCRL = 10 << 20

// fetchCRL looks for c in the revocation list at target. Lists are read one at a time: while it is
// parsed, one takes about eighteen times its size (BenchmarkReadCRL).
//
// BUG(certs): a list of 10 MiB takes some 190 MB for a moment, as x509.ParseRevocationList keeps all entries.
func (r *Revocation) fetchCRL(ctx context.Context, target string, c, issuer *x509.Certificate) (status, error) {
	select {
	case r.list <- struct{}{}:
		defer func() { <-r.list }()
	case <-ctx.Done():
		return status{}, ctx.Err()
	}
	data, err := r.get(ctx, http.MethodGet, target, nil, maxCRL)
	if err != nil {
		return status{}, fmt.Errorf("crl: %w", err)
	}
	return readCRL(data, target, c, issuer, r.cfg.Now())
}

// readCRL returns what the revocation list in data, which was found at target, says about c. It counts only if
// issuer signed it, it is complete, and its scope holds c.
func readCRL(data []byte, target string, c, issuer *x509.Certificate, now time.Time) (status, error) {
	list, err := x509.ParseRevocationList(data)
	if err != nil {
		return status{}, fmt.Errorf("crl: %w", err)
	}
	if !bytes.Equal(list.RawIssuer, issuer.RawSubject) || weak(list.SignatureAlgorithm) {
		return status{}, errors.New("crl: of another issuer, or signed with a broken algorithm")
	}
	if err := list.CheckSignatureFrom(issuer); err != nil {
		return status{}, fmt.Errorf("crl: %w", err)
	}
	expires, err := current(list.ThisUpdate, list.NextUpdate, now)
	if err != nil {
		return status{}, fmt.Errorf("crl: %w", err)
	}
	for _, e := range list.Extensions {
		if err := inScope(e, target, c); err != nil {
			return status{}, fmt.Errorf("crl: %w", err)
		}
	}
	s := status{known: true, expires: expires}
	for i := range list.RevokedCertificateEntries {
		if entry := &list.RevokedCertificateEntries[i]; entry.SerialNumber.Cmp(c.SerialNumber) == 0 {
			s.revoked = &RevokedError{Subject: c.Subject.String(), Serial: c.SerialNumber, At: entry.RevocationTime, Reason: entry.ReasonCode, Source: "crl"}
			break
		}
	}
	return s, nil
}

// issuingDistributionPoint says which certificates a list is about (RFC 5280, section 5.2.5).
type issuingDistributionPoint struct {
	Point         distributionPointName `asn1:"optional,tag:0"`
	UserOnly      bool                  `asn1:"optional,tag:1"`
	AuthorityOnly bool                  `asn1:"optional,tag:2"`
	SomeReasons   asn1.BitString        `asn1:"optional,tag:3"`
	Indirect      bool                  `asn1:"optional,tag:4"`
	AttributeOnly bool                  `asn1:"optional,tag:5"`
}

type distributionPointName struct {
	Full     []asn1.RawValue  `asn1:"optional,tag:0"`
	Relative pkix.RDNSequence `asn1:"optional,tag:1"`
}

// inScope returns an error if extension e of a list keeps it from telling about c. Lists travel in the clear: without
// this, another list of the same issuer, one for authorities or for other shards, could stand in for the right one.
func inScope(e pkix.Extension, target string, c *x509.Certificate) error {
	if !e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 28}) {
		if e.Critical { // a delta list among others
			return fmt.Errorf("unknown critical extension %s", e.Id)
		}
		return nil
	}
	var scope issuingDistributionPoint
	if rest, err := asn1.Unmarshal(e.Value, &scope); err != nil || len(rest) > 0 {
		return errors.New("broken issuing distribution point")
	}
	switch {
	case scope.Indirect || scope.AttributeOnly || scope.SomeReasons.BitLength > 0:
		return errors.New("an indirect or partial list")
	case scope.UserOnly && c.IsCA, scope.AuthorityOnly && !c.IsCA:
		return errors.New("a list of other certificates")
	case len(scope.Point.Relative) > 0:
		return errors.New("a list for a relative distribution point")
	case len(scope.Point.Full) == 0:
		return nil
	}
	const uri = 6 // uniformResourceIdentifier in GeneralName
	for _, name := range scope.Point.Full {
		if name.Class == asn1.ClassContextSpecific && name.Tag == uri && string(name.Bytes) == target {
			return nil
		}
	}
	return errors.New("a list for another distribution point")
}
