#!/usr/bin/env bash
# Writes the generated part of the documentation, from the binary itself.
#
#   scripts/generate.sh [FOLDER]     default: docs/reference
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-docs/reference}
mkdir -p "$out"
bin/heliograph config doc >"$out/configuration.md"
HELIOGRAPH_OPENAPI="$(cd "$out" && pwd)/openapi.json" "${GO:-go}" test ./internal/api/suncov1 -run TestDocumentIsCurrent -update >/dev/null
HELIOGRAPH_RENDERING="$(cd "$out" && pwd)/rendering" "${GO:-go}" test ./internal/app -run TestRenderingPages -update >/dev/null
# A test compares this page, so that it need not be written to be checked.
if [[ $out == docs/reference ]]; then
  "${GO:-go}" test ./internal/app -run TestConformance -update >/dev/null
fi
