package format

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/phigate/phigate/inspect"
)

// compressed returns body under a coding.
func compressed(t testing.TB, coding string, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zlib":
		w = zlib.NewWriter(&b)
	case "raw":
		raw, err := flate.NewWriter(&b, flate.DefaultCompression)
		if err != nil {
			t.Fatal(err)
		}
		w = raw
	}
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestDecompress(t *testing.T) {
	body := []byte(strings.Repeat(`{"LastName":"Lee","n":1}`, 5_000))
	gz, zl, raw := compressed(t, "gzip", body), compressed(t, "zlib", body), compressed(t, "raw", body)
	tests := map[string]struct {
		coding string
		in     []byte
		want   []byte
		reason inspect.Reason
	}{
		"none":                   {"", body, body, ""},
		"identity":               {" Identity ", body, body, ""},
		"gzip":                   {"gzip", gz, body, ""},
		"gzip in capitals":       {"GZip", gz, body, ""},
		"x-gzip":                 {"x-gzip", gz, body, ""},
		"gzip, two members":      {"gzip", join(gz, gz), join(body, body), ""},
		"deflate, zlib":          {"deflate", zl, body, ""},
		"deflate, raw":           {"Deflate", raw, body, ""},
		"gzip, empty body":       {"gzip", nil, nil, ""},
		"deflate, empty body":    {"deflate", nil, nil, ""},
		"gzip of nothing":        {"gzip", compressed(t, "gzip", nil), nil, ""},
		"gzip, trailing":         {"gzip", join(gz, []byte("x")), body, inspect.ReasonCoding},
		"gzip, trailing NUL":     {"gzip", join(gz, make([]byte, 20)), body, inspect.ReasonCoding},
		"zlib, trailing":         {"deflate", join(zl, []byte("x")), body, inspect.ReasonCoding},
		"raw, trailing":          {"deflate", join(raw, []byte("x")), body, inspect.ReasonCoding},
		"gzip, cut head":         {"gzip", gz[:5], nil, inspect.ReasonCoding},
		"gzip, one byte":         {"gzip", gz[:1], nil, inspect.ReasonCoding},
		"gzip, cut data":         {"gzip", gz[:len(gz)-20], nil, inspect.ReasonCoding},
		"gzip, cut sum":          {"gzip", gz[:len(gz)-2], body, inspect.ReasonCoding},
		"gzip, cut member":       {"gzip", join(gz, gz[:12]), nil, inspect.ReasonCoding},
		"zlib, cut sum":          {"deflate", zl[:len(zl)-2], body, inspect.ReasonCoding},
		"raw, cut":               {"deflate", raw[:len(raw)-2], nil, inspect.ReasonCoding},
		"gzip that is not":       {"gzip", body, nil, inspect.ReasonCoding},
		"deflate that is not":    {"deflate", body, nil, inspect.ReasonCoding},
		"gzip, wrong sum":        {"gzip", join(gz[:len(gz)-8], []byte{1, 2, 3, 4}, gz[len(gz)-4:]), body, inspect.ReasonCoding},
		"gzip twice":             {"gzip, gzip", gz, nil, inspect.ReasonCoding},
		"identity and gzip":      {"identity,gzip", gz, nil, inspect.ReasonCoding},
		"br":                     {"br", gz, nil, inspect.ReasonCoding},
		"zstd":                   {"zstd", gz, nil, inspect.ReasonCoding},
		"compress":               {"compress", gz, nil, inspect.ReasonCoding},
		"deflate as gzip":        {"deflate", gz, nil, inspect.ReasonCoding},
		"zlib with dictionary":   {"deflate", []byte{0x78, 0xBB, 0, 0, 0, 1, 3, 0}, nil, inspect.ReasonCoding},
		"gzip of another method": {"gzip", append([]byte{0x1F, 0x8B, 7}, gz[3:]...), nil, inspect.ReasonCoding},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, src := range []io.Reader{bytes.NewReader(tt.in), iotest.OneByteReader(bytes.NewReader(tt.in)), iotest.DataErrReader(bytes.NewReader(tt.in))} {
				r, err := Decompress(tt.coding, src, CodingLimits{})
				var got []byte
				if err == nil {
					got, err = io.ReadAll(r)
					if cerr := r.Close(); cerr != nil {
						t.Fatal(cerr)
					}
				}
				if reason(t, err) != tt.reason {
					t.Fatalf("error %v, want %q", err, tt.reason)
				}
				if tt.want != nil && !bytes.Equal(got, tt.want) {
					t.Errorf("got %d bytes, want %d", len(got), len(tt.want))
				}
			}
		})
	}
}

func TestDecompressLimits(t *testing.T) {
	noise := make([]byte, 3<<20)
	for i, r := 0, rand.New(rand.NewPCG(1, 2)); i < len(noise); i++ {
		noise[i] = byte(r.Uint32())
	}
	tests := map[string]struct {
		body   []byte
		lim    CodingLimits
		reason inspect.Reason
	}{
		"zeros up to where the ratio counts": {make([]byte, ratioFrom), CodingLimits{}, ""},
		"zeros":                              {make([]byte, 10<<20), CodingLimits{}, inspect.ReasonRatio},
		"zeros, higher ratio":                {make([]byte, 10<<20), CodingLimits{Ratio: 2_000}, ""},
		"noise":                              {noise, CodingLimits{}, ""},
		"noise up to the cap":                {noise, CodingLimits{Max: 3 << 20}, ""},
		"noise beyond the cap":               {noise, CodingLimits{Max: 3<<20 - 1}, inspect.ReasonRatio},
		"zeros in front of noise":            {join(make([]byte, 3<<19), noise), CodingLimits{Ratio: 500}, inspect.ReasonRatio},
		"small beyond the cap":               {make([]byte, 1001), CodingLimits{Max: 1000}, inspect.ReasonRatio},
	}
	for name, tt := range tests {
		for _, coding := range []string{"gzip", "zlib", "raw"} {
			t.Run(name+"/"+coding, func(t *testing.T) {
				header := coding
				if coding != "gzip" {
					header = "deflate"
				}
				r, err := Decompress(header, bytes.NewReader(compressed(t, coding, tt.body)), tt.lim)
				if err != nil {
					t.Fatal(err)
				}
				n, err := io.Copy(io.Discard, r)
				if reason(t, err) != tt.reason {
					t.Errorf("error %v behind %d bytes, want %q", err, n, tt.reason)
				}
				if limit := max(tt.lim.Max, ratioFrom+64<<10); err != nil && n > limit {
					t.Errorf("%d bytes came through", n)
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestDecompressSource tells a failing connection from broken data, and looks for reads that nobody asked for.
func TestDecompressSource(t *testing.T) {
	broken := errors.New("connection reset")
	body := []byte(strings.Repeat("abc", 1000))
	for coding, in := range map[string][]byte{"gzip": compressed(t, "gzip", body), "deflate": compressed(t, "zlib", body)} {
		for n := range len(in) + 1 {
			r, err := Decompress(coding, io.MultiReader(bytes.NewReader(in[:n]), iotest.ErrReader(broken)), CodingLimits{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadAll(r); !errors.Is(err, broken) {
				t.Errorf("%s cut at %d: error %v", coding, n, err)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	r, err := Decompress("gzip", iotest.ErrReader(broken), CodingLimits{})
	if err != nil {
		t.Errorf("read early: %v", err)
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Error(err)
	}
	if _, err := r.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("read of a closed body: %v", err)
	}
}

func FuzzDecompress(f *testing.F) {
	for _, coding := range []string{"gzip", "zlib", "raw"} {
		f.Add(compressed(f, coding, []byte("hello hello hello")))
	}
	f.Add(join(compressed(f, "gzip", []byte("a")), compressed(f, "gzip", []byte("b"))))
	f.Fuzz(func(t *testing.T, in []byte) {
		want, wantErr := readGzip(in)
		got, err := readCoding(t, "gzip", in)
		if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(got, want) {
			t.Fatalf("gzip: %d bytes, %v; the standard library %d bytes, %v", len(got), err, len(want), wantErr)
		}
		if _, err := readCoding(t, "deflate", in); err != nil {
			reason(t, err)
		}
	})
}

func readGzip(in []byte) ([]byte, error) {
	if len(in) == 0 {
		return nil, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(in))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func readCoding(t *testing.T, coding string, in []byte) ([]byte, error) {
	r, err := Decompress(coding, bytes.NewReader(in), CodingLimits{Ratio: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	return io.ReadAll(r)
}
