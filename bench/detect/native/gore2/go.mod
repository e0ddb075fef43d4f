module github.com/phigate/phigate/bench/detect/native/gore2

go 1.26.0

require (
	github.com/wasilibs/go-re2 v1.13.0
	golang.org/x/sys v0.49.0
)
