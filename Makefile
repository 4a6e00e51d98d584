# Needs python3 (3.11 or later), make and the package registries; nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test lint bench fuzz audit lock model screenshots vendor clean

demo: $(VENV)/.runtime  ## Build the atlas of examples/ and say which page to open.
	@$(BIN)/paperatlas build examples/*.txt examples/*.jsonl -o demo
	@echo "Open demo/atlas.html in a browser, or ask: $(BIN)/paperatlas show demo vq-vae"

test: $(VENV)/.dev lint  ## Run the linters and all tests.
	$(BIN)/python -m pytest -q --numprocesses 2 --dist loadfile

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.dev  ## Measure every stage on the examples; build/bench.json has it for machines.
	$(BIN)/python -m bench --json build/bench.json

fuzz: $(VENV)/.dev  ## Feed whatever reads with 1,600,000 inputs that no person would write (15 minutes and more on two cores).
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group fuzz
	$(BIN)/python -m bench.fuzz

audit: $(VENV)/.dev  ## Ask what is known against the dependencies; says so where the service cannot be reached.
	$(BIN)/python -m bench.supply.audit

lock: $(VENV)/.dev  ## Resolve the dependencies anew into uv.lock.
	$(BIN)/uv lock --upgrade

model: $(VENV)/.dev  ## Train the models that are shipped (three hours on two cores; see docs/training.md).
	$(BIN)/python -m tools.encoder
	for name in teacher large default fast; do \
		$(BIN)/paperatlas train --config extract/data/training/$$name.toml -o build/model/$$name || exit 1; \
	done
	for name in default fast; do \
		cp build/model/$$name/* extract/model/$$name/ || exit 1; \
	done

screenshots: $(VENV)/.dev  ## Write pictures of the page to build/screenshots, and the README's to docs/page.png.
	$(BIN)/python -m tools.screenshots examples $(wildcard ../shared/seeds) -o build/screenshots
	cp build/screenshots/examples-first.png docs/page.png

vendor: $(VENV)/.dev  ## Fetch the browser scripts that are carried along from npm, as their manifests say.
	$(BIN)/python -m tools.vendor

$(VENV)/.pip:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@touch $@

# The warning that is silenced says that an editable install of folders has its pitfalls; see docs/decisions/001.
$(VENV)/.runtime: $(VENV)/.pip pyproject.toml
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

clean:  ## Remove all that was made but the models in build/
	rm -rf $(VENV) demo dist build/lib build/bdist.* *.egg-info
