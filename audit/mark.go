package audit

// Mark is what a log says about itself in a record of its own.
type Mark struct {
	// Minimum is the number of the first record that is kept: those before it were pruned, or may be. The reason of the
	// record is "audit.pruned".
	Minimum uint64 `json:"minimum,omitempty"`
	// Size is the number of records of the tree that Root belongs to.
	Size int64 `json:"size,omitempty"`
	// Root is the tree's root in base64, as in a checkpoint.
	Root string `json:"root,omitempty"`
	// Epoch is the epoch that begins with this record. The reason of the record is "audit.rollback", and Size and Root are
	// those of the last checkpoint before it, which the log no longer agrees with.
	Epoch uint64 `json:"epoch,omitempty"`
}
