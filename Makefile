# Two commands on a fresh machine with Python 3.11, git and make:
#   make run     set up, build the demo county, check it, open the app
#   make test    everything: style, types, tests, browser tests
# README.md gives the same for Windows without make.

SHELL := /bin/sh
.DEFAULT_GOAL := help

# The first of these that is at least 3.11; `make PYTHON=/path/to/python …` overrules.
CANDIDATES := python3.11 python3.12 python3.13 python3 python
PYTHON ?= $(shell for p in $(CANDIDATES); do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$p" && break; done)

BIN := .venv/bin
STAMP := .venv/installed
WEB := web/package.json web/package-lock.json web/manifest.toml web/fetch.py web/font.py
COUNTY := demo/county.gpkg
OUT := out

.PHONY: help install run test lint format unit browser bench clean

help:
	@echo "make run      安装环境，生成演示县，核查，打开应用"
	@echo "make test     代码检查与全部测试（含浏览器测试）"
	@echo "make install  只安装环境到 .venv"
	@echo "make lint | format | unit | browser | bench | clean"

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt $(WEB)
	@test -n "$(PYTHON)" || { \
		echo "没有找到 Python 3.11 或更新的版本，请先安装，或用 make PYTHON=… 指明。"; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv || { \
		echo "无法建立 .venv：Debian/Ubuntu 请先安装 python3-venv。"; exit 1; }
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[app,dev]"
	$(BIN)/python web/fetch.py
	@touch $@

# The demo has planted faults: 1 says "loaded, some rows were refused".
$(COUNTY): $(STAMP)
	@if test ! -e $@; then \
		$(BIN)/gridgis demo demo && { $(BIN)/gridgis import $@ demo; \
			code=$$?; test $$code -le 1 || exit $$code; }; fi

# 1 says "some are not met" and 3 "data are missing": answers, not failures.
run: $(COUNTY)
	@$(BIN)/gridgis check $(COUNTY) --out $(OUT); \
		code=$$?; test $$code -le 1 -o $$code -eq 3 || exit $$code
	@echo "核查结果在 $(OUT)/，其中 map.html 可离线打开。"
	@$(BIN)/gridgis app $(COUNTY)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP)
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

unit: $(STAMP)
	$(BIN)/python -m pytest -q -n 2 -m "not browser"

browser: $(STAMP)
	GRIDGIS_CHROMIUM="$$($(BIN)/python tests/browser/chromium.py)" && \
		export GRIDGIS_CHROMIUM && $(BIN)/python -m pytest -q -m browser

test: lint unit browser

bench: $(STAMP)
	$(BIN)/python benchmarks/county_check.py
	$(BIN)/python benchmarks/province_check.py

clean:
	rm -rf .venv demo out build dist test-results gridgis/outputs/assets
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis web/node_modules
