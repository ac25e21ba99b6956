# make run, make test; `make help` lists the others. Needs Python 3.11 or newer, make and git.

PYTHON ?= python3
VENV ?= .venv
ARGS ?=
BIN = $(VENV)/bin
PACKAGES = inno4sports clusters learning actionplans dissemination
LANGUAGES = nl es hu fi pl
MANAGE = $(BIN)/python manage.py
PYTEST = $(BIN)/python -m pytest

.PHONY: help run test soak bench lint fmt messages lock install-run install-dev

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

run: install-run ## Start the portal; PORT=8001, DATA_DIR=folder, DEMO=0 and the rest of .env.example
	@exec $(MANAGE) supervise --prepare --stop-with-parent $(ARGS)

# On PostgreSQL everything, on SQLite everything but what needs PostgreSQL or a browser; ARGS goes to pytest.
test: install-dev ## All tests, on PostgreSQL and on SQLite
	@$(MANAGE) compile_catalogs --verbosity 0; status=0; \
	if $(BIN)/python -m tests.services postgres; then \
	  TEST_DATABASE=postgres $(PYTEST) -n 2 -m "not soak" $(ARGS) || status=$$?; \
	  TEST_DATABASE=sqlite $(PYTEST) -n 2 -m "not soak and not postgres and not browser and not processes" $(ARGS) || status=$$?; \
	else \
	  TEST_DATABASE=sqlite $(PYTEST) -n 2 -m "not soak" $(ARGS) || status=$$?; \
	fi; exit $$status

soak: install-dev ## What takes long
	@$(MANAGE) compile_catalogs --verbosity 0
	@$(PYTEST) -m soak $(ARGS)

# On the PostgreSQL of this machine, in databases of its own (bench_1000 and so on), which stay for the next time.
bench: install-dev ## How fast the portal is, beside a bare Django; ARGS="--rows 1000 --seconds 0.3" is quick
	@$(BIN)/python -m bench.run $(ARGS)

lint: install-dev ## Every checker that reads code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/mypy $(PACKAGES)
	$(MANAGE) makemigrations --check --dry-run

fmt: install-dev ## Format the Python code
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

messages: install-dev ## Gather the texts to translate; needs gettext
	@command -v xgettext >/dev/null && command -v msgmerge >/dev/null || \
	  { echo "make messages needs gettext (xgettext, msgmerge): install the package gettext."; exit 1; }
	$(MANAGE) makemessages $(LANGUAGES:%=--locale %) --add-location file --no-wrap --no-obsolete \
	  --ignore "$(VENV)/*" --ignore "var/*" --ignore "tests/*" --ignore "bench/*"

lock: install-dev ## Write requirements/*.txt anew from pyproject.toml; ARGS=--upgrade takes newer versions
	@for kind in run dev; do \
	  extra=$$(test $$kind = run || echo "--extra dev --constraints requirements/run.txt"); \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --custom-compile-command "make lock" $$extra $(ARGS) --output-file requirements/$$kind.txt pyproject.toml || exit 1; \
	done

# The environment holds a copy of the lock it was made from: equal means that there is nothing to do.
install-run install-dev: install-%: $(BIN)/python
	@cmp -s requirements/$*.txt $(VENV)/$*.txt || { \
	  echo "Installing the packages of requirements/$*.txt ..."; \
	  if command -v uv >/dev/null 2>&1; then \
	    uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/$*.txt; \
	  else \
	    $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check --require-hashes -r requirements/$*.txt; \
	  fi && cp requirements/$*.txt $(VENV)/$*.txt && \
	  { test $* = run || cp requirements/run.txt $(VENV)/run.txt; }; }

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "The portal needs Python 3.11 or newer; name one: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || \
	  { rm -rf $(VENV); echo "Python cannot make a virtual environment: install its venv module (on Debian the package python3-venv)."; exit 1; }
