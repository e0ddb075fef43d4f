# phigate: make demo | test | lint | quick | bench | fuzz | build

GO      ?= go
TOOLS   := $(CURDIR)/.tools
LINT    := $(TOOLS)/golangci-lint-v2.15.0
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
export CGO_ENABLED = 0

.PHONY: build demo test quick race allocations lint bench bench-audit browser screenshots bench-detect profile quality fuzz clients clean help

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

build: ## the static binary, ./phigate
	$(GO) build -trimpath -ldflags '-s -w -X main.release=$(VERSION)' -o phigate ./cmd/phigate

demo: ## the main job end to end, with nothing else installed
	@$(GO) run ./cmd/phigate demo

test: race allocations clients browser ## every test, the race detector, unmodified clients, and a browser

quick: ## the tests without the race detector
	$(GO) test ./...

race:
	@bench/tools/need gcc
	CGO_ENABLED=1 $(GO) test -count=1 -race -timeout 20m ./...

allocations: ## what must not allocate, without the race detector, which makes pools leak
	$(GO) test -run 'Alloc' ./audit ./inspect/... ./policy

clients: ## jsforce and curl through the gate
	@bench/tools/need curl node-tools
	$(GO) test -count=1 -timeout 10m -tags clients ./internal/clients

browser: ## the console in chromium: people at work, accessibility, every page
	@bench/tools/need chromium browser-tools
	$(GO) test -count=1 -timeout 10m -tags browser ./internal/browser

screenshots: ## the same, and pictures of every page into docs/img
	@bench/tools/need chromium browser-tools
	@mkdir -p docs/img
	SCREENSHOTS=$(CURDIR)/docs/img $(GO) test -count=1 -timeout 10m -tags browser ./internal/browser

lint: $(LINT) ## golangci-lint with the import rules, gofmt, go vet
	$(LINT) run ./...
	$(GO) mod verify >/dev/null
	$(GO) mod tidy -diff

$(LINT):
	@mkdir -p $(TOOLS)
	GOBIN=$(TOOLS) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	@mv $(TOOLS)/golangci-lint $@

bench: build ## memory and speed of large transfers, into bench/results
	$(GO) run ./bench/transfer -results bench/results

quality: build ## precision and recall of the detectors, into bench/results
	$(GO) run ./bench/quality -results bench/results

bench-detect: ## speed of the detectors beside engines of regular expressions, into bench/results
	$(GO) run -pgo=cmd/phigate/default.pgo ./bench/detect -results bench/results

profile: ## what the compiler is told of the hot paths, cmd/phigate/default.pgo
	$(GO) run ./bench/detect -cpuprofile cmd/phigate/default.pgo

bench-audit: ## the decision log and its index of five million decisions, into bench/results; half an hour, 10 GB
	$(GO) run ./bench/decisions -results bench/results

fuzz: ## every fuzz target for 30 seconds
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p 2>/dev/null | grep ^Fuzz); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime 30s $$p || exit 1; \
	  done; \
	done

clean: ## what was built
	rm -rf phigate dist .tools
