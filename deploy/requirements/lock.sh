#!/bin/sh
# Pins every package with its hashes, for all platforms: runtime.txt what a service needs, http.txt that and the HTTP
# side, tracing.txt those and the exporter of spans, cli.txt that and the command line with its documents, dev.txt
# everything: the local servers and the tools, too; clients.txt what makes foreign clients for the tests. The ranges
# stand in pyproject.toml. `make lock UPGRADE=1` takes newer versions within them.
set -eu
cd "$(dirname "$0")/../.."
folder=deploy/requirements
tools=.leaseline/lock
[ -x $tools/bin/uv ] || { "${PYTHON:-python3}" -m venv $tools && $tools/bin/pip install --quiet uv; }
pin() { # file, where its ranges stand, more arguments
  to=$folder/$1 of=$2
  shift 2
  $tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --custom-compile-command "make lock" ${UPGRADE:+--upgrade} --output-file "$to" "$@" "$of"
}
pin runtime.txt pyproject.toml
pin http.txt pyproject.toml --extra http --constraint $folder/runtime.txt
pin tracing.txt pyproject.toml --extra tracing --extra http --constraint $folder/runtime.txt --constraint $folder/http.txt
pin cli.txt pyproject.toml --extra cli --extra documents --extra http --constraint $folder/runtime.txt
pin dev.txt pyproject.toml --extra dev --constraint $folder/runtime.txt --constraint $folder/cli.txt
pin clients.txt $folder/clients.in
