#!/usr/bin/env bash
# Runs the demo, and builds and restarts it whenever a source file changes. A
# build that fails leaves the running one alone.
set -euo pipefail
cd "$(dirname "$0")/.."

stamp=$(mktemp)
pid=
stop() {
  [[ -z $pid ]] || kill -TERM "$pid" 2>/dev/null || true
  [[ -z $pid ]] || wait "$pid" 2>/dev/null || true
  pid=
}
trap 'stop; rm -f "$stamp"' EXIT
trap 'exit 0' INT TERM

changed() {
  find . -path ./bin -prune -o -path ./.git -prune -o -name node_modules -prune -o \
    -newer "$stamp" \( -name '*.go' -o -name '*.sql' -o -name '*.html' -o -name '*.js' -o -name '*.css' -o -name go.mod \) \
    -print -quit | grep -q .
}

while true; do
  touch "$stamp"
  if make --no-print-directory build; then
    stop
    bin/heliograph demo "$@" &
    pid=$!
  fi
  until changed; do sleep 1; done
  echo "dev.sh: the sources changed"
done
