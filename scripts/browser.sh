#!/usr/bin/env bash
# Runs a command with HELIOGRAPH_CHROMIUM set to a browser. What tests of pages
# need of the machine is installed first where it is missing: the browser, openssl
# for their certificates, sqlite3 to count what a page left behind.
#
#   scripts/browser.sh COMMAND…
set -euo pipefail

fail() {
  echo "browser.sh: $1" >&2
  exit 1
}

find_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

missing=()
find_browser >/dev/null || missing+=(chromium)
for tool in openssl sqlite3; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done

if ((${#missing[@]})); then
  command -v apt-get >/dev/null || fail "${missing[*]} are missing and there is no apt-get: install them"
  root=()
  if ((EUID != 0)); then
    sudo -n true 2>/dev/null || fail "${missing[*]} are missing: run 'sudo apt-get install -y ${missing[*]}', then try again"
    root=(sudo -n)
  fi
  echo "browser.sh: installing ${missing[*]}" >&2
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 </dev/null
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >&2 </dev/null
fi
browser=$(find_browser) || fail "apt-get installed chromium, and it is not found"
HELIOGRAPH_CHROMIUM=$browser exec "$@"
