# Everything runs in .venv, made from the hash-locked requirements. `make` alone lists the targets.

PYTHON ?= python3
BIN := .venv/bin/python
PIP := $(BIN) -m pip --disable-pip-version-check --quiet --quiet
LOCK := $(BIN) -m uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet

.DEFAULT_GOAL := help
.PHONY: help run manage test faults check lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/local.stamp ## Run everything on this machine until Ctrl-C; PORT=9000 moves it
	@exec $(BIN) -m dev.run --end-with-parent

manage: .venv/local.stamp ## Any manage.py command for what `make run` runs; ARGS="seed --entries 10000"
	@exec $(BIN) -m dev.manage $(ARGS)

test: .venv/dev.stamp node_modules/axe-core/axe.min.js ## Run the whole test suite; ARGS="--cov" measures its coverage
	@$(BIN) -m pytest -m "not alone" --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)
	@exec $(BIN) -m pytest -m alone

faults: .venv/dev.stamp ## Break one part after the other under load and count, in 25 minutes; ARGS="--only web"
	@exec $(BIN) -m tests.faults $(ARGS)

check: .venv/dev.stamp ## Lint, types, templates, migrations, production settings, German catalogue
	$(BIN) -m ruff check
	$(BIN) -m ruff format --check
	$(BIN) -m mypy .
	$(BIN) -m djlint --quiet --check --lint templates
	$(BIN) -m dev.catalogue check
	$(BIN) -m dev.catalogue compile
	@set -a; . dev/production.env; set +a; exec $(BIN) -m dev.with_servers sh -ec '\
		$(BIN) manage.py check --deploy --fail-level WARNING --database default; \
		$(BIN) manage.py makemigrations --check --dry-run'

lock: .venv/dev.stamp ## Resolve pyproject.toml into the three requirements files
	$(PIP) install uv
	$(LOCK) -o requirements.txt
	$(LOCK) --group local -o requirements-local.txt
	$(LOCK) --group dev -o requirements-dev.txt

clean: ## Remove .venv and caches; the data in .data stay
	rm -rf .venv node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis htmlcov .coverage staticfiles test-results
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

# Without pip first: that step is over in an instant, so a killed `make` leaves no half environment behind.
$(BIN):
	@$(PYTHON) -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer with the modules venv and ensurepip is needed (Debian: apt-get install" \
			"python3-venv). Another interpreter: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv --clear --without-pip .venv

.venv/local.stamp: requirements-local.txt $(BIN)
	@$(BIN) -m ensurepip >/dev/null
	@echo "Installing $< ..."
	@$(PIP) install --require-hashes -r $<
	@touch $@

# What the browser tests judge accessibility by. Without npm they are skipped, except in continuous integration.
node_modules/axe-core/axe.min.js: package-lock.json
	@if command -v npm >/dev/null; then npm ci --ignore-scripts --no-audit --no-fund --silent && touch $@; \
	else echo "npm is not installed: accessibility is not tested." >&2; fi

# Holds everything of requirements-local.txt too.
.venv/dev.stamp: requirements-dev.txt $(BIN)
	@$(BIN) -m ensurepip >/dev/null
	@echo "Installing $< ..."
	@$(PIP) install --require-hashes -r $<
	@touch .venv/local.stamp $@
