# `make` or `make help` tells what there is.

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
EXTENSION := editor-extension
# How many packages' tests run at once: those with a Slurm site of their own mostly wait. The longest come first,
# so that nothing waits for them at the end.
PARALLEL ?= 4
PACKAGES := ./e2e/vscode ./e2e ./slurm ./testcluster ./tunnel ./internal/jupyter ./...
# A race build sleeps for a second at its end unless it is told not to. lint runs all of go vet. No result is taken
# from a cache, which does not know which Slurm and sshd the machine has.
GOTEST := GORACE=atexit_sleep_ms=0 go test -count=1 -race -vet=off -p $(PARALLEL) -parallel 8 -timeout 60m $(PACKAGES)

MEASURES := $(CURDIR)/bin/measures

# Without this folder's path in them, what one clone has compiled or checked is good for another, and what the
# packages need for the tests and for staticcheck.
export GOFLAGS := $(strip $(filter-out -trimpath,$(shell go env GOFLAGS 2>/dev/null)) -trimpath)

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' Makefile | expand -t 14

.PHONY: build
build: ## build bin/sunpyter
	go build -trimpath -ldflags='-s -w' -o bin/sunpyter ./cmd/sunpyter

.PHONY: package
package: node_modules ## build the six .vsix in dist/; TARGET=linux-x64 builds one
	npm run --silent package -- $(TARGET)

.PHONY: dist
dist: package ## the six .vsix, archives of the terminal program, and SHA256SUMS, in dist/
	go run ./scripts/dist

.PHONY: demo
demo: setup-demo build ## start a Slurm site on this machine and run Python on one of its nodes
	go build -o bin/demo ./testcluster/cmd/demo
	bin/demo -sunpyter bin/sunpyter

.PHONY: test
test: setup-vscode node_modules ## lint and run every test that does not take long
	@mkdir -p bin; { nice $(MAKE) --no-print-directory lint >bin/lint.log 2>&1; status=$$?; cat bin/lint.log; exit $$status; } & lint=$$!; \
		$(GOTEST); status=$$?; wait $$lint && exit $$status

.PHONY: check
check: ## lint and run the tests that need no Slurm site, editor or long wait: under 2 minutes
	@$(MAKE) --no-print-directory -j3 --output-sync=target lint-go lint-extension test-short

# Without cgo as lint-go, so that both compile the same.
.PHONY: test-short
test-short: export CGO_ENABLED = 0
test-short: node_modules
	go test -vet=off -short -parallel 6 ./...

.PHONY: faults
faults: setup-dbd setup-vscode setup-wine setup-logins setup-apptainer setup-modules node_modules ## run all tests, with the long and destructive ones, and keep their figures in docs/reliability.md
	@mkdir -p bin && rm -f $(MEASURES)
	SUNPYTER_REQUIRE_SITE=1 SUNPYTER_FAULTS=1 SUNPYTER_MEASURES=$(MEASURES) $(GOTEST); \
		status=$$?; go run ./e2e/cmd/reliability -update docs/reliability.md $(MEASURES); exit $$status

# Each takes some 20 minutes, and its root folder up to 1.2 GB of disk.
VERSIONS ?= trixie sid bullseye

.PHONY: versions
versions: setup-dbd setup-logins ## run the tests on the Slurm, OpenSSH and Jupyter of other Debians; the table is docs/versions.md
	@scripts/setup.sh versions
	@scripts/versions/run.sh $(VERSIONS); status=$$?; go run ./scripts/versions -update docs/versions.md bin/versions; exit $$status

.PHONY: pictures
pictures: setup-vscode ## retake the README's pictures in a real VS Code
	SUNPYTER_PICTURES=$(CURDIR)/docs/pictures go test -count=1 -run 'TestVSCode/main-job' ./e2e/vscode

.PHONY: bench
bench: setup-bench build ## measure, side by side; BENCH='-update docs/benchmarks.md' keeps the table
	go run ./bench $(BENCH)

.PHONY: lint
lint: ## lint all code, and run the extension's unit tests
	@$(MAKE) --no-print-directory -j2 --output-sync=target lint-go lint-extension

# As the packages are built: what is compiled here is good for them, and the other way round.
.PHONY: lint-go
lint-go: export CGO_ENABLED = 0
lint-go:
	@unformatted=$$(gofmt -l $(filter-out node_modules/,$(wildcard */))); if [ -n "$$unformatted" ]; then echo "gofmt -w $$unformatted"; exit 1; fi
	go vet ./...
	GOOS=windows go vet ./...
	GOOS=darwin go vet ./...
	go run $(STATICCHECK) ./...

.PHONY: lint-extension
lint-extension: node_modules
	npm run lint
	npm run check
	npm test

.PHONY: audit
audit: ## check dependencies for known vulnerabilities; "Error 3": the lists could not be reached, so nothing is proved
	@scripts/audit.sh

.PHONY: generate
generate: ## regenerate what is generated from the protocol's Go types
	go generate ./...

.PHONY: fuzz
fuzz: ## fuzz every parser for FUZZTIME (10s) each
	@for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $${FUZZTIME:-10s} $$package || exit 1; \
		done; \
	done

.PHONY: clean
clean: ## remove what was built
	rm -rf bin dist $(EXTENSION)/dist $(EXTENSION)/out

.PHONY: node_modules
node_modules: node_modules/.package-lock.json

# npm writes this file last, so an interrupted install is done anew.
node_modules/.package-lock.json: package-lock.json package.json $(EXTENSION)/package.json e2e/vscode/package.json
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

.PHONY: setup
setup:
	@scripts/setup.sh

.PHONY: setup-vscode
setup-vscode: setup
	@scripts/setup.sh vscode
	@scripts/setup-vscode.sh

.PHONY: setup-wine
setup-wine: setup
	@scripts/setup.sh wine
	@scripts/setup-wine.sh

.PHONY: setup-apptainer
setup-apptainer: setup
	@scripts/setup.sh apptainer
	@scripts/setup-apptainer.sh

.PHONY: setup-dbd
setup-dbd: setup
	@scripts/setup.sh dbd

.PHONY: setup-logins
setup-logins: setup
	@scripts/setup.sh logins

.PHONY: setup-modules
setup-modules: setup
	@scripts/setup-modules.sh

.PHONY: setup-bench
setup-bench: setup
	@scripts/setup.sh bench

# The notebook page is for a person to open.
.PHONY: setup-demo
setup-demo:
	@if [ -t 0 ]; then scripts/setup.sh demo; else scripts/setup.sh; fi
