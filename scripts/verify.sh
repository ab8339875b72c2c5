#!/usr/bin/env bash
# Fails when something that is derived from the sources is stale.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

status=0
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

echo "== generated files"
if ! scripts/generate.sh "$fresh" || ! diff -ru docs/reference "$fresh"; then
  echo "docs/reference is stale: run 'make generate'" >&2
  status=1
fi

# -e: a dependency's own test dependencies may be out of reach.
echo "== go.mod"
if ! "${GO:-go}" mod tidy -e -diff; then
  echo "go.mod is stale: run 'go mod tidy -e'" >&2
  status=1
fi
"${GO:-go}" mod verify || status=1

echo "== dependency table"
"${GO:-go}" test ./internal/docstest -run TestDependencies || status=1
exit "$status"
