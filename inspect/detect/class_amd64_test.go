//go:build unix

package detect

import (
	"syscall"
	"testing"
)

// TestClassifiersReadNoOtherPage puts texts at both ends of a page between two that must not be read: a classifier that
// does so is stopped by the kernel.
func TestClassifiersReadNoOtherPage(t *testing.T) {
	page := syscall.Getpagesize()
	memory, err := syscall.Mmap(-1, 0, 3*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(memory); err != nil {
			t.Error(err)
		}
	})
	middle := memory[page : 2*page]
	for i := range middle {
		middle[i] = byte(i)
	}
	for _, beside := range [][]byte{memory[:page], memory[2*page:]} {
		if err := syscall.Mprotect(beside, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	for name, classify := range classifiers() {
		for n := 1; n <= window; n++ {
			for from := range window {
				for _, b := range [][]byte{middle[from : from+n], middle[page-n-from : page-from]} {
					var got, want masks
					classify(&got, b)
					classifyByTable(&want, b)
					if got != want {
						t.Fatalf("%s of %d bytes %d from the page's end differs from the table", name, n, from)
					}
				}
			}
		}
	}
}
