# `make run` and `make test` need Python >= 3.11 and make; they install the rest into .venv themselves.

BIN := .venv/bin
ARGS ?=
export PATH := $(CURDIR)/$(BIN):$(PATH):/usr/sbin

.PHONY: help run test lint bench fuzz shots docs tools clean

help:  ## list what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16
	@echo 'ARGS="..." is handed on: make run ARGS="--smtp-port 2525"'

run: .venv/.installed  ## run the catcher: SMTP on port 1025, web page and API on port 8025
	@exec $(BIN)/mailtrap-local $(ARGS)

test: .venv/.tools  ## run every test, and install what they need first
	@bash tests/run $(ARGS)

lint: .venv/.tools  ## ruff, mypy --strict, the layers, and tsc, as the tests run them too
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	web/node_modules/.bin/tsc --project web

bench: .venv/.tools  ## measure speed and memory beside other catchers; the whole goes into benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks $(or $(ARGS),--write)

fuzz: .venv/.dev  ## a million SMTP sessions of rubbish (ARGS="--sessions N --seed N")
	$(BIN)/python -m tests.smtp.fuzz $(ARGS)

shots: .venv/.tools  ## pictures of every view of the web page (ARGS="FOLDER [--only NAME] [--width N]")
	$(BIN)/python -m tests.ui.shots $(ARGS)

docs: .venv/.dev  ## write the settings table of the README anew
	$(BIN)/python -m tests.house.settings_table README.md

tools:  ## try again to install the tools that the tests need
	rm -f .venv/.tools
	$(MAKE) .venv/.tools

clean:  ## remove what was installed and built here
	rm -rf .venv build dist web/node_modules tests/node/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

.venv/.installed: pyproject.toml tests/install
	@bash tests/install package
	@touch $@

.venv/.dev: .venv/.installed
	@bash tests/install dev
	@touch $@

.venv/.tools: .venv/.dev web/package.json tests/node/package.json
	@bash tests/install tools
	@touch $@
