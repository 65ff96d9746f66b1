#!/bin/sh
# Makes .leaseline/clients: the pinned tools of others that make clients of the API's document, for the tests (90 MB to
# download, once). When they are there already it ends at once. An environment of its own, since a foreign client has none of ours.
set -eu
cd "$(dirname "$0")/.."
pins=deploy/requirements/clients.txt
made=.leaseline/clients
stamp=$made/.ready
key=$({ pwd -P; cat "$pins" deploy/clients.sh; } | cksum)
[ "$(cat "$stamp" 2>/dev/null)" = "$key" ] && exit 0
rm -f "$stamp"
.venv/bin/python -m venv --clear "$made"
"$made/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$pins" || {
  printf 'The tools that make clients could not be installed; the reason of pip stands above. make test needs them.\n' >&2
  exit 1
}
printf '%s' "$key" >"$stamp"
