package audit

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func testFingerprinter(t testing.TB) *Fingerprinter {
	t.Helper()
	f, err := OpenFingerprinter(filepath.Join(t.TempDir(), "keys", "fingerprint.key"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFingerprint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "fingerprint.key")
	f, err := OpenFingerprinter(path)
	if err != nil {
		t.Fatal(err)
	}
	key := readFile(t, path)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(key) != 32 || bytes.Equal(key, make([]byte, 32)) || info.Mode().Perm() != 0o600 {
		t.Errorf("key of %d bytes, mode %o", len(key), info.Mode().Perm())
	}
	again, err := OpenFingerprinter(path)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		detector := rapid.StringMatching(`[a-z_0-9]{1,20}`).Draw(t, "detector")
		value := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "value")
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(detector + "\x00" + string(value)))
		want := strings.TrimRight(base32.StdEncoding.EncodeToString(mac.Sum(nil)[:16]), "=")
		if got := f.Sum(detector, value); got != want {
			t.Errorf("Sum = %s, want %s", got, want)
		}
		if got := again.Sum(detector, value); got != want {
			t.Errorf("with the key read back: Sum = %s, want %s", got, want)
		}
	})
}

func TestFingerprintConcurrently(t *testing.T) {
	f := testFingerprinter(t)
	values := []string{"123456789", "987654321", "", "+15550100"}
	var want []string
	for _, v := range values {
		want = append(want, f.Sum("us_ssn", []byte(v)))
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 500 {
				k := i % len(values)
				if got := f.Sum("us_ssn", []byte(values[k])); got != want[k] {
					t.Errorf("Sum = %s, want %s", got, want[k])
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestOpenFingerprinterAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	sums := make([]string, 16)
	var wg sync.WaitGroup
	for i := range sums {
		wg.Go(func() {
			f, err := OpenFingerprinter(path)
			if err != nil {
				t.Error(err)
				return
			}
			sums[i] = f.Sum("us_ssn", []byte("123456789"))
		})
	}
	wg.Wait()
	for _, s := range sums {
		if s != sums[0] {
			t.Fatal("two keys were used")
		}
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 1 {
		t.Errorf("%d files in the folder, want the key alone", len(left))
	}
}

func TestOpenFingerprinterRefuses(t *testing.T) {
	tests := map[string]struct {
		size int
		mode os.FileMode
		want string
	}{
		"readable by the group": {32, 0o640, "chmod 600"},
		"readable by all":       {32, 0o604, "chmod 600"},
		"short":                 {31, 0o600, "31 bytes"},
		"long":                  {33, 0o600, "33 bytes"},
		"empty":                 {0, 0o600, "0 bytes"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "key")
			key := bytes.Repeat([]byte{0xA5}, test.size)
			writeFile(t, path, key)
			if err := os.Chmod(path, test.mode); err != nil {
				t.Fatal(err)
			}
			if _, err := OpenFingerprinter(path); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("OpenFingerprinter = %v, want %q", err, test.want)
			}
			if !bytes.Equal(readFile(t, path), key) {
				t.Error("the file was changed")
			}
		})
	}
	if _, err := OpenFingerprinter("/dev/null/key"); err == nil {
		t.Error("a key was made below a device")
	}
}
