package audit

import (
	"context"
	"iter"
)

// Read returns the records of the log in dir, oldest first.
func Read(dir string) iter.Seq2[*Decision, error] {
	return func(yield func(*Decision, error) bool) { yield(nil, ErrFailed) }
}

// Follow returns the records that are appended to the log in dir after the call, as they come, until ctx ends.
func Follow(ctx context.Context, dir string) iter.Seq2[*Decision, error] { return Read(dir) }

// FollowFrom returns the records of the log in dir from number seq on, as they come, until ctx ends.
func FollowFrom(ctx context.Context, dir string, seq uint64) iter.Seq2[*Decision, error] {
	return Read(dir)
}
