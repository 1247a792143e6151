#!/bin/sh
# Make .venv hold exactly what a lock file lists, and the system hold what Qt needs.
#
#   tools/setup.sh run     what the program needs      (requirements.lock.txt)
#   tools/setup.sh test    that and the test tools     (requirements-dev.lock.txt)
#
# Every package is checked against the hashes of the lock. Running it again costs a tenth of a
# second when nothing changed. Exit codes: 2 no Python, 3 system packages missing, 4 download failed.
set -eu
cd "$(dirname "$0")/.."

# A stamp is a copy of the lock that was installed. The test lock contains the other one.
case "${1:-}" in
  run)
    lock=requirements.lock.txt stamp=.venv/.installed-run ;;
  test)
    lock=requirements-dev.lock.txt stamp=.venv/.installed-test
    QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen}
    export QT_QPA_PLATFORM ;;
  *)
    echo "用法：tools/setup.sh run|test" >&2
    exit 2 ;;
esac

say() { printf '%s\n' "$*" >&2; }

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }
makes_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }
usable_venv() { [ -x .venv/bin/python ] && fits .venv/bin/python; }

# The first Python of a fitting version, rather one that can make virtual environments.
find_python() {
  second=
  for candidate in python3.11 python3.12 python3.13 python3 python; do
    if fits "$candidate"; then
      if makes_venv "$candidate"; then printf '%s\n' "$candidate"; return; fi
      second=${second:-$candidate}
    fi
  done
  printf '%s\n' "$second"
}

# The Debian packages Qt still lacks; asked without Qt, so any Python will do.
qt_packages() { "$1" -S -m workbench.preflight 2>/dev/null || true; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
may_install() { command -v apt-get >/dev/null 2>&1 && as_root true 2>/dev/null; }
apt_install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; }

# Install the Debian packages named, or say in one line what to install and stop.
need() {
  [ $# -gt 0 ] || return 0
  if may_install; then
    say "正在安装系统软件包：$*"
    # A bare system has no package lists yet.
    apt_install "$@" >/dev/null 2>&1 && return 0
    as_root apt-get update -qq >/dev/null 2>&1 && apt_install "$@" >/dev/null && return 0
  fi
  say "缺少系统软件包，请管理员执行： sudo apt-get install -y --no-install-recommends $*"
  exit 3
}

with_uv() {
  [ -n "$uv" ] || return 1
  usable_venv || "$uv" venv -q --clear --python "${python:->=3.11,<3.14}" .venv || return 1
  "$uv" pip sync -q --require-hashes --only-binary :all: --python .venv/bin/python "$lock"
}

with_pip() {
  [ -n "$python" ] && makes_venv "$python" || return 1
  usable_venv && .venv/bin/python -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear .venv || return 1
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-input \
    --require-hashes --only-binary :all: -r "$lock"
}

# shellcheck disable=SC2046,SC2086 # need takes a list of package names
if usable_venv && cmp -s "$lock" "$stamp"; then
  need $(qt_packages .venv/bin/python)
else
  uv=$(command -v uv || true)
  python=$(find_python)
  packages=
  if [ -z "$uv" ] && { [ -z "$python" ] || ! makes_venv "$python"; }; then packages="python3 python3-venv"; fi
  if [ -n "$python" ]; then packages="$packages $(qt_packages "$python")"; fi
  need $packages
  python=$(find_python)
  if [ -z "$python" ] && [ -z "$uv" ]; then
    say "需要 Python 3.11、3.12 或 3.13，这台机器上没有；请安装后重试。"
    exit 2
  fi

  say "正在准备运行环境 .venv（首次约需半分钟）……"
  rm -f .venv/.installed-run .venv/.installed-test
  if ! with_uv; then
    [ -z "$uv" ] || say "uv 没有成功，改用 pip……"
    if ! with_pip; then
      say "依赖没有装全，原因见上；请检查网络或软件源设置后重试。"
      exit 4
    fi
  fi
  need $(qt_packages .venv/bin/python)
  cp requirements.lock.txt .venv/.installed-run
  if [ "$1" = test ]; then cp "$lock" "$stamp"; fi
fi
