package detect

// Normalise appends the canonical spelling of a value that the named detector found to dst: equal identifiers have
// equal spellings, so that fingerprints of them can be compared. An unknown detector leaves value as it is.
func Normalise(detector string, dst, value []byte) []byte {
	return append(dst, value...)
}
