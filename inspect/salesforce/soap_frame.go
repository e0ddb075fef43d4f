package salesforce

import (
	"bytes"
	"strings"

	"github.com/phigate/phigate/inspect"
)

// frame types what stands around the rows of an envelope: headers, the arguments of a call, faults, and what a login
// sends and gets.
func (t *typer) frame(rec *inspect.Record) {
	t.markup(rec, spot{place: wrap}, &content{kind: outcomes, soap: true})
	for i := range rec.Fields {
		f := &rec.Fields[i]
		if f.Object == Control || f.Carrier != inspect.InBody || len(f.Name) == 0 || isAttribute(rec, f) {
			continue
		}
		if len(bytes.TrimSpace(f.Value)) == 0 { // a call without arguments, an empty header
			f.Object = Control
			continue
		}
		t.frameField(rec, f)
	}
}

// frameField types one value. A session and what opens one are control data: no detector looks at them.
func (t *typer) frameField(rec *inspect.Record, f *inspect.Field) {
	n := &rec.Nodes[f.Node]
	name := string(f.Name)
	in := string(n.Key)
	switch {
	case name == "sessionId" && isSession(f.Value) && (in == "SessionHeader" || t.response && in == "result"):
		f.Object = Control
	case in == "login" && (name == "username" || name == "password") && isNodeAt(rec, n.Parent, "Body", "Envelope"):
		f.Object = Control
	case within(rec, f.Node, "Header"):
		if isControl(f) || isCount(f.Value) {
			f.Object = Control
		}
	case !t.response:
		if (name == "externalIDFieldName" || strings.HasPrefix(name, "sObjectType")) && isControl(f) {
			f.Object = Control
		}
	case in == "Fault":
		if name == "faultcode" && isQualified(f.Value) {
			f.Object = Control
		} else if name == "faultstring" {
			f.Name = messageName
		}
	case name == "exceptionCode" && isControl(f):
		f.Object = Control
	case in == "userInfo" || in == "result" && within(rec, f.Node, "getUserInfoResponse"):
		userField(f)
	case (name == "serverUrl" || name == "metadataServerUrl") && isServer(f.Value),
		strings.HasPrefix(string(rec.Nodes[max(n.Parent, 0)].Key), "login") && isControl(f):
		f.Object = Control
	}
}

// messageName is what the other APIs call the text of an error.
var messageName = []byte("message")

// within reports whether a node, or one around it, has the given key.
func within(rec *inspect.Record, node int, key string) bool {
	for node > 0 && node < len(rec.Nodes) {
		if string(rec.Nodes[node].Key) == key {
			return true
		}
		node = rec.Nodes[node].Parent
	}
	return false
}

// isSession reports whether b looks like the Id of a session or an access token: one word with a letter in it.
func isSession(b []byte) bool {
	letter := false
	for _, c := range b {
		switch {
		case isLetter(c):
			letter = true
		case !isDigit(c) && strings.IndexByte("!._-+/=~", c) < 0:
			return false
		}
	}
	return letter
}

// isServer reports whether b is the address of an API: https, a host, and a path of names, versions and Ids.
func isServer(b []byte) bool {
	rest, ok := bytes.CutPrefix(b, []byte("https://"))
	if !ok {
		return false
	}
	at := bytes.IndexByte(rest, '/')
	if at < 0 {
		at = len(rest)
	}
	host, port, _ := bytes.Cut(rest[:at], []byte(":"))
	if !isToken(host, 8) || len(port) > 5 || !isCount(port) {
		return false
	}
	for part := range bytes.SplitSeq(rest[at:], []byte("/")) {
		version := len(part) > 0 && len(part) <= 5 && isCount(bytes.Replace(part, []byte("."), nil, 1))
		if len(part) > 0 && !isToken(part, 0) && !version && !IsID(part) {
			return false
		}
	}
	return true
}

// userNames are the fields of User and Organization that the description of who logged in has under names of its own.
var userNames = map[string]meaning{"userEmail": {"User", []byte("Email")}, "userFullName": {"User", []byte("Name")},
	"userName": {"User", []byte("Username")}, "organizationName": {"Organization", []byte("Name")}}

// userField types a value in the description of who logged in.
func userField(f *inspect.Field) {
	if m, ok := userNames[string(f.Name)]; ok {
		f.Object, f.Name = m.object, m.name
		return
	}
	zone := bytes.ReplaceAll(f.Value, []byte("/"), []byte("_"))
	if len(f.Value) <= 4 || isControl(f) || isCount(f.Value) || isToken(zone, 0) {
		f.Object = Control
	}
}
