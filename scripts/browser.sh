#!/usr/bin/env bash
# Runs a command with HELIOGRAPH_CHROMIUM set to a browser, which is installed
# first where there is none. Tests of pages use it; without it they are skipped.
#
#   scripts/browser.sh COMMAND…
set -euo pipefail

fail() {
  echo "browser.sh: $1" >&2
  exit 1
}

find_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

if ! browser=$(find_browser); then
  command -v apt-get >/dev/null || fail "Chromium is missing and there is no apt-get: install it"
  root=()
  if ((EUID != 0)); then
    sudo -n true 2>/dev/null || fail "Chromium is missing: run 'sudo apt-get install -y chromium', then try again"
    root=(sudo -n)
  fi
  echo "browser.sh: installing chromium" >&2
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 </dev/null
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >&2 </dev/null
  browser=$(find_browser) || fail "apt-get installed chromium, and it is not found"
fi
HELIOGRAPH_CHROMIUM=$browser exec "$@"
