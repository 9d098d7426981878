# Needs Python 3.10 or newer and make, nothing else. `make help` lists what there is.

PYTHON ?= python3
PORT ?= 8080
ARGS ?=

DEFAULT_AIRFLOW := 3.3.2
TESTED_AIRFLOWS := 3.3.2 3.2.2
AIRFLOW_VERSION ?= $(DEFAULT_AIRFLOW)
CONSTRAINTS := constraints/airflow-$(AIRFLOW_VERSION).txt
VENV := $(if $(filter $(DEFAULT_AIRFLOW),$(AIRFLOW_VERSION)),.venv,.venv-$(AIRFLOW_VERSION))
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PIP_INSTALL = -m pip install --quiet --disable-pip-version-check
WORK := build/work

# The page. Its bundle is committed: only those who change it need Node.
UI := airflow_approvals/ui
UI_INSTALLED := $(UI)/node_modules/.installed
UI_MAX_BYTES := 150000
# npm 11 refuses the lock file's optional packages for other machines.
NPM := npm exec --yes --package=npm@10.9.4 -- npm

ifeq ($(filter $(AIRFLOW_VERSION),$(TESTED_AIRFLOWS)),)
$(error AIRFLOW_VERSION=$(AIRFLOW_VERSION) is not one of $(TESTED_AIRFLOWS))
endif

.DEFAULT_GOAL := help
.PHONY: help audit chaos demo demo-shell demo-check test test-ui mutants coverage-report lint lint-ui format format-ui ui screenshots build check-wheel \
  constraints clean

help: ## Show this list
	@echo "Usage: make TARGET [AIRFLOW_VERSION=$(DEFAULT_AIRFLOW)] [PYTHON=python3]"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s%s\n", $$1, $$2 }'

$(INSTALLED): setup.cfg airflow_approvals/__init__.py $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "Python 3.10 or newer is needed, and '$(PYTHON)' is not. Name one: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Installing Airflow $(AIRFLOW_VERSION) and the package into $(VENV) (a minute or two, only this once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(PIP_INSTALL) --constraint $(CONSTRAINTS) --editable '.[fab,dev]'
	@touch $@

$(UI_INSTALLED): $(UI)/package-lock.json
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); if (a * 100 + b < 2019) throw 0' \
	  2> /dev/null || { echo "Node 20.19 or newer and npm are needed to work on the page."; exit 1; }
	@cd $(UI) && $(NPM) ci --silent
	@touch $@

demo: $(INSTALLED) ## Run Airflow with a Dag that waits for you at a gate (PORT=8080 moves it)
	@$(BIN)/python -m dev.demo --port $(PORT)

demo-shell: $(INSTALLED) ## A shell for the running demo, or one command (ARGS="airflow approvals list")
	@$(BIN)/python -m dev.demo_shell $(ARGS)

demo-check: $(INSTALLED) ## The demo without a person: approve over REST, check that the run succeeds
	@$(BIN)/python -m dev.demo --check

# COVERAGE=1 also measures, for coverage-report.
RUN_PYTEST := $(if $(COVERAGE),-m coverage run --parallel-mode) -m pytest

test: $(INSTALLED) ## Run the tests (ARGS="-k escalation", ARGS=tests/unit)
	@$(if $(COVERAGE),rm -f .coverage .coverage.*)
	@$(BIN)/python -m dev.postgres -- $(BIN)/python $(RUN_PYTEST) $(ARGS)

chaos: $(INSTALLED) ## Take parts of a cluster away while gates wait, all of them three times, and print the table (an hour)
	AIRFLOW_APPROVALS_TEST_NO_SKIP=1 AIRFLOW_APPROVALS_TEST_ROUNDS=3 $(BIN)/python -m pytest tests/cluster $(ARGS)

test-ui: $(UI_INSTALLED) ## Test the page's logic
	cd $(UI) && npx vitest run

mutants: $(INSTALLED) ## Change domain and runner line by line and see which changes no test notices (an hour)
	@$(BIN)/python $(PIP_INSTALL) --constraint $(CONSTRAINTS) --editable '.[fab,dev,mutants]'
	@rm -rf mutants
	$(BIN)/python -m mutmut run || true
	$(BIN)/python -m mutmut results

coverage-report: $(INSTALLED) ## After `make test COVERAGE=1`: domain/ and service/ must be covered completely
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m coverage report --fail-under=100 \
	  --include='airflow_approvals/domain/*,airflow_approvals/service/*'

lint: $(INSTALLED) lint-ui ## Check style, types, layers, and that the page's bundle is what its source makes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p airflow_approvals -p dev
	$(BIN)/lint-imports

lint-ui: $(INSTALLED) $(UI_INSTALLED)
	@$(BIN)/python -m dev.openapi build/openapi.json
	cd $(UI) && npx openapi-typescript ../../build/openapi.json --output ../../build/schema.gen.ts
	cmp build/schema.gen.ts $(UI)/src/api/schema.gen.ts
	cd $(UI) && npx tsc --noEmit
	cd $(UI) && npx eslint --max-warnings 0 .
	cd $(UI) && npx prettier --check --log-level warn .
	cd $(UI) && npx vite build --logLevel warn --outDir ../../build/ui --emptyOutDir
	diff -r build/ui $(UI)/dist
	test "$$(wc -c < $(UI)/dist/approvals.js)" -le $(UI_MAX_BYTES)

ui: $(INSTALLED) $(UI_INSTALLED) ## Rebuild the page: types from the API, then the bundle
	@$(BIN)/python -m dev.openapi build/openapi.json
	cd $(UI) && npx openapi-typescript ../../build/openapi.json --output src/api/schema.gen.ts
	cd $(UI) && npx tsc --noEmit && npx vite build

screenshots: $(INSTALLED) ## Make the pictures in docs/images (needs Chromium)
	$(BIN)/python -m dev.screenshots

audit: $(INSTALLED) $(UI_INSTALLED) ## Ask whether the pinned packages have known weaknesses (needs the internet)
	@$(BIN)/python $(PIP_INSTALL) pip-audit
	$(BIN)/python -m pip_audit --requirement $(CONSTRAINTS) --no-deps --disable-pip
	cd $(UI) && $(NPM) audit --omit=dev

format: $(INSTALLED) ## Rewrite the code in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

format-ui: $(UI_INSTALLED) ## The same for the page; apart, because it needs Node
	cd $(UI) && npx eslint --fix .
	cd $(UI) && npx prettier --write --log-level warn .

build: $(INSTALLED) ## Build wheel and sdist into dist/
	@rm -rf dist
	$(BIN)/python -m build

check-wheel: build ## Install the built wheel alone into a clean environment and use it
	@rm -rf $(WORK) && mkdir -p $(WORK)
	@$(PYTHON) -m venv $(WORK)/venv
	@$(WORK)/venv/bin/python $(PIP_INSTALL) --constraint $(CONSTRAINTS) dist/*.whl
	cd $(WORK) && venv/bin/python -c 'import airflow_approvals; print(airflow_approvals.__file__)'
	cd $(WORK) && AIRFLOW_HOME="$$PWD/home" venv/bin/airflow providers list --output plain \
	  | grep airflow-provider-approvals
	cd $(WORK) && AIRFLOW_HOME="$$PWD/home" venv/bin/airflow db migrate > log 2>&1 || { cat log; exit 1; }
	cd $(WORK) && AIRFLOW_HOME="$$PWD/home" venv/bin/airflow approvals list
	@rm -rf $(WORK)

constraints: ## Look for the newest versions that fit and pin them in constraints/
	@rm -rf $(WORK) && mkdir -p $(WORK)
	@$(PYTHON) -m venv $(WORK)/venv
	@$(WORK)/venv/bin/python $(PIP_INSTALL) uv
	@for version in $(TESTED_AIRFLOWS); do \
	  echo "constraints/airflow-$$version.txt"; \
	  $(WORK)/venv/bin/uv pip compile --quiet --universal --python-version 3.10 --no-header --no-annotate \
	    --upgrade --no-python-downloads --extra fab --extra dev --extra mutants --output-file constraints/airflow-$$version.txt \
	    setup.cfg constraints/airflow-$$version.in > /dev/null || exit 1; \
	done
	@rm -rf $(WORK)

clean: ## Remove everything the other targets made, the demo's database included
	rm -rf .venv .venv-* .demo build dist mutants *.egg-info .coverage .coverage.* htmlcov $(UI)/node_modules
	rm -rf .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache .schemathesis
	find airflow_approvals benchmarks dags dev tests -name __pycache__ -prune -exec rm -rf {} +
