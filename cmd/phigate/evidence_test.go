package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/policy"
)

// The people of a script, and what they sign in with.
const (
	personPassword = "synthetic-passphrase"
	personSecret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

// makePeople writes the accounts of an analyst and a lead, as the console would have made them: people, or people ROLE
// for another role of the first.
func makePeople(ts *testscript.TestScript, _ bool, args []string) {
	role := "analyst"
	if len(args) > 0 {
		role = args[0]
	}
	hash, err := policy.HashPassword([]byte(personPassword))
	ts.Check(err)
	person := func(name, role string) map[string]string {
		return map[string]string{"name": name, "role": role, "source": "local", "password": hash, "totp": personSecret, "created": "2026-11-23T09:00:00Z"}
	}
	b, err := json.Marshal(map[string]json.RawMessage{"v": json.RawMessage("1"),
		"users": marshal(ts, []map[string]string{person("anna", role), person("bert", "lead")})})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("data/users.json"), b, 0o600))
}

func marshal(ts *testscript.TestScript, v []map[string]string) json.RawMessage {
	b, err := json.Marshal(v)
	ts.Check(err)
	return b
}

// writeReviewer writes what a person types into phigate review: reviewer NAME FILE COMMAND... @ID is the exception that
// exceptionid found.
func writeReviewer(ts *testscript.TestScript, _ bool, args []string) {
	lines := append([]string{args[0], personPassword, oneTimeCode(time.Now())}, args[2:]...)
	text := strings.ReplaceAll(strings.Join(lines, "\n")+"\n", "@ID", ts.Getenv("EXCEPTION"))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// oneTimeCode is the code of RFC 6238 that a person's device shows.
func oneTimeCode(now time.Time) string {
	secret, _ := base32.StdEncoding.DecodeString(personSecret)
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, now.Unix()/30)
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1_000_000)
}

// exceptionID sets $EXCEPTION to the exception that was requested last.
func exceptionID(ts *testscript.TestScript, _ bool, _ []string) {
	for a, err := range audit.ReadAccess(ts.MkAbs("data/access")) {
		ts.Check(err)
		if a.Review != nil && a.Review.Exception != nil {
			ts.Setenv("EXCEPTION", a.Review.Exception.ID)
		}
	}
}

// printAccesses prints the access log, one line an access.
func printAccesses(ts *testscript.TestScript, _ bool, _ []string) {
	for a, err := range audit.ReadAccess(ts.MkAbs("data/access")) {
		ts.Check(err)
		fmt.Fprintf(ts.Stdout(), "%s %s %s %s %s\n", a.Kind, a.Actor, a.Target, a.Query, a.Outcome)
	}
}

// corruptFile changes one byte in the middle of a line of base64 in a file: corrupt FILE.
func corruptFile(ts *testscript.TestScript, _ bool, args []string) {
	flip(ts, ts.MkAbs(args[0]), 200)
}

// corruptLog changes one byte of the decision log's last segment, or with an argument so many: corruptlog, corruptlog 400.
func corruptLog(ts *testscript.TestScript, _ bool, args []string) {
	files, err := filepath.Glob(ts.MkAbs("data/audit/seg-*"))
	ts.Check(err)
	n := 1
	if len(args) > 0 {
		n, err = strconv.Atoi(args[0])
		ts.Check(err)
	}
	for i := range n {
		flip(ts, files[len(files)-1], 900+i)
	}
}

func flip(ts *testscript.TestScript, file string, at int) {
	b, err := os.ReadFile(file)
	ts.Check(err)
	b[at] ^= 1
	ts.Check(os.WriteFile(file, b, 0o600))
}
