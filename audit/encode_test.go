package audit

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A decision is written as encoding/json writes it, whichever of its fields are set, also those that are new.
func TestAppendJSONIsMarshal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := new(Decision)
		fill(t, reflect.ValueOf(d).Elem(), "decision")
		d.Seq = 0
		want, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(d.appendJSON(nil))); diff != "" {
			t.Fatal(diff)
		}
		if got := string(d.appendJSON([]byte("before"))); got != "before"+string(want) {
			t.Fatalf("behind something else it is %s", got)
		}
	})
}

// fill sets some of the fields of a value, at any depth.
func fill(t *rapid.T, v reflect.Value, name string) {
	if rapid.IntRange(0, 3).Draw(t, name) == 0 {
		return // as it is
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(rapid.OneOf(rapid.StringMatching(`[ -~]{0,9}`), rapid.StringMatching("[a-z\"\\\\<>&\n\x7f\u00e9\u2028]{1,4}"), rapid.String()).Draw(t, name))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, name))
	case reflect.Uint64:
		v.SetUint(rapid.Uint64().Draw(t, name))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 3).Draw(t, name), 3))
		for i := range v.Len() {
			fill(t, v.Index(i), name)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), name)
	case reflect.Struct:
		if at, ok := v.Addr().Interface().(*time.Time); ok {
			*at = timestamp(time.UnixMicro(rapid.Int64Range(0, 253402300799999999).Draw(t, name)))
			return
		}
		for i := range v.NumField() {
			fill(t, v.Field(i), v.Type().Field(i).Name)
		}
	default:
		t.Fatalf("%s: a field of kind %s", name, v.Kind())
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	d := sample()
	b.ReportAllocs()
	var buf []byte
	for b.Loop() {
		buf = d.appendJSON(buf[:0])
	}
}
