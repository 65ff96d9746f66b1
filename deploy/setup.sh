#!/bin/sh
# Makes .venv with the pinned packages, fetches Kafka's jars, checks the servers' programs. `make setup` runs
# it; when all is there already it ends at once. PYTHON=... names the Python to use.
set -eu
cd "$(dirname "$0")/.."
pins=deploy/requirements/dev.txt
stamp=.venv/.leaseline-ready
# The folder's own path is part of it: the programs in .venv/bin name it, and break when it is moved.
key=$({ pwd -P; cat "$pins" deploy/requirements/assets.txt deploy/local/kafka-jars.txt deploy/setup.sh; sed -n '/^.project.scripts/,/^.tool/p' pyproject.toml; } | cksum)
[ "$(cat "$stamp" 2>/dev/null)" = "$key" ] && .venv/bin/python -c '' 2>/dev/null && exit 0

began=$(date +%s)
say() { printf '[%3d s] %s\n' "$(($(date +%s) - began))" "$*"; }
trap 'printf "\\nSet-up interrupted: nothing is broken, run make setup again.\\n" >&2; exit 130' INT TERM
stop() { printf '\nSet-up stopped: %s\n' "$*" >&2; exit 1; }

python=
for each in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
  if "$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$each; break; fi
done
[ -n "$python" ] || stop "no Python 3.11 or newer was found (tried ${PYTHON:-python3.11, 3.12, 3.13 and python3}).
Install one (Debian 12, Ubuntu 24.04: apt-get install python3 python3-venv), or name it: make setup PYTHON=/path/to/python3"
"$python" -c 'import ensurepip, venv' 2>/dev/null || stop "$python has no venv module.
Install it: on Debian and Ubuntu apt-get install $("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_REQUIRE_VIRTUALENV=0
say "virtual environment .venv with $("$python" --version)"
rm -f "$stamp"
"$python" -m venv --clear .venv || stop "the virtual environment could not be made; the reason stands above."

say "packages, each compared with its pinned hash"
mkdir -p .leaseline
status=.leaseline/setup-status
{ .venv/bin/python -m pip install --progress-bar off --require-hashes --only-binary :all: -r "$pins" && echo done >"$status"; } |
  sed -n 's/^ *Downloading \([^ ]*\/\)\{0,1\}\([^ /]*\) \((.*)\)$/        \2 \3/p; /^Installing/s/:.*//p' || true
[ "$(cat "$status" 2>/dev/null)" = done ] || stop "the packages could not be installed; pip's reason stands above.
If it is the network: a proxy is named by HTTPS_PROXY, a mirror by PIP_INDEX_URL. Then run make setup again.
If it is a hash: the mirror serves other files than those that were pinned; do not install them.
If it is a missing wheel: this Python or platform has none; use CPython 3.11 to 3.13 on Linux x86-64."
rm -f "$status"
.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --config-settings editable_mode=compat -e . ||
  stop "the project itself could not be installed; pip's reason stands above."

say "what pages are served with"
rm -rf .leaseline/assets
.venv/bin/python -m pip install --quiet --no-deps --require-hashes --only-binary :all: --target .leaseline/assets \
  -r deploy/requirements/assets.txt || stop "the packages of the pages could not be installed; pip's reason stands above."

say "the servers' programs"
.venv/bin/python -m deploy.local.ready || stop "the local servers cannot run yet; the reason stands above."
printf '%s' "$key" >"$stamp"
say "ready: make demo, make up, make test"
