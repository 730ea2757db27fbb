# One verb, one command, the same here and in CI. Everything is set up on the first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= $(shell expr 1 + `getconf _NPROCESSORS_ONLN`)  # one more than cores: the service's tests wait for servers

.PHONY: demo test test-backends lint bench bench-service fuzz docs clean

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: setup.cfg | $(BIN)/python
	$(BIN)/python -m pip install -q -e '.[tensorflow,data]'
	touch $@

$(VENV)/.dev: setup.cfg | $(BIN)/python
	$(BIN)/python -m pip install -q -e '.[dev]'
	$(BIN)/python -m pip install -q --no-deps 'tf_keras>=2.20'  # Keras 2, to write old files; its own metadata would pull in a second TensorFlow
	touch $@

$(VENV)/.backends: $(VENV)/.dev
	$(BIN)/python -m pip install -q 'torch==2.13.0' 'jax>=0.6' 'numba>=0.61'
	touch $@

demo: $(VENV)/.demo          ## lint a small model with planted problems, and run it on data
	$(BIN)/keras-lint demo

lint: $(VENV)/.dev           ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint                   ## the whole test suite
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-backends: $(VENV)/.backends  ## the layer library, and the guard of training, on JAX and PyTorch
	KERAS_BACKEND=jax $(BIN)/python -m pytest -n auto --dist loadfile tests/keras_act tests/linter/live/test_callbacks.py
	KERAS_BACKEND=torch $(BIN)/python -m pytest -n auto --dist loadfile tests/keras_act tests/linter/live/test_callbacks.py

bench: $(VENV)/.dev          ## ratios, printed; some of these take minutes
	$(BIN)/python -m tests.bench.bench_static
	$(BIN)/python -m tests.bench.bench_signal
	$(BIN)/python -m tests.bench.bench_probe
	$(BIN)/python -m tests.bench.bench_live
	$(BIN)/python -m tests.bench.bench_activations
	$(BIN)/python -m tests.bench.bench_peers

bench-service: $(VENV)/.dev  ## the service under load, killed, attacked; half an hour, with Redis and PostgreSQL
	$(BIN)/python -m tests.bench.bench_service
	$(BIN)/python -m tests.bench.bench_service_chaos
	$(BIN)/python -m tests.bench.bench_service_cluster
	$(BIN)/python -m tests.bench.bench_service_hostile
	$(BIN)/python -m tests.bench.bench_service_upload

fuzz: $(VENV)/.dev           ## 200 000 mutated files
	$(BIN)/python -m tests.hostile.fuzz --inputs 200000

docs: $(VENV)/.dev           ## documents that are made from the code
	$(BIN)/keras-lint docs -o linter/rules/README.md
	$(BIN)/python -m linter.schema

clean:
	rm -rf $(VENV) build dist *.egg-info
