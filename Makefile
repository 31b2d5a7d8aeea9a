# `make` lists what there is. Everything is made inside this folder; nothing needs root.

VENV   ?= .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PORT   ?= 8000
PLACE  := $(BIN)/python -c 'from pathlib import Path; \
	from autograder.classroom.folder.coursedir import Course; print(Course(Path.cwd()).root)'

# nbgrader starts `alembic` by name, so the environment's programs must be on the path.
export PATH := $(abspath $(BIN)):$(PATH)
# Where Python may keep nothing compiled, as in many containers, each of the hundreds of processes
# that the book, the class and the tests start compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help course test test-unit lint book serve pdf site-zip notebooks student-kit lab bench attacks lock clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

course: $(READY) ## build the book, set up the nbgrader course, grade the sample class
	@$(BIN)/python -m autograder course

test: $(READY) ## run all tests (style, types, unit, book, browser, class)
	@$(BIN)/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder

test-unit: $(READY) ## run the tests that take seconds
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder -m "not slow"

lint: $(READY) ## check style, formatting and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

book: $(READY) ## build the pages into build/book/html (with answers: make book SOLUTIONS=1)
	@$(BIN)/python -m autograder build $(if $(filter 1,$(SOLUTIONS)),--solutions)

serve: book ## build the pages and serve them on http://127.0.0.1:8000 (PORT=...)
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory build/book/html

pdf: $(READY) ## print the whole book into build/dropout-course.pdf (needs Chromium)
	@$(BIN)/python -m autograder.authoring.paper pdf

site-zip: $(READY) ## pack the pages into build/dropout-course-site.zip, to read without a network
	@$(BIN)/python -m autograder.authoring.paper zip

notebooks: $(READY) ## derive notebooks/ and exercises.json from book/ and solutions/
	@$(BIN)/python -m autograder build --notebooks

student-kit: $(READY) ## make a zip to start from: notebooks, their package, how to begin
	@$(BIN)/python packaging/student_kit.py

lab: $(READY) ## open JupyterLab with nbgrader's Formgrader on the sample course
	@test -d "$$($(PLACE))/release" || $(BIN)/python -m autograder course
	@cd "$$($(PLACE))" && $(abspath $(BIN))/jupyter lab --ServerApp.root_dir=. \
		--ServerApp.jpserver_extensions="{'autograder.formgrader': True}"

attacks: $(READY) ## try to cheat the grader, at each level and as each user (half an hour)
	@ATTACKS=all $(BIN)/python -m pytest tests/test_attacks.py tests/test_attacks_wire.py \
		tests/test_attacks_class.py tests/test_attacks_controls.py tests/test_reach.py

bench: $(READY) ## measure checks and grading; results go to bench/RESULTS.md
	@$(BIN)/python -m bench

lock: ## choose the newest versions that requirements.txt allows, write requirements.lock
	@$(PYTHON) packaging/lock.py

clean: ## remove what was built; keeps the environment and the course's key
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): requirements.lock pyproject.toml packaging/autograder/pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not there: install Python 3.11" \
		"or newer, or name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) packaging/check_python.py
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@echo "installing $$(wc -l < requirements.lock) packages into $(VENV) (a few minutes the first time) ..."
	@$(BIN)/pip install -qq --disable-pip-version-check -r requirements.lock
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation \
		-e . -e packaging/autograder
	@touch $@
