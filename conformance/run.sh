#!/usr/bin/env bash
# Runs the vendor's own clients, unmodified, against the binary in
# HELIOGRAPH_BIN. Each folder beside this file is one client: its package.json
# pins the client, and its *.test.mjs files are run by Node's own test runner.
set -euo pipefail
cd "$(dirname "$0")"

: "${HELIOGRAPH_BIN:=$PWD/../bin/heliograph}"
export HELIOGRAPH_BIN
[[ -x $HELIOGRAPH_BIN ]] || {
  echo "conformance: $HELIOGRAPH_BIN is missing: run 'make build'" >&2
  exit 1
}
for tool in node npm; do
  command -v "$tool" >/dev/null || {
    echo "conformance: $tool is missing: install Node 20 or newer" >&2
    exit 1
  }
done

status=0
for manifest in */package.json; do
  client=$(dirname "$manifest")
  echo "-- $client"
  (
    cd "$client"
    # An install that succeeded is kept for as long as the lock file is the same.
    if ! cmp -s package-lock.json node_modules/.installed-from; then
      npm ci --no-audit --no-fund --loglevel=error
      cp package-lock.json node_modules/.installed-from
    fi
    compgen -G '*.test.mjs' >/dev/null || {
      echo "conformance: $client has no *.test.mjs" >&2
      exit 1
    }
    node --test --test-reporter=spec ./*.test.mjs
  ) || status=1
done
exit "$status"
