package rig_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"time"

	"github.com/phigate/phigate/internal/org"
	"github.com/phigate/phigate/internal/rig"
)

// orgOver puts the org behind a server that speaks HTTP/1.1 only, or HTTP/2 too.
func orgOver(h2 bool) func(*org.Org) (*rig.Upstream, error) {
	return func(o *org.Org) (*rig.Upstream, error) { return listen(o.Handler(), h2) }
}

// scripted puts a handler in the place of the org.
func scripted(h http.HandlerFunc, h2 bool) func(*org.Org) (*rig.Upstream, error) {
	return func(*org.Org) (*rig.Upstream, error) { return listen(h, h2) }
}

// listen serves h over TLS with an authority made for it.
func listen(h http.Handler, h2 bool) (*rig.Upstream, error) {
	pair, root, err := certificate()
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: patience, ErrorLog: log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12},
	}
	if !h2 {
		server.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){}
	}
	go func() { _ = server.ServeTLS(l, "", "") }() // ends with Close
	return &rig.Upstream{Addr: l.Addr().String(), Close: server.Close,
		RootPEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}), Pins: []string{pin(root), pin(leaf)},
	}, nil
}

// pin is the pin of a certificate as policies spell it.
func pin(c *x509.Certificate) string {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return "sha256/" + base64.StdEncoding.EncodeToString(sum[:])
}

// certificate makes an authority and a leaf for the org's name.
func certificate() (pair tls.Certificate, root *x509.Certificate, err error) {
	keys := [2]*ecdsa.PrivateKey{}
	for i := range keys {
		if keys[i], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return pair, nil, err
		}
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "upstream authority of a test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, authority, authority, keys[0].Public(), keys[0])
	if err != nil {
		return pair, nil, err
	}
	if root, err = x509.ParseCertificate(der); err != nil {
		return pair, nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: rig.Host}, DNSNames: []string{rig.Host},
		NotBefore: authority.NotBefore, NotAfter: authority.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if der, err = x509.CreateCertificate(rand.Reader, leaf, root, keys[1].Public(), keys[0]); err != nil {
		return pair, nil, fmt.Errorf("sign the leaf: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der, root.Raw}, PrivateKey: keys[1]}, root, nil
}
