# `make run` and `make test` are the two commands; each sets up what it needs. Ports and folders: see README.md.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help environment run up test check check-python check-sql check-dbt bench bench-matching clean

BIN := .venv/bin

# dbt reads its connection from the environment; to check the project's files it connects to nothing.
DBT_PARSE := STAR_PGHOST=127.0.0.1 STAR_PGPORT=1 STAR_PGUSER=nobody STAR_PGPASSWORD=none STAR_PGDATABASE=none \
	DBT_SEND_ANONYMOUS_USAGE_STATS=false DO_NOT_TRACK=1 \
	$(BIN)/dbt --quiet parse --project-dir dbt_project --profiles-dir dbt_project

help:
	@echo "make run    set up, take in what waits (the first time: sample deliveries), publish, show the headline table"
	@echo "make up     leave Airflow and the warehouse running until Ctrl-C"
	@echo "make test   check and run every test"
	@echo "make check  lint, types, layers, SQL and dbt conventions"
	@echo "make bench  how fast deliveries are taken in, beside others (.local/bench/ingest.json)"
	@echo "make bench-matching  how well and how fast suppliers are matched, beside others (.local/bench/matching.json)"
	@echo "make clean  remove what can be made again: the environment and caches; the data in .local stay"

environment:
	@.ci/environment

run: environment
	@$(BIN)/star-warehouse run

up: environment
	@$(BIN)/star-warehouse up

test: check
	$(BIN)/pytest --numprocesses 2 --no-loadscope-reorder

# Two at a time, each with its output in one piece; SQL goes first, because it takes longest.
check: environment
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check-sql check-python check-dbt

check-python:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

check-sql:
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project

check-dbt:
	$(DBT_PARSE)
	$(BIN)/dbt-bouncer --config-file dbt-bouncer.yml

bench: environment
	$(BIN)/python -m tests.bench .local/bench/ingest.json

bench-matching: environment
	$(BIN)/python -m tests.bench.matching .local/bench/matching.json

clean:
	rm -rf tests/servers/node_modules .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dbt_project/target dbt_project/logs
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
