#!/usr/bin/env bash
# Runs every test: the Go tests on SQLite and PostgreSQL, the messenger alone and
# in a browser, and the vendor's own client from npm against the binary. "make
# test" builds the binary first.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1:-} != --with-postgres ]]; then
  exec scripts/browser.sh scripts/postgres.sh "$0" --with-postgres
fi

export HELIOGRAPH_BIN=$PWD/bin/heliograph
[[ -x $HELIOGRAPH_BIN ]] || {
  echo "test.sh: $HELIOGRAPH_BIN is missing: run 'make build'" >&2
  exit 1
}

status=0
echo "== go test ./... (SQLite and PostgreSQL)"
"${GO:-go}" test -timeout 10m ./... || status=1

echo "== messenger"
scripts/widget.sh check || status=1
scripts/widget.sh pages || status=1

if [[ -x conformance/run.sh ]]; then
  echo "== conformance"
  conformance/run.sh || status=1
fi

if ((status != 0)); then
  echo "== FAILED" >&2
else
  echo "== all tests passed"
fi
exit "$status"
