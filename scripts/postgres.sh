#!/usr/bin/env bash
# Runs a command beside a throw-away PostgreSQL server, with the server's URL in
# HELIOGRAPH_TEST_PG:
#
#   scripts/postgres.sh [--durable] COMMAND [ARGUMENT…]
#
# Without --durable the server does not wait for the disk, which suits tests.
# PostgreSQL is installed when it is missing (Debian and its kin, as root). The
# server's data and its process end with the command. The exit status is the
# command's; it is 69 when PostgreSQL cannot be had.
# shellcheck disable=SC2317 # stop is called by the trap
set -euo pipefail

readonly unavailable=69
durable=no
if [[ ${1:-} == --durable ]]; then
  durable=yes
  shift
fi
if (($# == 0)); then
  echo "usage: scripts/postgres.sh [--durable] COMMAND [ARGUMENT…]" >&2
  exit 64
fi

say() { echo "postgres.sh: $*" >&2; }
fail() {
  say "$@"
  exit "$unavailable"
}

# bindir prints the folder of the newest PostgreSQL server on this machine.
bindir() {
  local newest
  newest=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1 || true)
  if [[ -z $newest ]]; then
    newest=$(command -v initdb || true)
  fi
  [[ -n $newest ]] && dirname "$(readlink -f "$newest")"
}

install() {
  command -v apt-get >/dev/null || fail "PostgreSQL is missing and there is no apt-get: install its server (initdb, pg_ctl)"
  local root=()
  if ((EUID != 0)); then
    sudo -n true 2>/dev/null || fail "PostgreSQL is missing: run 'sudo apt-get install -y postgresql', then try again"
    root=(sudo -n)
  fi
  say "PostgreSQL is missing; installing it"
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 </dev/null
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >&2 </dev/null
}

if ! bin=$(bindir); then
  install || fail "PostgreSQL could not be installed"
  bin=$(bindir) || fail "PostgreSQL was installed, but initdb cannot be found"
fi

# The server refuses to run as root.
as=()
if ((EUID == 0)); then
  id postgres >/dev/null 2>&1 || fail "there is no user 'postgres' to run the server as"
  as=(runuser -u postgres --)
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/heliograph-pg.XXXXXX")
child=
stop() {
  local pid
  [[ -z $child ]] || kill -TERM -- "-$child" 2>/dev/null || true
  if pid=$(head -n 1 "$dir/data/postmaster.pid" 2>/dev/null); then
    kill -QUIT "$pid" 2>/dev/null || true
    for _ in {1..100}; do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.05
    done
  fi
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "$password" >"$dir/password"
((EUID != 0)) || chown -R postgres "$dir"
"${as[@]}" "$bin/initdb" -D "$dir/data" -U heliograph --pwfile="$dir/password" \
  --auth-local=reject --auth-host=password --encoding=UTF8 --locale=C --no-sync \
  >"$dir/initdb.log" 2>&1 </dev/null || {
  cat "$dir/initdb.log" >&2
  fail "initdb failed"
}

{
  echo "listen_addresses = '127.0.0.1'"
  echo "unix_socket_directories = ''"
  echo "max_connections = 400"
  echo "max_wal_size = '4GB'"
  if [[ $durable == yes ]]; then
    echo "shared_buffers = '512MB'"
  else
    echo "shared_buffers = '128MB'"
    echo "fsync = off"
    echo "full_page_writes = off"
    echo "synchronous_commit = off"
  fi
} >>"$dir/data/postgresql.conf"

# Another process may take a port between choosing and using it: try a few.
port=
for _ in {1..10}; do
  try=$((20000 + RANDOM % 12000))
  if "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -o "-p $try" -l "$dir/server.log" -w -t 60 start \
    >/dev/null 2>&1 </dev/null; then
    port=$try
    break
  fi
done
if [[ -z $port ]]; then
  cat "$dir/server.log" >&2 || true
  fail "the server did not start"
fi

export HELIOGRAPH_TEST_PG="postgres://heliograph:$password@127.0.0.1:$port/postgres?sslmode=disable"
say "PostgreSQL $("$bin/postgres" --version | awk '{print $3}') on 127.0.0.1:$port (durable: $durable)"

# The command gets a process group of its own, so that being stopped stops all
# of it before its database goes.
set -m
"$@" </dev/null &
child=$!
set +m
# complaints prints what the server had to say, but for what a drop of a
# database does to its vacuum.
complaints() { grep -E 'FATAL|PANIC' "$dir/server.log" | grep -v autovacuum; }

status=0
wait "$child" || status=$?
child=
if ((status != 0)) && complaints | grep -q .; then
  say "the server's last complaints:"
  complaints | tail -n 5 >&2
fi
exit "$status"
