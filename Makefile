# make demo    build the bundled example trial and say where its page is
# make test    every test; ends with pytest's summary line
# make check   format, lint, types, import direction
# make bench   speed, as ratios in one run
# make docs    write the generated reference pages anew, and the site if mkdocs is there
#
# Each target sets up what it needs: a virtual environment with the locked dependencies.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Where real records and trials lie beside the project, the corpus tests read them.
ifndef TOPLINE_CORPUS
ifneq ($(wildcard ../shared/data),)
export TOPLINE_CORPUS := $(abspath ../shared/data)
endif
endif

.PHONY: demo test check bench docs clean

demo: $(READY)
	$(BIN)/topline build examples/hcc/study.yaml --output out/hcc

test: $(READY) check
	@sh scripts/browser.sh
	@# Matrices of a test are small: threads for each would take longer than the arithmetic.
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) $(VENV)/.peers
	$(BIN)/python -m benchmarks

# What is measured beside; no other target needs it.
$(VENV)/.peers: requirements-peers.lock $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

docs: $(READY)
	$(BIN)/python -m docs.generate

$(READY): pyproject.toml requirements.lock
	@sh scripts/environment.sh "$(PYTHON)" "$(VENV)"
	@touch $(READY)

clean:
	rm -rf $(VENV) out build dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis
