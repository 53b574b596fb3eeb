# Marina: `make help` lists what there is.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
ARCH   ?= amd64
IMAGE  := build/image/$(ARCH)
SETUP  := packaging/linux/setup.sh

# The parts of `make test`, the longest first. JOBS of them run beside each other: each waits more than it works.
PARTS   := tests/machine tests/engine check tests/ui tests/contract tests/window tests/e2e
FOLDERS := $(filter tests/%,$(PARTS))
JOBS    ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test test-arm64 test-packages check format image bench screenshots guide-pictures docs demo package \
        lock native-engine vm-engine setup setup-test setup-arm64 setup-package setup-packages setup-docs clean \
        $(FOLDERS)

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup image ## set everything up, start the machine and the desktop, run getting-started
	@$(PY) -m app --getting-started

test: setup setup-test ## set everything up and pass all tests
	@$(MAKE) --no-print-directory --jobs=$(JOBS) --keep-going --output-sync $(PARTS)

$(FOLDERS):
	@$(PY) -m pytest $@

$(filter-out tests/ui,$(FOLDERS)): image

test-arm64: setup-arm64 ## build the machine for arm64, boot it emulated and try it: minutes
	@$(MAKE) --no-print-directory image ARCH=arm64
	@$(PY) -m pytest tests/arm64

test-packages: setup-packages image ## build the packages and try them on a fresh Debian: five minutes
	@$(PY) -m pytest tests/packaging

check: setup-test ## format, lint, types, import rules, unit tests: before each commit
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy --platform linux app vm backend tests
	@$(VENV)/bin/mypy --platform win32 app vm
	@$(VENV)/bin/mypy --platform darwin app vm
	@$(VENV)/bin/lint-imports
	@$(PY) -m pytest -q tests/unit

format: setup-test ## put the code into its form
	@$(VENV)/bin/ruff check --fix-only --quiet .
	@$(VENV)/bin/ruff format .

image: setup ## build the machine's image: kernel, initramfs, root, engine
	@$(PY) -m vm.image.build_image --arch $(ARCH) --output $(IMAGE)

bench: setup-test image ## measure, beside a Docker where one is installed
	@$(PY) -m tests.bench

screenshots: setup-test ## draw every state of every page, light and dark, into build/artifacts/screens
	@$(PY) -m pytest -q tests/ui -m pictures

guide-pictures: screenshots ## renew the user guide's pictures and its command line reference
	@$(PY) -m tests.support.guide_pictures
	@$(PY) -m tests.support.cli_reference

docs: setup-docs ## build the documentation into build/site; a broken link fails
	@$(PY) -m sphinx -W --keep-going -q -b html docs build/site
	@echo "The documentation is at build/site/index.html"

demo: setup-test ## open the window over a made-up engine: nothing is started
	@$(PY) -m app --demo

package: setup-package image ## build the installable package for this system
	@$(PY) packaging/build_package.py

native-engine: setup image ## STATE=DIR NETNS=NAME ARGS="…": the engine on this machine's kernel, in the guest's root
	@exec $(PY) -m vm.image.native_engine --image $(IMAGE) --state "$(STATE)" --netns "$(NETNS)" -- $(ARGS)

vm-engine: setup image ## STATE=DIR ARGS="…": the engine in a machine of its own, socket at DIR/docker.sock
	@exec $(PY) -m vm --state "$(STATE)" --image $(IMAGE) --foreground -- $(ARGS)

setup: ## install what running needs
	@$(SETUP) run "$(PYTHON)"

lock: ## write the versions and digests of all Python packages anew
	@packaging/locks/update.sh

setup-arm64: ## install what testing the machine for arm64 needs
	@$(SETUP) arm64 "$(PYTHON)"

setup-package: ## install what building the packages needs
	@$(SETUP) package "$(PYTHON)"

setup-docs: ## install what building the documentation needs
	@$(SETUP) docs "$(PYTHON)"

setup-packages: ## install what testing the packages needs
	@$(SETUP) packages "$(PYTHON)"

setup-test: ## install what testing needs
	@$(SETUP) test "$(PYTHON)"

clean: ## remove what was built
	rm -rf build dist
