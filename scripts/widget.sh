#!/usr/bin/env bash
# Everything that can be said of the web messenger without a server: its types,
# that the built files in dist/ are those of the sources and small enough, and
# its unit tests.
#
#   scripts/widget.sh           check
#   scripts/widget.sh pages     run it in a browser (HELIOGRAPH_CHROMIUM), by
#                               itself and against bin/heliograph
#   scripts/widget.sh build     build dist/ again
set -euo pipefail
cd "$(dirname "$0")/../web/widget"

for tool in node npm; do
  command -v "$tool" >/dev/null || {
    echo "widget.sh: $tool is missing: install Node 20 or newer" >&2
    exit 1
  }
done

# An install that succeeded is kept for as long as the lock file is the same.
if ! cmp -s package-lock.json node_modules/.installed-from; then
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed-from
fi

case ${1:-check} in
  build) npm run --silent build ;;
  check)
    npm run --silent check
    npm test --silent
    ;;
  pages)
    npm run --silent test:stories
    npm run --silent test:browser
    ;;
  *)
    echo "widget.sh: unknown command $1" >&2
    exit 2
    ;;
esac
