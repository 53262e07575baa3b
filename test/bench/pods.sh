#!/usr/bin/env bash
# All Pods of a large cluster in an informer of ours, next to client-go's: memory, time and CPU of
# the first sync, of a steady stream of changes, and of a relist after 410 Gone. The server is a
# generator on this machine that speaks the API (test/cluster/cmd/podserver).
#
#   COUNT=100000 EVENTS=100000 RATE=2500 test/bench/pods.sh [SUBJECT…]
#
# LISTS_ONLY=1 has the server refuse watch lists, so that everybody lists; the generator's objects
# are about 5.8 KB of JSON each, 2 KB of it metadata.
set -euo pipefail
export LC_ALL=C

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
COUNT=${COUNT:-100000}
EVENTS=${EVENTS:-100000}
RATE=${RATE:-2500}
OURS=${POD_INFORMER:-$ROOT/build/release/test/bench/pod_informer}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/windlass-pods.XXXXXX")
SERVER_PID='' CLIENT_PID=''

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*"; }
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}
end() { # PID
  [ -z "$1" ] || { kill "$1" 2>/dev/null && wait "$1" 2>/dev/null; } || true
}
cleanup() {
  local status=$?
  trap - EXIT INT TERM
  end "$CLIENT_PID"
  end "$SERVER_PID"
  rm -rf "$WORK"
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

cpu_ms() {
  awk -v hz="$(getconf CLK_TCK)" '{sub(/.*\) /, ""); printf "%d", ($12 + $13) * 1000 / hz}' \
    "/proc/$1/stat"
}
rss_kib() { awk '/^VmRSS/ {print $2}' "/proc/$1/status"; }
peak_kib() { awk '/^VmHWM/ {print $2}' "/proc/$1/status"; }
forget_peak() { echo 5 >"/proc/$1/clear_refs"; }
note() { echo "$2" >"$WORK/$SUBJECT.$1"; } # NAME VALUE
control() { curl --silent --show-error --fail -X POST "$SERVER/control/$1"; }

# told SECONDS REGEX: waits until the client has said so.
told() {
  local deadline=$((SECONDS + $1))
  until grep -qE "^$2" "$WORK/$SUBJECT.out"; do
    kill -0 "$CLIENT_PID" 2>/dev/null || fail "$SUBJECT ended: $(tail -n 3 "$WORK/$SUBJECT.err")"
    [ "$SECONDS" -lt "$deadline" ] || fail "$SUBJECT did not say \"$2\" in $1 s"
    sleep 0.05 # between two looks at the condition
  done
}
ask() { echo "$1" >&9; }

# longest_turn NAME: of those that the client told until now.
longest_turn() {
  local turn
  turn=$(awk '/^turn/ { ms = $2 } END { print ms }' "$WORK/$SUBJECT.out")
  if [ -n "$turn" ]; then note "$1" "$turn"; fi
}

# collected NAME: a Go client's memory after it has collected its garbage.
collected() {
  case $SUBJECT in client-go*) ;; *) return 0 ;; esac
  : >"$WORK/$SUBJECT.out"
  ask collect
  told 120 collected
  note "$1" "$(rss_kib "$CLIENT_PID")"
  note "$1_live" "$(awk '/^collected/ {print int($2 / 1024)}' "$WORK/$SUBJECT.out")"
}

start_server() {
  local more=()
  case $SUBJECT in *protobuf*) more+=(--protobuf) ;; esac
  if [ -n "${LISTS_ONLY:-}" ]; then more+=(--lists-only); fi
  rm -f "$WORK/server.out"
  "$WORK/podserver" --count "$COUNT" "${more[@]}" >"$WORK/server.out" 2>"$WORK/server.err" &
  SERVER_PID=$!
  until grep -qs '^http' "$WORK/server.out"; do
    kill -0 "$SERVER_PID" 2>/dev/null || fail "the generator ended: $(cat "$WORK/server.err")"
    sleep 0.05 # between two looks at the condition
  done
  SERVER=$(head -n 1 "$WORK/server.out")
}

start_client() {
  local command
  case $SUBJECT in
    ours-metadata) command=("$OURS" "$SERVER" metadata "$EVENTS") ;;
    ours-whole) command=("$OURS" "$SERVER" whole "$EVENTS") ;;
    *)
      command=("$WORK/podinformer" --server "$SERVER" --events "$EVENTS")
      case $SUBJECT in *metadata*) command+=(--metadata) ;; esac
      case $SUBJECT in *protobuf*) command+=(--protobuf) ;; esac
      case $SUBJECT in *trimmed*) command+=(--trim) ;; esac
      ;;
  esac
  mkfifo "$WORK/$SUBJECT.in"
  # Appended to, because what it said is cut off now and then.
  "${command[@]}" <"$WORK/$SUBJECT.in" >>"$WORK/$SUBJECT.out" 2>"$WORK/$SUBJECT.err" &
  CLIENT_PID=$!
  exec 9>"$WORK/$SUBJECT.in"
  told 30 ready
}

measure() {
  local before
  start_server
  start_client
  note rss_before "$(rss_kib "$CLIENT_PID")"
  before=$(cpu_ms "$CLIENT_PID")
  ask go
  told 900 synced
  note sync_seconds "$(awk '/^synced/ {print $2}' "$WORK/$SUBJECT.out")"
  note sync_cpu $(($(cpu_ms "$CLIENT_PID") - before))
  note rss_synced "$(rss_kib "$CLIENT_PID")"
  note peak_sync "$(peak_kib "$CLIENT_PID")"
  collected rss_collected
  longest_turn turn_sync

  before=$(cpu_ms "$CLIENT_PID")
  control "events?count=$EVENTS&rate=$RATE"
  told 900 "changes $EVENTS\$"
  note events_cpu $(($(cpu_ms "$CLIENT_PID") - before))
  note rss_steady "$(rss_kib "$CLIENT_PID")"

  # The change after the relist comes when all of the relist was taken in.
  forget_peak "$CLIENT_PID"
  before=$(cpu_ms "$CLIENT_PID")
  control expire
  until [ "$(complete_states)" -ge 2 ]; do
    kill -0 "$CLIENT_PID" 2>/dev/null || fail "$SUBJECT ended: $(tail -n 3 "$WORK/$SUBJECT.err")"
    sleep 0.05 # between two looks at the condition
  done
  control 'events?count=1'
  told 900 "changes $((EVENTS + 1))\$"
  note relist_cpu $(($(cpu_ms "$CLIENT_PID") - before))
  note peak_relist "$(peak_kib "$CLIENT_PID")"
  note rss_relisted "$(rss_kib "$CLIENT_PID")"
  collected rss_relisted_collected
  longest_turn turn_all
  exec 9>&-
  end "$CLIENT_PID"
  end "$SERVER_PID"
  CLIENT_PID='' SERVER_PID=''
}

# How often the server has sent a complete state.
complete_states() {
  curl --silent "$SERVER/control/status" |
    sed -E 's/.*"lists":([0-9]+),"watchLists":([0-9]+).*/\1 \2/' | awk '{print $1 + $2}'
}

value() { cat "$WORK/$1.$2" 2>/dev/null || true; }
cell() { # FORMAT AWK-EXPRESSION over the values named in $@
  local subject=$1 format=$2 expression=$3 name assignments=()
  for name in "${@:4}"; do
    [ -n "$(value "$subject" "$name")" ] || { printf '%22s' -; return; }
    assignments+=(-v "$name=$(value "$subject" "$name")")
  done
  awk "${assignments[@]}" -v count="$COUNT" -v events="$EVENTS" \
    "BEGIN { printf \"%22s\", sprintf(\"$format\", $expression) }"
}
row() { # LABEL FORMAT EXPRESSION NAMES…
  local subject
  printf '%-36s' "$1"
  for subject in "${SUBJECTS[@]}"; do cell "$subject" "${@:2}"; done
  echo
}

# ratio LABEL EXPRESSION NAMES… : ours to theirs, for the two pairs that read the same bytes.
ratio() {
  local pair
  printf '%-36s' "$1"
  for pair in 'ours-metadata client-go-metadata' 'ours-whole client-go-typed'; do
    # shellcheck disable=SC2086 # two words
    printf '%22s' "$(quotient $pair "${@:2}")"
  done
  echo
}
quotient() { # OURS THEIRS EXPRESSION NAMES…
  local ours theirs
  ours=$(cell "$1" %.6f "${@:3}")
  theirs=$(cell "$2" %.6f "${@:3}")
  awk -v ours="$ours" -v theirs="$theirs" \
    'BEGIN { if (theirs > 0 && ours > 0) printf "%.3f", ours / theirs; else print "-" }'
}

SUBJECTS=("$@")
if [ $# -eq 0 ]; then
  SUBJECTS=(ours-metadata client-go-metadata client-go-metadata-protobuf ours-whole
    client-go-typed client-go-typed-protobuf-trimmed)
fi
[ -x "$OURS" ] || fail "no $OURS; build it with -DBUILD_TESTING=ON"
say "building the generator and the client-go program"
(cd "$ROOT/test/cluster" && PATH=$PATH:/usr/local/go/bin CGO_ENABLED=0 GOFLAGS=-mod=readonly \
  go build -trimpath -buildvcs=false -o "$WORK/" ./cmd/podserver ./cmd/podinformer)
for SUBJECT in "${SUBJECTS[@]}"; do
  say "$SUBJECT: $COUNT Pods, $EVENTS changes at $RATE a second"
  measure
done

{
  printf '%-36s' "$COUNT Pods"
  for SUBJECT in "${SUBJECTS[@]}"; do printf '%22s' "$(echo "$SUBJECT" |
    sed 's/client-go/cgo/; s/metadata/meta/; s/protobuf/pb/')"; done
  echo
  row 'time to sync (s)' %.2f sync_seconds sync_seconds
  row 'CPU of the sync (s)' %.2f 'sync_cpu / 1000' sync_cpu
  row 'RSS before (MiB)' %.1f 'rss_before / 1024' rss_before
  row 'RSS after sync (MiB)' %.1f 'rss_synced / 1024' rss_synced
  row 'RSS after sync, collected (MiB)' %.1f 'rss_collected / 1024' rss_collected
  row 'peak RSS during sync (MiB)' %.1f 'peak_sync / 1024' peak_sync
  row 'bytes per Pod' %.0f '(rss_synced - rss_before) * 1024 / count' rss_synced rss_before
  row 'bytes per Pod, collected' %.0f '(rss_collected - rss_before) * 1024 / count' \
    rss_collected rss_before
  row 'CPU per event (µs)' %.1f 'events_cpu * 1000 / events' events_cpu
  row 'RSS after the events (MiB)' %.1f 'rss_steady / 1024' rss_steady
  row 'peak RSS during relist (MiB)' %.1f 'peak_relist / 1024' peak_relist
  row 'peak of relist / before it' %.2f 'peak_relist / rss_steady' peak_relist rss_steady
  row 'CPU of the relist (s)' %.2f 'relist_cpu / 1000' relist_cpu
  row 'RSS after the relist (MiB)' %.1f 'rss_relisted / 1024' rss_relisted
  row 'RSS after it, collected (MiB)' %.1f 'rss_relisted_collected / 1024' rss_relisted_collected
  row 'longest turn, to the sync (ms)' %.0f turn_sync turn_sync
  row 'longest turn, to the relist (ms)' %.0f turn_all turn_all
  echo
  printf '%-36s%22s%22s\n' 'ours / client-go, JSON both' metadata 'whole Pods'
  ratio 'time to sync' sync_seconds sync_seconds
  ratio 'CPU of the sync' sync_cpu sync_cpu
  ratio 'peak RSS during sync' peak_sync peak_sync
  ratio 'bytes per Pod' 'rss_synced - rss_before' rss_synced rss_before
  ratio 'CPU per event' events_cpu events_cpu
  ratio 'peak RSS during relist' peak_relist peak_relist
  ratio 'CPU of the relist' relist_cpu relist_cpu
} | tee "${REPORT:-$WORK/report.txt}"
