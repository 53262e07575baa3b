# Sourced by the other tools: messages, processes and their end, how long things take, and the tree
# at a commit.
# shellcheck shell=bash
#
# A tool may define on_exit(). It runs once, however the tool ends, after the running command was
# ended. A tool signals only processes that it started, by pid.

set -euo pipefail
export LC_ALL=C
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' plain=$'\e[0m'
else
  bold='' plain=''
fi

step() { printf '%s==> %s%s\n' "$bold" "$*" "$plain"; }
say() { printf '    %s\n' "$*"; }
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# --- cleaning up ---

scratch=$(mktemp -d "${TMPDIR:-/tmp}/windlass-${0##*/}-XXXXXX")
child=             # the process that `run` waits for
declare -A beside=() # processes that run beside: pid to name (tools/scripts.sh)
on_exit() { :; }

# end_children PID…: sends TERM to all, waits up to thirty seconds, then sends KILL. A process that
# leads a process group is signalled with its group. A test that is ended stops a control plane
# first, which takes seconds.
end_children() {
  local pid tries targets=()
  if (($# == 0)); then return 0; fi
  for pid; do
    if kill -0 -- "-$pid" 2>/dev/null; then pid=-$pid; fi
    if kill -- "$pid" 2>/dev/null; then targets+=("$pid"); fi
  done
  for ((tries = 0; tries < 300; tries++)); do
    any_alive "${targets[@]}" || break
    sleep 0.1
  done
  for pid in "${targets[@]}"; do kill -KILL -- "$pid" 2>/dev/null || true; done
  wait "$@" 2>/dev/null || true
}

any_alive() {
  local target
  for target; do
    if kill -0 -- "$target" 2>/dev/null; then return 0; fi
  done
  return 1
}

finish() {
  local status=$?
  trap - EXIT
  trap '' INT TERM HUP # no signal interrupts the clean-up
  # shellcheck disable=SC2086 # none, or one
  end_children $child "${!beside[@]}"
  on_exit "$status" || true
  rm -rf "$scratch"
  exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# run COMMAND…: waits for COMMAND, and acts at once on a signal to this script.
run() {
  local status=0
  "$@" &
  child=$!
  wait "$child" || status=$?
  child=
  return "$status"
}

# quietly COMMAND…: hides the output of COMMAND. Says every 15 s how long COMMAND has run, and shows
# the end of the output if COMMAND fails. COMMAND leads a process group, so its children end with
# it. The exception is sudo, which remembers the password by terminal.
quietly() {
  local log=$scratch/output began=$SECONDS told=$SECONDS status=0 apart=setsid
  if [ "$1" = sudo ]; then apart=; fi
  $apart "$@" >"$log" 2>&1 </dev/null &
  child=$!
  while kill -0 "$child" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - told >= 15)); then
      told=$SECONDS
      say "… $((SECONDS - began)) s: $(tail -n 1 "$log" | tr -d '\r' | cut -c 1-70)"
    fi
  done
  wait "$child" || status=$?
  child=
  if ((status != 0)); then
    tail -n 60 "$log" >&2
    printf '%s: failed: %s\n' "${0##*/}" "$*" >&2
  fi
  return "$status"
}

# --- how long it took ---

micros() { echo "${EPOCHREALTIME/[.,]/}"; }
began_all=$(micros)
parts=() part_name='' part_began=0

# part NAME: counts the time from here on as that of NAME.
part() {
  end_part
  part_name=$1 part_began=$(micros)
}

end_part() {
  if [ -n "$part_name" ]; then
    parts+=("$(printf '%7.1f s  %s' "$(seconds_since "$part_began")" "$part_name")")
  fi
  part_name=''
}

seconds_since() { awk "BEGIN { print ($(micros) - $1) / 1e6 }"; }

print_times() {
  end_part
  step "How long it took"
  printf '%s\n' "${parts[@]}"
  printf '%7.1f s  all of it\n' "$(seconds_since "$began_all")"
}

# --- what a tool needs ---

# Needs Go as new as test/cluster/go.mod asks for. This check comes first, because only a person can
# install Go.
need_go() {
  if ! command -v go >/dev/null && [ -x /usr/local/go/bin/go ]; then
    PATH=$PATH:/usr/local/go/bin
  fi
  local found
  found=$(cd "$root/test/cluster" && go env GOVERSION 2>/dev/null) || found=none
  case $found in
    go1.2[6-9]* | go1.[3-9][0-9]* | go[2-9]*) ;;
    *) die "Go 1.26 or newer is needed (found: $found); install it into /usr/local/go as" \
      "https://go.dev/dl/ says, then run this again" ;;
  esac
}

cache_folder() {
  if [ -n "${XDG_CACHE_HOME:-}" ]; then
    echo "$XDG_CACHE_HOME/windlass"
  else
    echo "${HOME:-$(cd ~ && pwd)}/.cache/windlass"
  fi
}

# --- the tree at a commit ---

# tree_of [COMMIT]: prints a folder with the files of the commit, or this checkout if none is given.
tree_of() {
  local folder=$scratch/tree
  if [ -z "${1:-}" ]; then
    echo "$root"
    return
  fi
  git -C "$root" cat-file -e "$1^{commit}" 2>/dev/null ||
    die "this repository holds no commit $1 (a shallow clone holds few)"
  mkdir "$folder"
  git -C "$root" archive "$1" | tar -x -C "$folder"
  echo "$folder"
}

# tokens_of FOLDER…: the tokens of all C++ files below the folders (tools/tokens.awk).
tokens_of() {
  find "$@" -type f \( -name '*.cc' -o -name '*.h' \) -print0 | sort -z |
    xargs -0 awk -f "$root/tools/tokens.awk"
}
