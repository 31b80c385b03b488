# The habits of the house. `make` alone lists them.
#
# Each line is shown before it runs; the first failure stops everything.
# CI=true, passed on to the tests, turns a test that would skip for want of
# PostgreSQL or Chromium into a failure.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.NOTPARALLEL: # the steps of a habit have an order; go uses every core by itself

# The tools have their own module, so that none of their dependencies is ours.
TOOL := go tool -modfile=tools/go.mod

# Where goroutines share memory. The pure Go SQLite is 5 to 40 times slower
# under the race detector, hence not everything, and -short.
RACED := ./internal/jobs ./internal/event ./internal/db ./internal/web

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: generate
generate: ## write the Go code of the templates (*.templ → *_templ.go)
	$(TOOL) templ generate -log-level=warn

.PHONY: generated
generated: ## the same, and fail if a generated file was not current
	scripts/generated

.PHONY: fmt
fmt: ## format Go code and templates
	$(TOOL) gofumpt -w .
	$(TOOL) templ fmt .

.PHONY: quick
quick: generated ## under a minute: generated files, format, vet, short tests
	@echo 'gofumpt -l .'; odd=$$($(TOOL) gofumpt -l .); \
	if [[ -n $$odd ]]; then printf '%s\n' "$$odd" 'Not formatted: run make fmt.'; exit 1; fi
	go vet ./...
	go test -short ./internal/...

.PHONY: test
test: deps ## install what the tests need, then run every test
	go test -shuffle=on -timeout=10m ./...
	go test -shuffle=on -timeout=10m -race -short $(RACED)

.PHONY: lint
lint: ## run golangci-lint (the first time builds it: about a minute)
	$(TOOL) golangci-lint run

.PHONY: bench
bench: ## measure pages per second, with wrk
	scripts/deps bench
	go run ./test/bench

.PHONY: deps
deps: ## install what the tests need: PostgreSQL, Chromium, axe
	scripts/deps

.PHONY: build
build: ## build bin/mainforte: one static file
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/ ./cmd/mainforte

.PHONY: clean
clean: ## remove what the other targets made here
	rm -rf bin test/axe/node_modules

.PHONY: picture
picture: deps ## draw docs/mainforte.png from the demo
	MAINFORTE_PICTURE=$(CURDIR)/docs/mainforte.png go test -count=1 -run '^TestPicture$$' ./test
