# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo test test-browser check install bench clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    install, build a sample catalogue, ask it five questions"
	@echo "make test    install, run the test suite"
	@echo "make test-browser  the page in a real Chromium, the API with other clients"
	@echo "make check   ruff and mypy --strict"
	@echo "make bench   measure speed and quality beside the peers"

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "courselens needs Python 3.10 or newer; name one: make PYTHON=python3.12 demo"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[build,dev]'
	@touch $@

demo: $(INSTALLED)
	$(BIN)/python scripts/demo.py

test: $(INSTALLED)
	$(BIN)/python -m pytest -q

test-browser: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[browser]'
	@command -v chromium chromium-browser google-chrome >/dev/null || { echo "installing chromium (Debian package)"; apt-get update -q && apt-get install -q -y chromium || { echo "no Chromium could be installed: install chromium or google-chrome yourself, then run make test-browser again"; exit 1; }; }
	$(BIN)/python -m pytest -q -m browser tests/browser

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# In this order: ask_latency takes the workspaces that build_scaling makes. WORKSPACE=folder adds the exam and the server.
BENCHMARKS := train_speed time_to_quality encode_speed search_latency build_scaling ask_latency cold_start
bench: $(INSTALLED)
	@mkdir -p benchmarks/results
	@for name in $(BENCHMARKS); do \
	  echo "== $$name"; $(BIN)/python benchmarks/$$name.py --json benchmarks/results/$$name.json || exit 1; \
	done
	@if [ -n "$(WORKSPACE)" ]; then $(BIN)/python benchmarks/exam.py "$(WORKSPACE)" && $(BIN)/python benchmarks/serve_load.py "$(WORKSPACE)" --json benchmarks/results/serve_load.json; fi
	$(BIN)/python benchmarks/results.py

clean:
	rm -rf demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
