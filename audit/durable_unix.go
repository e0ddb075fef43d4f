//go:build unix && !linux

package audit

import "os"

// datasync makes f durable. On Darwin, Sync asks the drive too (F_FULLFSYNC), which fsync(2) does not.
func datasync(f *os.File) error { return f.Sync() }

// allocate does nothing: there is no portable call that keeps the length, and a full disk shows at the write instead.
func allocate(*os.File, int64) error { return nil }
