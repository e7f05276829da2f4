# `make` alone lists the commands. They need a Unix shell, make and Python 3.11 or newer.

PYTHON := .venv/bin/python
PORT ?= 8000
export PORT

.DEFAULT_GOAL := help
.PHONY: help run test fuzz test-tools lint html format messages share-images screenshots demo-staff lock
.DELETE_ON_ERROR:

help: ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

run: .venv/run.stamp .env staticfiles/staticfiles.json ## Start the portal on http://127.0.0.1:8000 (PORT and DATABASE_URL are honoured)
	@$(PYTHON) -m portal.start

test: .venv/dev.stamp test-tools ## Test on SQLite and PostgreSQL; one file or one database: make test ARGS="sqlite tests/portal"
	@$(PYTHON) -m tests $(ARGS)

fuzz: .venv/dev.stamp ## Send thousands of strange calls to the portal on both databases (ARGS="sqlite --cases 500 --seed 1")
	@$(PYTHON) -m tests.fuzz $(ARGS)

lint: .venv/dev.stamp .env ## Check style, the direction of imports, and that each model has its migration
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports
	@$(PYTHON) manage.py check --fail-level WARNING
	@$(PYTHON) manage.py makemigrations --check --dry-run

html: .venv/dev.stamp tests/html/node_modules ## Check the markup of every kind of page with html-validate (needs npm)
	@.venv/bin/pytest --quiet tests/pages/test_markup.py

format: .venv/dev.stamp ## Put the code in the house's format
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .

messages: .venv/run.stamp .env ## Put new sentences into the Spanish catalogue, and compile it (needs gettext)
	@$(PYTHON) manage.py makemessages --locale=es --add-location=file --no-obsolete --verbosity=0 \
		--ignore=.venv --ignore=tests --ignore=var --ignore=staticfiles
	@sed -i.bak '/^"POT-Creation-Date/d' locale/es/LC_MESSAGES/django.po && rm locale/es/LC_MESSAGES/django.po.bak
	@$(PYTHON) manage.py compilemessages --locale=es --verbosity=0
	@msgfmt --check-format --statistics --output-file=/dev/null locale/es/LC_MESSAGES/django.po

share-images: .venv/dev.stamp ## Draw the pictures that go with links to pages (static/share/; needs Chromium)
	@$(PYTHON) -m tests.pages.share_images

screenshots: .venv/dev.stamp ## Take a picture of every kind of page, to look at (var/screenshots/; ARGS="law policy" for some)
	@$(PYTHON) -m tests.pages.screenshots $(ARGS)

demo-staff: .venv/run.stamp .env ## Make a local staff account and print its password once
	@$(PYTHON) manage.py migrate --verbosity=0
	@$(PYTHON) manage.py demo_staff

lock: ## Pin every dependency with its hashes (LOCK=--upgrade for newer versions)
	@command -v uv >/dev/null || { echo 'make lock needs uv: python3 -m pip install uv'; exit 1; }
	@$(COMPILE) --output-file requirements.txt >/dev/null
	@$(COMPILE) --group dev --output-file requirements-dev.txt >/dev/null

COMPILE = uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock' $(LOCK)

# Below: what the commands above need. Each is made once, and again when what it is made from changes.

.venv/run.stamp: requirements.txt | .venv/bin/python
	$(install)

.venv/dev.stamp: requirements-dev.txt | .venv/bin/python
	$(install)
	@touch .venv/run.stamp

define install
@$(PYTHON) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m ensurepip >/dev/null
@echo 'Installing the packages of $<'
@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
@touch $@
endef

.venv/bin/python:
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
		$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
			&& echo "Making .venv with $$($$python --version)" && exec $$python -m venv --clear .venv; \
	done; \
	echo 'The portal needs Python 3.11 or newer, able to make virtual environments.'; \
	echo 'On Debian or Ubuntu: apt-get install python3 python3-venv. On a Mac: brew install python.'; \
	exit 1

tests/html/node_modules: tests/html/package-lock.json
	@cd tests/html && npm ci --ignore-scripts --loglevel=error
	@touch $@

test-tools:
	@command -v msgfmt >/dev/null || { \
		echo 'The tests need gettext: apt-get install gettext on Debian, brew install gettext on a Mac.'; exit 1; }
	@$(PYTHON) -m tests.site

# The key that signs sessions on this machine. Git ignores the file.
.env:
	@umask 077; echo "SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))')" > $@

staticfiles/staticfiles.json: requirements.txt portal/settings.py $(shell find static -type f 2>/dev/null) | .venv/run.stamp .env
	@echo 'Collecting style sheets and images'
	@$(PYTHON) manage.py collectstatic --no-input --clear --verbosity=0
