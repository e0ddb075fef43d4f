package policy

// TestCase is one case of a file of policy tests: a request or response, and what should be decided about it.
type TestCase struct {
	// File, Line and Column say where the case stands.
	File         string
	Line, Column int
	// Name is the case's name.
	Name string
	// Client is the name of the policy's client that sends the request; empty for none.
	Client string
	// Method and URL are the request line. The URL is absolute.
	Method, URL string
	// ContentType is the media type of Body.
	ContentType string
	// Body is the body that is judged.
	Body []byte
	// Response says that Body is the answer to the request rather than its body.
	Response bool
	// Expect is what should be decided.
	Expect Expectation
}

// Expectation is what a [TestCase] expects. A nil list or Edited is not compared.
type Expectation struct {
	// Action is the strictest action applied.
	Action Action
	// Rules are the names of all rules that hit, in any order.
	Rules []string
	// Edited is the body after the edits.
	Edited []byte
	// Fields are the fields that were hit, as Object.Field, in any order.
	Fields []string
}

// ParseTests reads a file of policy tests. The error is of type [Problems].
func ParseTests(name string, src []byte) ([]TestCase, error) {
	return nil, Problems{{File: name, Line: 1, Column: 1, What: "tests are not read yet"}}
}
