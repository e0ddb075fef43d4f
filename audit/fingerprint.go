package audit

// Fingerprinter makes keyed fingerprints of detected values.
type Fingerprinter struct{}

// OpenFingerprinter reads the key from keyFile, or makes one there.
func OpenFingerprinter(keyFile string) (*Fingerprinter, error) { return nil, ErrFailed }

// Sum returns the fingerprint of a value that a detector found, in the detector's normal spelling.
func (f *Fingerprinter) Sum(detector string, normalised []byte) string { return "" }
