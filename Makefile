# Targets for a stranger: each sets up what it needs. `make help` lists them.
SHELL := /bin/bash
PYTHON := .venv/bin/python
PLUGIN := sanming_carbon_plugin
BUILD := build
# Whose plugin it is, for `make package`: the address of the source and a mail address; metadata.txt holds placeholders.
PLUGIN_HOMEPAGE ?=
PLUGIN_EMAIL ?=
export PROJ_DATA := /usr/share/proj
export QT_QPA_PLATFORM ?= offscreen
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help help-tables setup demo test test-fast lint format typecheck layers bench sample i18n-update i18n-compile i18n-check \
  stage package install-plugin test-debian13 clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "%-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what the project needs on Debian 12 (apt and pip); twice changes nothing
	@bash .ci/setup

demo: setup i18n-compile ## run the main job on the bundled sample, inside QGIS without a screen; results in build/demo/
	@$(PYTHON) .ci/demo.py $(BUILD)/demo

test: setup lint layers typecheck i18n-check package ## every check and every test
	@bash .ci/test

test-fast: setup i18n-compile ## the quick tests, in two processes: under three minutes on two processors
	@$(PYTHON) -m pytest -q -n 2 --dist loadgroup --few-examples -m "not slow and not long and not desktop and not postgresql"

lint: setup ## style and common faults
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

format: setup ## bring the code into form
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

typecheck: setup ## types
	@.venv/bin/mypy

layers: setup ## imports run one way
	@PYTHONPATH=. .venv/bin/lint-imports

bench: setup ## each claim about speed, ours beside the peer's in one run; QUICK=--quick only shows that they run
	@missed=; for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(PYTHON) $$file $(QUICK) || missed="$$missed $$file"; done; \
	  if [ -n "$$missed" ]; then echo "missed or failed:$$missed"; exit 1; fi

sample: setup ## make the bundled sample anew (the same every time)
	@$(PYTHON) -m tests.sample

i18n-update: setup ## collect the texts to translate
	@pylupdate5 -noobsolete $$(git ls-files '$(PLUGIN)/*.py' '$(PLUGIN)/*.ui' | grep -E '/(plugin|gui|processing)') -ts i18n/$(PLUGIN)_zh.ts

help-tables: i18n-compile ## write the tables of parameters in the help pages anew
	@$(PYTHON) tests/qgis/help_tables.py $(BUILD)

i18n-compile: setup ## build the translation that QGIS loads
	@lrelease -silent i18n/$(PLUGIN)_zh.ts -qm i18n/$(PLUGIN)_zh.qm

i18n-check: i18n-compile ## no text without its translation
	@$(PYTHON) .ci/check_translation.py

stage: setup i18n-compile ## the plugin folder as QGIS installs it, in build/stage/
	@rm -rf $(BUILD)/stage && mkdir -p $(BUILD)/stage/$(PLUGIN)/i18n
	@git ls-files -co --exclude-standard $(PLUGIN) resources | grep -vE '\.(pyc)$$' | \
	  while read -r file; do target=$(BUILD)/stage/$(PLUGIN)/$${file#$(PLUGIN)/}; \
	  mkdir -p "$$(dirname "$$target")"; cp "$$file" "$$target"; done
	@cp i18n/*.qm $(BUILD)/stage/$(PLUGIN)/i18n/
	@cp LICENSE README.md CHANGELOG.md $(BUILD)/stage/$(PLUGIN)/
	@$(PYTHON) .ci/stage_metadata.py metadata.txt $(BUILD)/stage/$(PLUGIN)/metadata.txt '$(PLUGIN_HOMEPAGE)' '$(PLUGIN_EMAIL)'

package: stage ## the zip for QGIS (Install from ZIP); PLUGIN_HOMEPAGE=https://… PLUGIN_EMAIL=… before publishing
	@rm -f $(BUILD)/$(PLUGIN).zip
	@cd $(BUILD)/stage && zip -q -X -r ../$(PLUGIN).zip $(PLUGIN)
	@$(PYTHON) .ci/check_package.py $(BUILD)/$(PLUGIN).zip
	@echo "$(BUILD)/$(PLUGIN).zip"

install-plugin: stage ## copy the plugin into your QGIS profile
	@target="$${QGIS_PROFILE_DIR:-$$HOME/.local/share/QGIS/QGIS3/profiles/default}/python/plugins"; \
	  mkdir -p "$$target" && rm -rf "$$target/$(PLUGIN)" && cp -r $(BUILD)/stage/$(PLUGIN) "$$target/" && echo "$$target/$(PLUGIN)"

test-debian13: ## the marked part of the tests on Debian 13 with QGIS 3.44
	@bash .ci/debian13

clean: ## remove what was built
	@rm -rf $(BUILD) i18n/*.qm
