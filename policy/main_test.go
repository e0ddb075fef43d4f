package policy_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain draws more cases for the laws than rapid does by default: a hundred did not find what a thousand do.
func TestMain(m *testing.M) {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "rapid.checks" })
	if !chosen {
		if err := flag.Set("rapid.checks", "1000"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
