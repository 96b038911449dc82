# Everything a developer or a build machine runs. `make` alone prints this list.
# demo, test and build need Go and nothing else.

# The toolchain is the one that is installed, and no command may edit go.mod on the side.
export GOTOOLCHAIN := local
export GOFLAGS := $(strip $(GOFLAGS) -mod=readonly)
# Cordon is one static binary. Only the race detector needs cgo, and asks for it itself.
export CGO_ENABLED := 0

SHELL := /bin/sh
GO ?= go
# How long each fuzz target runs: a duration, or a count such as 1000x.
FUZZTIME ?= 10s
# Added to `go test`, for example TESTFLAGS=-v or TESTFLAGS='-run Ruling'.
TESTFLAGS ?=

# Builds once what the targets below run. The flags are those of tests, so that what either compiled serves both.
DEV = mkdir -p bin && { [ -e bin/cordon-dev ] || printf '%s\n' 'Building Cordon and the libraries it is made of. The first time this downloads them and takes some minutes' \
	'on a machine of two processors, in which nothing is printed; from then on seconds.' >&2; } && \
	$(GO) build -o bin/cordon-dev ./cmd/cordon

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo run test check format vet lint layers drift race fuzz schemathesis bench bench-pages soak recall kills cases workers build generate clean

help: ## Print this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# A line for each ruling: what was asked, the verdict, and what stands first under why.
DEMO_LINES = awk '\
	function show() { if (of != "") printf "  %-30s %s%s\n", of, verdict, (why == "" ? "" : ": " why); of = "" } \
	/^$$/ { first = 1; next } \
	first && /^[a-z0-9-]+$$/ { show(); of = $$0; verdict = ""; why = ""; next } \
	{ first = 0 } \
	of != "" && verdict == "" { sub(/^[^ ]+ /, ""); verdict = $$0; next } \
	/^Why/ { reasons = 1; next } \
	reasons { reasons = 0; sub(/^ *[^ ]+ /, ""); why = $$0; if (why !~ /[.\]]$$/) why = why " ..." } \
	BEGIN { first = 1 } END { show() }'

demo: ## Judge the activities of July 2017, a line each, and, on a terminal, serve them as pages
	@$(DEV)
	@printf '%s\n' 'Cordon: what the law was on the day, for each activity in examples/july-2017' ''
	@bin/cordon-dev decide examples/july-2017/*.yaml > bin/demo.txt
	@$(DEMO_LINES) bin/demo.txt
	@printf '\n%s\n%s\n' "All of it, with duties, ways out and what would change the answer: bin/demo.txt ($$(wc -l < bin/demo.txt | tr -d ' ') lines)." \
		'One of them: bin/cordon-dev decide --brief examples/july-2017/03-ferry.yaml'
	@if [ -t 1 ]; then \
		printf '\n%s\n' 'The same as pages, without sign-in on this machine: open http://127.0.0.1:8080/story/july-2017' 'A desk with an example to work on: http://127.0.0.1:8080/work'; \
		bin/cordon-dev serve --log faults; \
	else \
		printf '\n%s\n' 'The same as pages: `make run`, then http://127.0.0.1:8080/story/july-2017'; \
	fi

run: ## Serve pages and the API on 127.0.0.1:8080 (ADDR=host:port for another address)
	@$(DEV)
	@bin/cordon-dev serve $(if $(ADDR),--addr $(ADDR))

# Vetted once, whole: `go test` would vet a part of it again for each package.
test: vet ## Vet and run every test; those that lack a browser or Postgres skip and say so under -v
	$(GO) test -vet=off $(TESTFLAGS) ./...

check: format vet lint layers drift race ## All that must hold before a merge: format, lint, layers, generated files, races
	@echo 'check: passed'

format:
	@files=$$($(GO) tool gofumpt -l .) || exit 1; \
	if [ -n "$$files" ]; then \
		printf 'format: not formatted; run "go tool gofumpt -w ." on:\n%s\n' "$$files" >&2; exit 1; \
	fi; \
	echo 'format: every file is as gofumpt writes it'

vet:
	$(GO) vet ./...

lint:
	$(GO) tool staticcheck ./...

layers:
	$(GO) test -count=1 ./internal/importtest

# Files are compared with themselves from before, not with the last commit, so that the check can be run before
# committing too. On a clean checkout it also catches a generated file that was never committed.
drift:
	@dir=$$(mktemp -d) || exit 1; trap 'rm -rf "$$dir"' EXIT; \
	list() { find . -type f ! -path './.git/*' ! -path './bin/*' -exec cksum {} + | sort; }; \
	list >"$$dir/before" && $(GO) generate ./... && list >"$$dir/after" || exit 1; \
	if ! diff "$$dir/before" "$$dir/after" >"$$dir/diff"; then \
		echo 'drift: "go generate ./..." changed these files; look at them and commit them:' >&2; \
		sed -n 's/^[<>] [0-9]* [0-9]* /  /p' "$$dir/diff" | sort -u >&2; exit 1; \
	fi; \
	echo 'drift: generated files are as their generators write them'

# The race detector is the one thing that needs cgo and so a C compiler. It sees nothing where nothing runs at once, and slows all
# tenfold, so that it runs with packages that start or guard something; of the command, the API and the stores, whose tests mostly ask
# one question after the other, with the tests that do not; and not where all tests do, as those of rulings, which decide asks at once.
RACED = $(shell grep -rlE --include='*.go' '"sync"|"sync/atomic"|go func' internal | xargs -n1 dirname | sort -u | sed 's|^|./|' | \
	grep -vE '/(web|states|sqlite|postgres|backup|backuptest|casework|httpapi|ruling|extract)$$') ./internal/journal ./internal/recordfs
race:
	@if command -v $(firstword $(shell $(GO) env CC)) >/dev/null 2>&1; then \
		set -x; CGO_ENABLED=1 $(GO) test -vet=off -race -short $(RACED) && \
		CGO_ENABLED=1 $(GO) test -vet=off -race -short -run 'TestNewListsTakeEffect|TestDatasetsChangeUnderRequests|TestServeKeeps|TestTerminated$$' ./cmd/cordon && \
		CGO_ENABLED=1 $(GO) test -vet=off -race -short -run 'TestBatch|TestTooManyAtOnce|TestSlowBody' ./internal/httpapi && \
		CGO_ENABLED=1 $(GO) test -vet=off -race -short -run 'TestJobs' ./internal/sqlite; \
	else \
		echo 'race: SKIPPED, no C compiler found (the race detector needs cgo); install gcc to run it' >&2; \
	fi

# Two packages at a time, each linked once for all its targets, and without vet, which `make test` has run: most of a short run is
# building and linking. What it tries is kept where `go test -fuzz` keeps it. GUIDE= leaves out what has chance prefer the inputs that
# reach new code: all code is compiled once more for it, and of some hundred inputs hardly any profits.
GUIDE ?= -fuzz .
FUZZED = $(shell grep -rElo --include='*_test.go' '^func Fuzz[[:alnum:]_]+' . | xargs -n1 dirname | sort -u)
fuzz: ## Run every fuzz target for FUZZTIME (10s) each
	@dir=$$(mktemp -d) || exit 1; trap 'rm -rf "$$dir"' EXIT; export dir kept="$$($(GO) env GOCACHE)/fuzz"; \
	printf '%s\n' $(FUZZED) | xargs -P 2 -n 1 sh -c 'bin="$$dir/$$(printf %s "$$0" | tr / _)"; found=0; \
		$(GO) test -vet=off -c $(GUIDE) -o "$$bin" "$$0" && cd "$$0" || exit 1; \
		for f in $$(grep -hEo "^func Fuzz[[:alnum:]_]+" *_test.go | cut -d" " -f2); do \
			out=$$("$$bin" -test.run "^$$" -test.fuzz "^$$f$$" -test.fuzztime $(FUZZTIME) -test.fuzzminimizetime 1s \
				-test.fuzzcachedir "$$kept/$$($(GO) list)" 2>&1) && printf "%s: %s: %s\n" "$$0" "$$f" \
				"$$(printf "%s" "$$out" | grep "execs:" | tail -n 1)" || { printf "== %s in %s\n%s\n" "$$f" "$$0" "$$out"; found=1; }; \
		done; rm -f "$$bin"; exit $$found' || { echo 'fuzz: something was found, see above' >&2; exit 1; }
	@echo "fuzz: $$(grep -rEo --include='*_test.go' '^func Fuzz[[:alnum:]_]+' . | wc -l) targets, $(FUZZTIME) each, nothing found"

# Not part of `make check`: it needs Python's schemathesis (pip install schemathesis). That what fits a schema is accepted is
# not asked, since no schema says which states, codes and provisions there are; streams of lines it cannot write.
SCHEMATHESIS_PORT ?= 18099
schemathesis: ## Drive the API from its description with schemathesis, where it is installed
	@if ! command -v schemathesis >/dev/null 2>&1; then \
		echo 'schemathesis: SKIPPED, not installed (pip install schemathesis); go test ./cmd/cordon -run API asks the same in Go' >&2; exit 0; \
	fi; \
	$(DEV) || exit 1; dir=$$(mktemp -d) || exit 1; \
	bin/cordon-dev serve --addr 127.0.0.1:$(SCHEMATHESIS_PORT) --data "$$dir/none" --log faults >"$$dir/log" 2>&1 & server=$$!; \
	trap 'kill $$server; rm -rf "$$dir"' EXIT; \
	for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1; grep -q 'serves on' "$$dir/log" && break; done; \
	grep 'serves on' "$$dir/log" || { cat "$$dir/log" >&2; exit 1; }; \
	cd "$$dir" && schemathesis run "http://127.0.0.1:$(SCHEMATHESIS_PORT)/openapi.json" --phases examples,coverage,fuzzing \
		--exclude-checks positive_data_acceptance --exclude-path-regex '/batch$$' $(SCHEMATHESISFLAGS)

bench: ## Run the benchmarks and print the table of docs/BENCHMARKS.md
	@$(GO) test -run '^$$' -bench . -benchmem $(TESTFLAGS) ./internal/decide ./internal/goods ./internal/place ./cmd/cordon ./internal/match ./internal/screening | awk -f docs/benchtable.awk

bench-pages: ## Time of the processor that each page takes, asked again and asked for the first time
	@$(GO) test -run '^$$' -bench 'Page$$' -benchtime 20x -cpu 1 $(TESTFLAGS) ./internal/web | awk -f docs/benchtable.awk
	@$(GO) test -run '^$$' -bench 'Pages$$' -benchtime 3x -cpu 1 $(TESTFLAGS) ./internal/web | awk -f docs/benchtable.awk

# The program is a process of its own, asked over connections to it; its list is kept in SOAKDIR for the next run, where that is given.
DURATION ?= 20s
CONNECTIONS ?= 16
SUBJECTS ?= 30000
soak: ## Load a server of 30,000 subjects for DURATION (20s) over CONNECTIONS (16): MODE=screen,match,kept,batch; CLIENT=own or wrk
	@$(DEV)
	@SOAK_PROGRAM=$(CURDIR)/bin/cordon-dev SOAK_TIME=$(DURATION) SOAK_CONNECTIONS=$(CONNECTIONS) SOAK_SUBJECTS=$(SUBJECTS) \
		SOAK_MODE=$(MODE) SOAK_CLIENT=$(CLIENT) SOAK_DIR=$(SOAKDIR) \
		$(GO) test -count=1 -timeout 24h -run '^TestSoak$$' ./cmd/cordon -v

recall: ## Compare the index with scoring every pair, over 20,000 queries (some ten minutes)
	CORDON_RECALL=20000 $(GO) test -count=1 -timeout 60m -v -run 'TestIndexLosesNothing' ./internal/screening

cases: ## Run 100,000 random histories of cases and 20,000 of licences beside their models (some minutes)
	$(GO) test -count=1 -timeout 60m -v -run 'TestHistories' ./internal/casework -rapid.checks=100000
	$(GO) test -count=1 -timeout 60m -v -run 'TestLost' ./internal/licence -rapid.checks=20000

KILLS ?= 100
kills: ## Kill loads, PostgreSQL under them, and servers that keep answers in SQLite and in PostgreSQL KILLS (100) times each, and look what is left
	CORDON_KILLS=$(KILLS) $(GO) test -count=1 -timeout 120m -v -run 'TestKill$$|TestServeKilled|TestRescreenSurvives' ./internal/sqlite ./internal/postgres ./cmd/cordon

NAMES ?= 2000000
workers: ## Screen NAMES names (2,000,000) with three workers; kill one, and the database; rates of one to three (ten minutes and more)
	CORDON_NAMES=$(NAMES) $(GO) test -count=1 -timeout 120m -v -run 'TestWorkers$$' ./cmd/cordon

build: ## Build the static binary bin/cordon
	$(GO) build -trimpath -o bin/cordon ./cmd/cordon

generate: ## Write the generated files anew
	$(GO) generate ./...

clean: ## Remove what the build left behind
	rm -rf bin dist
