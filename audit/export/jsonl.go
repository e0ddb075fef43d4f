package export

import (
	"encoding/json"
	"errors"

	"github.com/phigate/phigate/audit"
)

// errEncode says that a record cannot be written. What encoding/json would say of it can quote the record.
var errEncode = errors.New("the record cannot be encoded")

// appendRecord appends the log's own record as one line, without the chain, which holds in the log only.
func appendRecord(line []byte, d *audit.Decision, _ State) ([]byte, error) {
	return appendJSON(line, d)
}

// appendJSON appends v and a newline.
func appendJSON[T any](line []byte, v *T) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, errEncode
	}
	return append(append(line, text...), '\n'), nil
}
