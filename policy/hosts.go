package policy

// DefaultPort is the port of a host that names none.
const DefaultPort = 443

// Host is an upstream that may be reached.
type Host struct {
	// Match is a host name in lower case, or "*." and a suffix, which matches one or more labels before the suffix and
	// never the suffix alone.
	Match string
	// Pins are SPKI pins, "sha256/" and base64; one certificate of the verified chain must match one of them.
	Pins []string
	// PinMode says what a chain without a match does.
	PinMode PinMode
	// Ports are the ports that may be reached.
	Ports []int
}

// PinMode says what happens when no pin matches.
type PinMode uint8

// The pin modes. The zero mode enforces.
const (
	PinEnforce PinMode = iota // the connection fails
	PinReport                 // it goes on and is reported
)

// String returns the pin mode's name as the policy file spells it.
func (m PinMode) String() string {
	if m == PinReport {
		return "report"
	}
	return "enforce"
}

// Hosts returns the hosts of the policy in the order of the file. The caller must not change it.
func (p *Policy) Hosts() []Host { return p.hosts }

// Host returns the entry for a host and port: an exact name before a pattern, and a longer pattern before a shorter
// one. name is a host name without a port and without a trailing dot, in any case.
func (p *Policy) Host(name string, port int) (*Host, bool) { return nil, false }
