# What every end-to-end scenario needs: a real control plane of its own, Windlass as the Deployment
# controller, and plain words for what is expected. Source it first:
#
#   . "$(dirname "$0")/lib.sh"
#   start_cluster --nodes 3
#   start_windlass
#
# Nothing here sleeps for a result: every wait is for a condition, with a deadline.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
WINDLASS=${WINDLASS:-$ROOT/build/release/cmd/windlass/windlass}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/windlass-e2e.XXXXXX")
DATA=$WORK/cluster
WINDLASS_PID=
STOCK_PID=
WITNESS_PID=
OTHER_PIDS= # what else is to end with the test

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*"; }

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  for log in "$WORK"/*.log; do
    if [ "$log" = "$WORK/up.log" ] || [ ! -s "$log" ]; then continue; fi
    printf '%s\n' "--- the last lines of ${log##*/}" >&2
    tail -n 30 "$log" >&2
  done
  exit 1
}

# What a scenario has to end besides; the exit code stays what it was.
at_exit() { :; }
cleanup() {
  local status=$?
  trap - EXIT INT TERM
  at_exit || true
  for pid in $WITNESS_PID $WINDLASS_PID $STOCK_PID $OTHER_PIDS; do
    kill "$pid" 2>/dev/null || true
  done
  if [ -n "${KEEP_DATA:-}" ]; then
    say "kept: $WORK"
    "$ROOT/test/cluster/down" --data "$DATA" >/dev/null 2>&1 || true
  else
    "$ROOT/test/cluster/down" --data "$DATA" --remove >/dev/null 2>&1 || true
    rm -rf "$WORK"
  fi
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# start_cluster [options of test/cluster/up]
start_cluster() {
  say "starting a control plane: $*"
  "$ROOT/test/cluster/up" --data "$DATA" "$@" >"$WORK/up.log" 2>&1 || {
    cat "$WORK/up.log" >&2
    fail "the control plane did not start"
  }
  # shellcheck disable=SC1091
  . "$DATA/env"
}

# until_true SECONDS DESCRIPTION COMMAND… : polls until the command succeeds.
until_true() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || fail "$what: not within the time given"
    sleep 0.1 # between two looks at the condition
  done
}

# launch_windlass [more flags]: returns when it serves /readyz. A log of an earlier start is kept.
launch_windlass() {
  local from=0
  if [ -f "$WORK/windlass.log" ]; then from=$(wc -l <"$WORK/windlass.log"); fi
  "$WINDLASS" --kubeconfig "${WINDLASS_KUBECONFIG:-$DATA/windlass.kubeconfig}" \
    --leader-elect=false --metrics-bind-address=127.0.0.1:0 "$@" 2>>"$WORK/windlass.log" &
  WINDLASS_PID=$!
  until_true 20 "Windlass logs its address" address_logged "$from"
  OPS=$(log_since "$from" | sed -n 's/.*address=\([^ ]*\).*/\1/p' | head -n 1)
}
# start_windlass [more flags]: returns when /readyz says ok.
start_windlass() {
  launch_windlass "$@"
  until_true 20 "Windlass is ready" windlass_ready
}
log_since() { tail -n +$(($1 + 1)) "$WORK/windlass.log"; }
address_logged() { log_since "$1" | grep 'address=' >/dev/null; }
windlass_ready() { [ "$(http_status /readyz)" = 200 ]; }
http_get() {
  exec 3<>"/dev/tcp/${OPS%:*}/${OPS##*:}"
  printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&3
  cat <&3
}
http_status() { http_get "$1" | sed -n '1s/^[^ ]* \([0-9]*\).*/\1/p'; }
http_body() { http_get "$1" | sed '1,/^\r*$/d'; }

stop_windlass() {
  kill "$WINDLASS_PID"
  wait "$WINDLASS_PID" || fail "Windlass ended with $?"
  WINDLASS_PID=
}
kill_windlass() {
  kill -9 "$WINDLASS_PID"
  wait "$WINDLASS_PID" 2>/dev/null || true
  WINDLASS_PID=
}

# start_stock: upstream's Deployment controller in Windlass' place.
start_stock() {
  "$("$ROOT/test/cluster/build" --stock | tail -n 1)" --kubeconfig "$DATA/admin.kubeconfig" \
    >"$WORK/stock.log" 2>&1 &
  STOCK_PID=$!
}
stop_stock() {
  kill "$STOCK_PID"
  wait "$STOCK_PID" || fail "the stock controller ended with $?"
  STOCK_PID=
}

# start_witness: records every change of Deployments, ReplicaSets and Pods.
start_witness() {
  cluster witness --kubeconfig "$DATA/admin.kubeconfig" --out "$WORK/witness.jsonl" \
    >"$WORK/witness.out" 2>&1 &
  WITNESS_PID=$!
  until_true 20 "the witness watches" grep -q ready "$WORK/witness.out"
}
# check_witness [options of cluster check]
check_witness() {
  kill "$WITNESS_PID" && wait "$WITNESS_PID" || fail "the witness ended badly"
  WITNESS_PID=
  cluster check --log "$WORK/witness.jsonl" "$@" || fail "the witness saw a violation"
}

# rolled_out NAME [TIMEOUT]: kubectl rollout status ends by itself.
rolled_out() {
  kubectl rollout status "deployment/$1" --timeout="${2:-60s}" || fail "rollout of $1 did not end"
}
field() { kubectl get "$1" -o jsonpath="$2"; }
expect() {
  [ "$2" = "$3" ] || fail "$1: expected '$3', got '$2'"
  say "ok: $1 = $2"
}

# Image, observed and present generation, and counters of every Deployment, a line each.
deployment_lines() {
  local container='.spec.template.spec.containers[0]'
  kubectl get deployments -o jsonpath="{range .items[*]}{$container.image} \
{.status.observedGeneration}/{.metadata.generation} {.status.replicas} \
{.status.updatedReplicas} {.status.availableReplicas}{\"\\n\"}{end}"
}
# complete COUNT REPLICAS IMAGE: so many Deployments are rolled out with that image and size.
complete() {
  [ "$(deployment_lines | awk -v image="$3" -v n="$2" '
    $1 == image && split($2, g, "/") && g[1] == g[2] && $3 == n && $4 == n && $5 == n' |
    wc -l)" = "$1" ]
}
# updated COUNT REPLICAS IMAGE: at least so many Deployments have all their Pods of that image.
updated() {
  [ "$(deployment_lines | awk -v image="$3" -v n="$2" '
    $1 == image && split($2, g, "/") && g[1] == g[2] && $4 == n' | wc -l)" -ge "$1" ]
}

# deployment NAME REPLICAS IMAGE [STRATEGY-JSON]: a manifest on standard output.
deployment() {
  cat <<YAML
apiVersion: apps/v1
kind: Deployment
metadata: {name: $1}
spec:
  replicas: $2
  strategy: ${4:-{type: RollingUpdate\}}
  selector: {matchLabels: {app: $1}}
  template:
    metadata: {labels: {app: $1}}
    spec:
      containers: [{name: app, image: "$3"}]
YAML
}
