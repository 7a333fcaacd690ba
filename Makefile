# `make help` lists what there is. Everything that is made or installed goes below .cache, node_modules and
# reports; `make clean` removes the first and the last.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
BIN := .cache/bin

# need <command> <what to do>: stops with one clear sentence when a tool is missing.
need = command -v $(1) >/dev/null || { echo "$(1) is missing: $(2)" >&2; exit 69; }
need_node = $(call need,node,install Node 20.19 or newer (https://nodejs.org))
need_terraform = $(call need,terraform,install Terraform 1.9 or newer (https://developer.hashicorp.com/terraform/install))
need_python = $(call need,python3,install Python 3.9 or newer with venv (Debian: apt install python3 python3-venv))
need_go = $(call need,go,install Go 1.25 or newer, 1.26.6 for test-engines, test-terragrunt and test-slow (https://go.dev/dl); only these, test-metadata, lint-hcl and docs need it)

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# npm writes this file when an installation ends; an older one than the lock means that the lock has changed.
node_modules/.package-lock.json: package-lock.json
	@$(need_node)
	@$(call need,npm,it comes with Node (https://nodejs.org))
	npm ci
	@touch $@

.PHONY: setup
setup: node_modules/.package-lock.json ## Install what the other targets need (they do it themselves)
	@$(need_terraform)
	@$(need_python)
	@npm run --silent terraform:prepare
	@echo "python with moto: $$(scripts/venv.sh venv local-cloud/requirements.txt)"

.PHONY: build
build: node_modules/.package-lock.json ## Bundle the functions into functions/dist
	@npm run --silent build

.PHONY: fmt
fmt: node_modules/.package-lock.json ## Format TypeScript, documents and HCL
	@$(need_terraform)
	@npm run --silent format
	@terraform fmt . && terraform fmt -recursive modules
	@for folder in examples tests; do [[ ! -d $$folder ]] || terraform fmt -recursive $$folder; done

.PHONY: lint
lint: node_modules/.package-lock.json ## Formatters, ESLint, imports, types and ShellCheck only
	@$(need_terraform)
	@npm test --silent -- --only prettier,eslint,imports,types,terraform-fmt,shellcheck

# Without Terraform's provider, Python or the network: for the loop of edit and check.
.PHONY: check
check: node_modules/.package-lock.json ## Formatters, linters, types, unit and contract tests, bundles (two minutes)
	@$(need_terraform)
	@$(call need,git,install git)
	@npm test --silent -- --only bundles,prettier,eslint,imports,types,terraform-fmt,shellcheck,unit

.PHONY: test
test: setup ## All that must hold but the long end-to-end files; ends with "N passed, N failed"
	@$(call need,git,install git)
	@npm test --silent

.PHONY: test-e2e
test-e2e: setup ## The long end-to-end files, which .ci/run adds to those of `make test`
	@npm test --silent -- --only e2e-long

.PHONY: e2e
e2e: setup ## One end-to-end file alone, long or not: make e2e FILE=two-accounts
	@[[ -n "$(FILE)" && -f "test/e2e/$(FILE).test.ts" ]] || \
	  { echo "make e2e FILE=<name>: there are $$(cd test/e2e && echo *.test.ts | sed 's/\.test\.ts//g')" >&2; exit 64; }
	@npm run --silent jest -- --ci --selectProjects e2e e2e-long --runTestsByPath "test/e2e/$(FILE).test.ts"

# Not part of `make test`: a Debian 13 is made first (some minutes and 0.8 GB, once), and emulating it takes as long again
# as Debian 12 does there.
.PHONY: test-debian13
test-debian13: setup build ## The data path on Debian 13's kernel, the units by its systemd, the agent on its Node (root)
	@DATAPLANE_SYSTEM=debian13 npm run --silent jest -- --ci --runTestsByPath \
	  test/debian13/system.test.ts test/dataplane/dataplane.test.ts

.PHONY: test-upgrade
test-upgrade: setup ## From the first version that mirrored to this one, under running sessions (four minutes)
	@$(call need,git,install git)
	@npm run --silent jest -- --ci --selectProjects upgrade

.PHONY: test-life
test-life: setup ## A node's whole life in the virtual machine, its bucket away for ten minutes (as root on Debian 12; 25 minutes)
	@LIFE_IN_MACHINE=1 LIFE_OUTAGE_SECONDS=600 npm run --silent jest -- --ci --selectProjects dataplane --runTestsByPath test/dataplane/life.test.ts

.PHONY: demo
demo: setup build ## The product at work in a local cloud, start to finish
	@npm run --silent demo

.PHONY: demo-traffic
demo-traffic: setup build ## make demo with real packets, in network namespaces (root on Linux; DEFAULTS=yes: as shipped)
	@npm run --silent demo:traffic -- $(if $(DEFAULTS),--defaults)

.PHONY: bench
bench: setup build ## Calls, CPU, memory and start-up times
	@npm run --silent bench -- all

# Its options by their make names; what is not given is left out by qualify/options.ts.
.PHONY: qualify
qualify: setup ## Ask an AWS account what only it can settle: make qualify REGION=eu-west-1 BUDGET=5 (an hour, dollars)
	@$(call need,git,install git)
	@node_modules/.bin/tsx qualify/main.ts run --region "$(REGION)" --budget "$(BUDGET)" --minutes "$(or $(MINUTES),90)" \
	  --trail "$(TRAIL)" --detector "$(DETECTOR)" --fargate-interface "$(FARGATE_INTERFACE)" \
	  --second-profile "$(SECOND_PROFILE)" --shared-target "$(SHARED_TARGET)"

.PHONY: qualify-clean
qualify-clean: setup ## Take away what a qualification that was killed has left: make qualify-clean REGION=eu-west-1
	@$(call need,git,install git)
	@node_modules/.bin/tsx qualify/main.ts clean --region "$(REGION)" --second-profile "$(SECOND_PROFILE)"

.PHONY: test-qualify
test-qualify: setup ## The qualification against the local cloud, every switch on both sides (some minutes)
	@npm test --silent -- --only qualify

.PHONY: record-event-patterns
record-event-patterns: setup ## Ask AWS's event rule engine again what it says of each pattern (needs Java and Maven)
	@$(call need,mvn,install Maven and Java 17 (Debian: apt install maven openjdk-17-jdk-headless); only this target needs them)
	@node_modules/.bin/tsx test/authorities/event-patterns/record.ts

.PHONY: record-permissions
record-permissions: setup ## Apply, change and destroy each module, and write docs/applier-policies (ten minutes)
	@node_modules/.bin/tsx test/applier/record.ts
	@npm run --silent applier:policies

# What their own releases are linked with: otherwise they call themselves development versions.
$(BIN)/tofu: link := -X github.com/opentofu/opentofu/version.dev=no
$(BIN)/terraform-1.9: link := -X github.com/hashicorp/terraform/version.dev=no

# tools/<tool>/go.mod and go.sum pin the tool and all it is made of.
$(BIN)/%: tools/%/go.mod tools/%/go.sum
	@$(need_go)
	@echo "building $* (once, some minutes)"
	@mkdir -p $(BIN)
	@cd tools/$* && GOFLAGS=-mod=readonly go build -trimpath -ldflags "$(link)" -o ../../$@ tool
	@touch $@

# Terragrunt's live repositories say which version they want, so the build has to know its own.
$(BIN)/terragrunt: tools/terragrunt/go.mod tools/terragrunt/go.sum
	@$(need_go)
	@echo "building terragrunt (once, some minutes)"
	@mkdir -p $(BIN)
	@cd tools/terragrunt && export GOFLAGS=-mod=readonly && \
	  version=$$(go list -m -f '{{.Version}}' github.com/gruntwork-io/terragrunt) && \
	  go build -trimpath -ldflags "-X github.com/gruntwork-io/terragrunt/internal/version.Version=$$version" -o ../../$@ tool
	@touch $@

.PHONY: test-terragrunt
test-terragrunt: setup ## examples/terragrunt by the real Terragrunt: the PATH's, else one is built (needs Go)
	@command -v terragrunt >/dev/null || $(MAKE) --no-print-directory $(BIN)/terragrunt
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm test --silent -- --only terragrunt

# Both wait for most of their time, and so take no longer together than the longer one alone.
.PHONY: test-slow
test-slow: setup ## test-terragrunt and test-qualify side by side (needs Go)
	@command -v terragrunt >/dev/null || $(MAKE) --no-print-directory $(BIN)/terragrunt
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm test --silent -- --only terragrunt,qualify

.PHONY: test-metadata
test-metadata: setup $(BIN)/ec2-metadata-mock ## The node's programs against AWS's own instance metadata mock (needs Go)
	@npm test --silent -- --only instance-metadata

# Not part of .ci/run, which is near its hour: building an engine takes minutes, and each run of one takes some more.
.PHONY: test-engines
test-engines: setup $(BIN)/tofu $(BIN)/terraform-1.9 ## The single-account example by OpenTofu and the oldest Terraform (needs Go)
	@npm run --silent jest -- --ci --selectProjects engines

.PHONY: lint-hcl
lint-hcl: $(BIN)/tflint ## tflint over modules and examples (needs Go)
	@scripts/each-folder.sh roots $(BIN)/tflint --config="$(CURDIR)/.tflint.hcl" --no-color --chdir=

.PHONY: docs
docs: $(BIN)/terraform-docs node_modules/.package-lock.json ## Write the modules' inputs and outputs, and README's Limits (needs Go)
	@node_modules/.bin/tsx scripts/module-docs.ts $(BIN)/terraform-docs
	@node_modules/.bin/tsx qualify/docs.ts

.PHONY: docs-check
docs-check: $(BIN)/terraform-docs node_modules/.package-lock.json ## Fail when `make docs` would change something (needs Go)
	@node_modules/.bin/tsx scripts/module-docs.ts $(BIN)/terraform-docs --output-check
	@node_modules/.bin/tsx qualify/docs.ts --check

.PHONY: clean
clean: ## Remove caches and reports, but not node_modules
	rm -rf .cache reports coverage
