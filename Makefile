# Every target says what it does after "##"; "make" lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
VERSION     ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BIN         := bin/heliograph

# The binary is pure Go: it is built without a C compiler and runs anywhere.
export CGO_ENABLED := 0

.PHONY: help demo dev build test test-pg check bench bench-large generate verify

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## Build, and run everything on this machine with sample data
	@exec $(BIN) demo

dev: ## Run the demo, and rebuild it whenever a source file changes
	@scripts/dev.sh

build: ## Build bin/heliograph
	$(GO) build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$(VERSION)" -o $(BIN) ./cmd/heliograph

test: build ## Run every test, on SQLite and PostgreSQL, and the vendor's own client
	@scripts/test.sh

test-pg: build ## Run the Go tests of PKG (default ./...) against a throw-away PostgreSQL
	@HELIOGRAPH_BIN=$(CURDIR)/$(BIN) scripts/postgres.sh $(GO) test -timeout 10m $(or $(PKG),./...)

check: ## Formatting, vet, staticcheck, shell scripts, architecture and documentation
	@STATICCHECK=$(STATICCHECK) scripts/check.sh

bench: build ## Measure the main jobs on both databases, with the ceilings of this machine
	@HELIOGRAPH_BIN=$(CURDIR)/$(BIN) scripts/postgres.sh --durable $(GO) run ./bench $(ARGS)

bench-large: build ## The same with ten million stored notifications; takes hours
	@HELIOGRAPH_BIN=$(CURDIR)/$(BIN) scripts/postgres.sh --durable $(GO) run ./bench -large $(ARGS)

generate: build ## Write again what is generated: docs/reference
	@scripts/generate.sh

verify: build ## Fail when generated files, go.mod or the dependency table are stale
	@scripts/verify.sh
