# Two commands do everything on a fresh machine: `make run` and `make test`. The rest is for developers.
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help run test lint bench paper package windows-installer windows-layout lock licences help-pictures clean

help: ## 列出可用的命令
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' Makefile

run: ## 准备环境并运行；没有图形显示时改为无界面运行示例（命令行：make run ARGS="show --help"）
	@tools/setup.sh run
	@$(PYTHON) -m workbench $(ARGS)

test: lint ## 准备环境并检查：ruff、mypy、全部测试
	@$(PYTHON) -m pytest $(ARGS)

lint: ## 只做静态检查
	@tools/setup.sh test
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

bench: ## 运行性能基准
	@tools/setup.sh test
	@$(PYTHON) -m pytest --benchmark-enable --benchmark-only $(ARGS)

paper: ## 用 LibreOffice 重新计算各示例的评分表、转换 Word 报告，与程序逐一核对（文件留在 out/paper）
	@tools/setup.sh test
	@$(PYTHON) tools/check_paper.py

package: ## 在 Linux 上制作安装包（.deb、免安装包），结果在 dist
	@tools/build_linux.sh

WINDOWS ?= dist/windows/workbench
windows-installer: ## 由 Windows 版程序文件夹（WINDOWS=…）制作安装程序，需要 makensis；其余在 Windows 上用 tools/build_windows.ps1
	@tools/setup.sh run
	@$(PYTHON) tools/product.py nsh build/product.nsh
	@version=$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml); makensis -V2 -INPUTCHARSET UTF8 \
	  -DPRODUCT=$(CURDIR)/build/product.nsh -DVERSION=$$version -DSOURCE=$(abspath $(WINDOWS)) -DTARGET=$(CURDIR)/dist/workbench-$$version-setup.exe \
	  packaging/windows/installer.nsi && ls -l dist/workbench-$$version-setup.exe

windows-layout: ## 比较 Linux 版与 Windows 版（WINDOWS=…）程序文件夹的内容，本程序的文件有差别则报错
	@build/venv/bin/python tools/compare_bundles.py dist/workbench $(WINDOWS)

lock: ## 由 pyproject.toml 重做三个锁文件（需要 uv）；锁文件不写任何软件源地址
	uv pip compile -q pyproject.toml --universal --generate-hashes --python-version 3.11 \
	  --custom-compile-command "make lock" -o requirements.lock.txt
	uv pip compile -q pyproject.toml --group dev -c requirements.lock.txt --universal --generate-hashes \
	  --python-version 3.11 --custom-compile-command "make lock" -o requirements-dev.lock.txt
	echo pyinstaller | uv pip compile -q pyproject.toml - -c requirements.lock.txt --universal --generate-hashes \
	  --python-version 3.11 --custom-compile-command "make lock" -o requirements-build.lock.txt

licences: ## 由已安装的依赖重写 THIRD_PARTY_LICENSES.md
	@tools/setup.sh test
	@$(PYTHON) tools/licences.py

help-pictures: ## 重画帮助里的窗口图片（示例评价上的真实窗口，不需要图形显示）
	@tools/setup.sh test
	@$(PYTHON) tools/help_pictures.py $(ARGS)

clean: ## 删除虚拟环境、缓存与构建结果（不动评价数据和 out）
	rm -rf .venv build dist .benchmarks .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
