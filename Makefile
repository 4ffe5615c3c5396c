# Every target sets up what it needs; git, make, python3 >= 3.11 and pip have to be installed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
INSTALL := $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check)
# With worksteal, idle processes take tests that wait for busy ones.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist worksteal
# Options of coverage for what `make coverage` counts; .ci/run gives them.
COVERAGE ?=
# Without stored bytecode each process of tests translates all of them again, which takes longer than most tests.
export PYTHONDONTWRITEBYTECODE :=
PEERS := SMPyBandits==0.9.7 mabwiser==2.7.4 mushroom-rl==1.10.2 rlberry==0.7.3 rlberry-scool==0.7.3 pfrl==0.4.0
PEERS_RUN_ON := numpy==1.26.4 scipy==1.13.1 pandas==2.3.3 scikit-learn==1.7.2 scikit-optimize==0.10.2 seaborn==0.13.2 \
	joblib tqdm gym==0.26.2 gymnasium==0.29.1 opencv-python-headless==4.11.0.86 pygame pyyaml dill docopt requests \
	multimethod==1.10 adastop==0.1.3 setuptools torch==2.13.0
# minatar asks for libraries that only its window needs, so it is installed without dependencies. gymnax imports six,
# which it does not ask for.
DEEP := stable-baselines3==2.9.2 sb3-contrib==2.9.2 jax==0.10.2 jaxlib==0.10.2 optax==0.2.8 gymnax==1.0.1 six==1.17.0
# The libraries of the adapters in docs/deep: tianshou needs pandas 2, RLlib is large, and both are kept apart.
ADAPTERS := pfrl==0.4.0 torchrl==0.14.1 skrl==2.1.1
ADAPTERS_TIANSHOU := tianshou==2.0.1
ADAPTERS_RLLIB := 'ray[rllib]==2.60.0'

NOTEBOOK := ipywidgets==8.1.9 nbclient==0.11.0 ipykernel==7.4.0

.PHONY: demo test test-slow test-lowest test-newest test-libraries test-libraries-slow test-deep test-deep-slow test-adapters test-browser \
	test-notebook notebook test-clusters coverage lint types format wheel lock docs \
	benchmark benchmark-peers literature clean help

demo: $(VENV)/ready  ## compare exploration schedules, print a leaderboard, draw the learning curves
	$(BIN)/python -m scripts.compare_schedules

test: $(VENV)/ready  ## the quick suite with doctests
	$(BIN)/python -m pytest -m "not slow" $(SIDE_BY_SIDE) $(COVERAGE)

test-slow: $(VENV)/ready  ## long tests, and tests of laws on eight times as many examples
	$(BIN)/python -m pytest -m "slow or hypothesis" --hypothesis-profile thorough $(SIDE_BY_SIDE)

test-lowest: $(VENV)-lowest/ready  ## the quick suite on the lowest versions that pyproject.toml allows, laws on few examples
	$(VENV)-lowest/bin/python -m pytest -q -m "not slow" --hypothesis-profile few --ignore tests/project $(SIDE_BY_SIDE)

test-newest: $(VENV)-newest/ready  ## the quick suite on the newest versions, where these are not the locked ones
	@$(VENV)-newest/bin/python -m pip freeze --exclude-editable | tr _ - > $(VENV)-newest/versions
	@if tr _ - < requirements-dev.txt | diff - $(VENV)-newest/versions; then \
		echo "the locked versions are the newest ones: make test is this test"; \
	else \
		$(VENV)-newest/bin/python -m pytest -q -m "not slow" $(SIDE_BY_SIDE); \
	fi

test-libraries: $(VENV)/ready  ## the core on PyTorch and JAX, beside optax; installs these
	@$(BIN)/python -c 'import torch, jax, optax' 2>/dev/null || { echo "installing PyTorch, JAX and optax into $(VENV)"; \
		$(INSTALL) torch==2.13.0 && $(INSTALL) jax==0.10.2 jaxlib==0.10.2 optax==0.2.8; }
	$(BIN)/python -m pytest -q -m "not slow" $(SIDE_BY_SIDE) tests/core/test_battery.py tests/core/test_libraries.py tests/core/test_draws_in_libraries.py \
		tests/policies/test_policies_in_libraries.py tests/policies/test_learnt_numbers.py tests/core/test_tensors.py tests/core/test_transforms.py \
		tests/core/test_inversion.py tests/core/test_traced_actions.py tests/core/test_categorical.py tests/core/test_devices.py \
		tests/large/test_large_in_torch.py tests/benchmarks/test_large_softmaxes.py tests/core/test_extremes.py tests/core/test_mask_forms.py tests/core/test_traced_roots.py \
		tests/core/test_recorded.py tests/policies/test_traced_policies.py tests/policies/test_act.py tests/policies/test_distribution_rows.py \
		tests/experiments/engine/test_laws_alike.py tests/schedules/test_traced_schedules.py tests/schedules/test_schedules.py::test_optax_schedules_serve $(COVERAGE)

test-libraries-slow: $(VENV)/deep  ## long tests of the core on PyTorch and JAX: all of it compiled; some ten minutes
	$(BIN)/python -m pytest -q -m slow $(SIDE_BY_SIDE) tests/schedules/test_traced_schedules.py tests/policies/test_traced_policies.py \
		tests/core/test_recorded.py tests/core/test_traced_roots.py tests/experiments/engine/test_laws_alike.py

test-deep: $(VENV)/deep  ## the deep agents, and the examples of docs/deep; installs PyTorch, Stable-Baselines3, JAX and others
	$(BIN)/python -m pytest -q -m "not slow" $(SIDE_BY_SIDE) tests/deep boltzmann/deep $(COVERAGE)

test-deep-slow: $(VENV)/deep  ## deep agents that learn CartPole and MinAtar; some ten minutes
	$(BIN)/python -m pytest -q -m slow $(SIDE_BY_SIDE) tests/deep

test-adapters: $(VENV)-adapters/ready $(VENV)-tianshou/ready $(VENV)-rllib/ready  ## policies in other deep libraries; installs these
	for each in adapters tianshou rllib; do \
		$(VENV)-$$each/bin/python -m pytest -q --noconftest -W default -p no:cacheprovider -rs tests/deep/test_adapters.py || exit 1; \
	done

test-notebook: $(VENV)/notebook  ## what objects show in a notebook, and the example notebook; installs Jupyter's kernel first
	$(BIN)/python -m pytest -q tests/notebook $(COVERAGE)

notebook: $(VENV)/notebook  ## run the example notebook and store what it shows
	cd $$(mktemp -d) && PYTHONPATH=$(CURDIR) $(CURDIR)/$(BIN)/jupyter execute --inplace $(CURDIR)/docs/notebooks/*.ipynb

test-browser: $(VENV)/browser  ## the page of a comparison in headless Chromium; installs Playwright, and Chromium if possible
	@if chromium=$$(.ci/chromium $(BIN)/python); then \
		echo "in $$chromium"; CHROMIUM=$$chromium $(BIN)/python -m pytest -q tests/browser; \
	else \
		echo "######## test-browser SKIPPED: no Chromium was found, and installing it needs a network, root and apt-get." >&2; \
		echo "######## Install one, or name one: make test-browser CHROMIUM=/path/to/chromium" >&2; \
	fi

test-clusters: $(VENV)/clusters  ## runs on local clusters of Dask and Ray, and exports; installs these
	$(BIN)/python -m pytest -q tests/experiments/runs/test_clusters.py tests/experiments/store/test_exporting.py \
		tests/offpolicy/test_exchange.py tests/envs/contexts $(COVERAGE)

coverage: $(VENV)/ready  ## the lines that no test ran, where earlier targets had COVERAGE="--cov --cov-append --cov-report="
	$(BIN)/python -m coverage report

lint: $(VENV)/ready  ## ruff: format and rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/ready  ## mypy --strict
	$(BIN)/mypy

format: $(VENV)/ready  ## fix what ruff can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

benchmark: $(VENV)/ready  ## rollouts beside plain C and installed other libraries, and the battery
	$(BIN)/python -m benchmarks.engines $(if $(wildcard $(VENV)-peers/ready),--peers $(VENV)-peers/bin/python)
	$(BIN)/python -m benchmarks.battery

benchmark-peers: $(VENV)/ready $(VENV)-peers/ready  ## rollouts beside other libraries; installs these in a separate environment
	$(BIN)/python -m benchmarks.engines --parts peers --peers $(VENV)-peers/bin/python --output results/benchmarks-peers

literature: $(VENV)/ready  ## published numbers beside measured ones; takes some minutes
	$(BIN)/python -m benchmarks.literature --output docs/literature.md

wheel: $(VENV)/ready  ## build the wheel into dist
	$(BIN)/python -m build --wheel --outdir dist .

docs: $(VENV)/docs  ## build the site of the documentation, build/site/index.html; every warning is an error
	$(BIN)/python -m docs.site

lock:  ## pin the versions of a new install of the dev extra, and those that the docs extra adds
	rm -rf $(VENV)-lock
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	$(VENV)-lock/bin/python -m pip freeze --exclude-editable | grep -v '://' > requirements-dev.txt
	$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check -c requirements-dev.txt -e '.[dev,docs]'
	$(VENV)-lock/bin/python -m pip freeze --exclude-editable | grep -v '://' | grep -vxFf requirements-dev.txt > requirements-docs.txt
	rm -rf $(VENV)-lock

help:  ## the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

clean:  ## remove environments, builds and caches
	rm -rf $(VENV) $(VENV)-lowest $(VENV)-newest $(VENV)-peers $(VENV)-adapters $(VENV)-tianshou $(VENV)-rllib benchmarks/.cache build dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(VENV)/ready: pyproject.toml requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "python3 must be at least 3.11; name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "setting up $(VENV) (once; about a minute)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(INSTALL) -r requirements-dev.txt
	@$(INSTALL) --no-deps -e .
	@touch $@

$(VENV)/docs: $(VENV)/ready requirements-docs.txt
	@echo "installing Sphinx and its theme into $(VENV)"
	@$(INSTALL) -r requirements-docs.txt
	@touch $@

$(VENV)/deep: $(VENV)/ready
	@echo "installing PyTorch, Stable-Baselines3, JAX, gymnax and MinAtar into $(VENV)"
	@$(INSTALL) torch==2.13.0
	@$(INSTALL) $(DEEP)
	@$(INSTALL) --no-deps minatar==1.0.15
	@touch $@

$(VENV)/notebook: $(VENV)/ready
	@echo "installing Jupyter's kernel and widgets into $(VENV)"
	@$(INSTALL) $(NOTEBOOK)
	@touch $@

$(VENV)/browser: $(VENV)/ready
	@echo "installing Playwright into $(VENV)"
	@$(INSTALL) playwright==1.65.2
	@touch $@

$(VENV)/clusters: $(VENV)/ready
	@echo "installing Dask, Ray, pyarrow, tensorboardX and scikit-learn into $(VENV)"
	@$(INSTALL) distributed==2026.8.0 ray==2.60.0 pyarrow==26.0.1 tensorboardX==2.6.5 scikit-learn==1.7.2
	@touch $@

# Only uv finds the lowest versions; --only-binary leaves out those that have no wheel for this Python.
$(VENV)-lowest/ready: pyproject.toml requirements-dev.txt
	@echo "setting up $(VENV)-lowest (once; about a minute)"
	@$(PYTHON) -m venv --clear $(VENV)-lowest
	@$(VENV)-lowest/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(VENV)-lowest/bin/uv pip install --quiet --python $(VENV)-lowest/bin/python --resolution lowest-direct \
		--only-binary :all: --no-binary boltzmann-exploration -e '.[parquet,tensorboard]'
	@$(VENV)-lowest/bin/python -m pip install --quiet --disable-pip-version-check \
		$$(grep -E '^(pytest|pytest-xdist|hypothesis|mpmath|array.api.strict)==' requirements-dev.txt)
	@touch $@

$(VENV)-newest/ready: pyproject.toml requirements-dev.txt
	@echo "setting up $(VENV)-newest (once; about a minute)"
	@$(PYTHON) -m venv --clear $(VENV)-newest
	@$(VENV)-newest/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

# PyTorch comes first, so that the others take the version that is there.
define set_up_adapters
	@echo "setting up $(@D) (once; some minutes, PyTorch is large)"
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check $(1) scipy array-api-compat pytest
	@touch $@
endef

$(VENV)-adapters/ready: pyproject.toml
	$(call set_up_adapters,$(ADAPTERS))

$(VENV)-tianshou/ready: pyproject.toml
	$(call set_up_adapters,$(ADAPTERS_TIANSHOU))

$(VENV)-rllib/ready: pyproject.toml
	$(call set_up_adapters,$(ADAPTERS_RLLIB))

# The pins of these libraries contradict each other, so they are installed without dependencies, which follow.
$(VENV)-peers/ready:
	@echo "setting up $(VENV)-peers (once; some minutes, PyTorch is large)"
	@$(PYTHON) -m venv --clear $(VENV)-peers
	@$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps $(PEERS)
	@$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check $(PEERS_RUN_ON)
	@touch $@
