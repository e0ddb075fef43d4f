package policy

import (
	"strings"

	"github.com/phigate/phigate/inspect"
)

// The names of what is built in, in the place of a rule's name.
const (
	ruleHosts      = "may.hosts"
	ruleOperations = "may.operations"
	ruleObjects    = "may.objects"
	ruleWrite      = "may.write"
	ruleRead       = "may.read"
	ruleClient     = "client"       // the subject names a client that the policy does not have
	ruleMasked     = "masked-value" // a masked value would be written over the real one
	ruleFinding    = "finding"      // a finding that lies outside of its record
	ruleEdits      = "edits"        // edits that cannot all be made
)

// Control is the Object of fields that hold the API's own control data; no field rule applies to them. It is
// inspect/salesforce's name.
const Control = inspect.Control

// granted reports whether grants give the field of an object. The aliases of an object are not granted with it. "*" in
// place of the field asks for all of them and is given by "*" alone.
func granted(grants map[string][]string, object, field string) bool {
	for o, fields := range grants {
		if !matches(pattern(o), object) {
			continue
		}
		for _, f := range fields {
			if matches(pattern(f), field) {
				return true
			}
		}
	}
	return false
}

func grantsObject(grants map[string][]string, object string) bool {
	for o := range grants {
		if matches(pattern(o), object) {
			return true
		}
	}
	return false
}

func (m *May) objectAllowed(object string) bool {
	if m.Objects == nil {
		return true
	}
	for _, o := range m.Objects {
		if matches(pattern(o), object) {
			return true
		}
	}
	return false
}

func (m *May) operationAllowed(op string) bool {
	if m.Operations == nil {
		return true
	}
	for _, o := range m.Operations {
		if o == op {
			return true
		}
	}
	return false
}

// denies returns the built-in rule that a field of a body breaks, or "".
func (pl *Plan) denies(object, name string) string {
	if !pl.restricted() || object == Control {
		return ""
	}
	may := &pl.client.May
	if object == "" && answerName(name) {
		return ""
	}
	if object != "" && !may.objectAllowed(object) {
		return ruleObjects
	}
	switch {
	case pl.subject.Direction == inspect.Request && may.Write != nil && writes(pl.subject.Operation):
		if !strings.EqualFold(name, "Id") && !granted(may.Write, object, name) {
			return ruleWrite
		}
	case pl.subject.Direction == inspect.Response && may.Read != nil:
		if !granted(may.Read, object, name) { // of cursor fields permit looks at the value
			return ruleRead
		}
	}
	return ""
}

// writes reports whether an operation can change rows; what it is not known to do it can.
func writes(op string) bool {
	switch op {
	case "create", "update", "upsert", "delete":
		return true
	}
	return severalOperations(op)
}

// answerName reports whether name is one of those that the APIs use in answers about a request rather than about a
// row: errors and results. What stands in them is still inspected.
func answerName(name string) bool {
	switch name {
	case "message", "errorCode", "statusCode", "fields", "error", "error_description", "exceptionCode",
		"exceptionMessage", "success", "created", "hasErrors", "done", "totalSize", "nextRecordsUrl", "referenceId",
		"httpStatusCode", "sf__Id", "sf__Created", "sf__Error":
		return true
	}
	return false
}

// methodOperations returns the operations that the method of a part of a composite request can stand for.
func methodOperations(method []byte) []string {
	switch string(method) {
	case "GET", "HEAD":
		return []string{"read", "search", "describe"}
	case "POST":
		return []string{"create", "search"}
	case "PATCH":
		return []string{"update", "upsert"}
	case "PUT":
		return []string{"update", "upsert"}
	case "DELETE":
		return []string{"delete"}
	}
	return nil
}
