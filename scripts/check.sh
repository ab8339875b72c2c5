#!/usr/bin/env bash
# Everything that can be said of the sources without running the program. Goes
# on after a finding, so that one run shows all of them.
# shellcheck disable=SC2317 # the functions are called by name, through step
set -uo pipefail
cd "$(dirname "$0")/.." || exit

go=${GO:-go}
staticcheck=${STATICCHECK:?run me with make check}
status=0

step() {
  echo "== $1"
  shift
  "$@" || status=1
}

formatted() {
  local files
  files=$(git ls-files -co --exclude-standard -- '*.go' | xargs -r gofmt -l)
  [[ -z $files ]] && return
  echo "not formatted (run gofmt -w):"
  echo "$files"
  return 1
}

shell() {
  local scripts=(scripts/*.sh conformance/*.sh .ci/run)
  for s in "${scripts[@]}"; do
    bash -n "$s" || return 1
  done
  if command -v shellcheck >/dev/null; then
    shellcheck "${scripts[@]}"
  else
    echo "shellcheck is not installed: only the syntax was checked"
  fi
}

step "gofmt" formatted
step "go vet" "$go" vet ./...
step "staticcheck" "$go" run "$staticcheck" ./...
step "shell scripts" shell
step "architecture and documentation" "$go" test ./internal/archtest ./internal/docstest
exit "$status"
