# Everything a user or a developer runs; each target sets up what it needs. GNU make 3.81 or later, any POSIX sh.

.DEFAULT_GOAL := help
.PHONY: help setup remake demo test test-long evidence mutation lint types contracts bench docs notebooks lock clean
unexport PYTHONPATH

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
INSTALLED := $(VENV)/.installed
BENCH := $(VENV)/bench
LOCK_WITH := uv==0.13.9
MUTATE_WITH := mutmut==3.8.1
INSTALL_WITH := pip==26.3  # the pip that came with an early 3.12 cannot read the lock

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(INSTALLED)  ## make .venv: the locked dependencies and the command .venv/bin/forecast (PYTHON=... names the Python for it)

# The environment is made anew when its interpreter has been removed, or when the folder was moved or copied: its scripts
# and the editable install hold the path. After that, only a change of what is installed runs pip again.
READY := $(shell test -x $(PY) && test "`cat $(INSTALLED) 2>/dev/null`" = "$(CURDIR)" && echo yes)

$(INSTALLED): requirements.lock pyproject.toml $(if $(READY),,remake)
ifneq ($(READY),yes)
	@python=`sh scripts/find_python.sh "$(PYTHON)"` || exit 1; \
	echo "Making $(VENV) with $$python"; \
	"$$python" -m venv --clear $(VENV)
endif
	@echo "Installing the locked dependencies into $(VENV) (some minutes the first time)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --upgrade $(INSTALL_WITH)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@echo "$(CURDIR)" > $@

demo: setup  ## forecast the shipped case as seen on 9 May 2025 and write its report
	@$(BIN)/forecast run ukraine-2025 --as-of 2025-05-09
	@echo; echo "The report, to read in a browser and to print:"; ls -1 reports/ukraine-2025/2025-05-09_*.html reports/ukraine-2025/2025-05-09_*.pdf

test: setup  ## unit, property and exact checks
	$(PY) -m pytest -m "not long and not evidence"

test-long: setup  ## sampling checks at reduced counts
	$(PY) -m pytest -m long --timeout=1800

evidence: setup  ## the full counts; writes docs/evidence (hours)
	$(PY) -m pytest -m evidence --timeout=0

mutation: setup  ## break the model and the projection piece by piece: which breaks do the quick tests miss (two hours)
	@$(PY) -m pip install --quiet --disable-pip-version-check --target $(VENV)/mutation --upgrade $(MUTATE_WITH)
	PYTHONPATH="$(CURDIR)/$(VENV)/mutation" $(PY) scripts/mutation.py

lint: setup  ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup  ## mypy
	$(BIN)/mypy

contracts: setup  ## one-way imports
	$(BIN)/lint-imports

# All samplers that are compared run in one environment. Python 3.12 if there is one, since models that PyStan compiles
# under 3.13 do not load there; its first pip is renewed because that of 3.12.1 cannot install the lock.
$(BENCH)/.installed: requirements.lock pyproject.toml | setup
	@echo "Installing the locked dependencies and the samplers to compare with into $(BENCH)"
	@python=`VERSIONS=3.12 sh scripts/find_python.sh 2>/dev/null` || python=$(PY); "$$python" -m venv --clear --upgrade-deps $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable ".[bench]"
	@touch $@

bench: setup $(BENCH)/.installed  ## run every benchmark (hours)
	@for benchmark in benchmarks/*.py; do test -e "$$benchmark" || { echo "there are no benchmarks yet"; exit 0; }; echo "$$benchmark"; $(PY) "$$benchmark" || exit 1; done

docs: setup  ## write docs/reference from the commands' own help, the API's docstrings and the scenario's JSON Schema
	$(PY) scripts/write_reference.py

notebooks: setup  ## run the notebooks from their text and store them with their outputs (two minutes)
	$(PY) scripts/run_notebooks.py

lock: setup  ## pin the newest versions pyproject.toml allows, for every platform, with hashes
	@$(PY) -m venv $(VENV)/lock
	@$(VENV)/lock/bin/pip install --quiet --disable-pip-version-check $(LOCK_WITH)
	$(VENV)/lock/bin/uv --quiet pip compile pyproject.toml --extra dev --extra cluster --universal --python-version 3.12 --upgrade \
	    --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" --output-file requirements.lock

clean:  ## remove the environment and every cache; data, ledger and reports stay
	rm -rf $(VENV) build dist mutants .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	find forecast tests scripts -type d -name __pycache__ -prune -exec rm -rf {} +
