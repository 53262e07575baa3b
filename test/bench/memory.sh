#!/usr/bin/env bash
# The memory of Windlass on a large cluster that does not exist: a generator on this machine speaks
# the API (test/cluster/cmd/fleetserver). Windlass waits for the Lease, as the second replica does;
# its caches are those of a leader. Prints a table.
#
#   test/bench/memory.sh                          # 20,000 Deployments of 64 KiB, 100,000 Pods
#   DEPLOYMENTS=2000 PODS=10000 test/bench/memory.sh
#   ENDS=1 test/bench/memory.sh                   # six minutes more: what is left when caches end
#
# WINDLASS=<binary> is another version. The shapes are: all Deployments with rolling updates; one
# with strategy Recreate; one that is updated in place.
set -euo pipefail
export LC_ALL=C

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
WINDLASS=${WINDLASS:-$ROOT/build/release/cmd/windlass/windlass}
DEPLOYMENTS=${DEPLOYMENTS:-20000}
TEMPLATE=${TEMPLATE:-65536}     # bytes of each template
REVISIONS=${REVISIONS:-2}       # ReplicaSets of each Deployment
ANNOTATION=${ANNOTATION:-0}     # bytes of an annotation of each Deployment
PODS=${PODS:-100000}
PATIENCE=${PATIENCE:-900}       # seconds until the caches must be complete
ENDS=${ENDS:-}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/windlass-memory.XXXXXX")
SERVER_PID='' WINDLASS_PID=''

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*" >&2; }
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
  end "$WINDLASS_PID"
  end "$SERVER_PID"
  rm -rf "$WORK"
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

memory_mib() { # FIELD
  awk -v field="$1:" '$1 == field {printf "%.1f", $2 / 1024}' "/proc/$WINDLASS_PID/status"
}
cpu_seconds() {
  awk -v hz="$(getconf CLK_TCK)" '{sub(/.*\) /, ""); printf "%.1f", ($12 + $13) / hz}' \
    "/proc/$WINDLASS_PID/stat"
}
metrics() { curl --silent --fail "http://$OPS/metrics"; }
metric() { # NAME: the sum of its series, in MiB
  metrics | awk -v name="$1" '$1 ~ "^" name "({|$)" {sum += $2} END {printf "%.1f", sum / 1048576}'
}
# until_true SECONDS WHAT COMMAND…
until_true() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    kill -0 "$WINDLASS_PID" 2>/dev/null || fail "Windlass ended: $(tail -n 3 "$WORK/log")"
    [ "$SECONDS" -lt "$deadline" ] || fail "not in time: $what"
    sleep 0.5 # between two looks at the condition
  done
}
address_logged() { grep -qs 'serving metrics' "$WORK/log"; }
ready() { [ "$(curl --silent -o /dev/null -w '%{http_code}' "http://$OPS/readyz")" = 200 ]; }
synced() { # INFORMERS: all of them
  local name page
  page=$(metrics) || return 1
  for name in "$@"; do
    grep -qx "windlass_informer_synced{resource=\"$name\"} 1" <<<"$page" || return 1
  done
}
# Memory that is not needed any more is given back ten seconds after the process became idle. So it
# must stay the same for twice as long.
at_rest() {
  local before i
  before=$(memory_mib VmRSS)
  for i in 1 2; do
    sleep 12 # between two looks at the condition
    awk -v a="$before" -v b="$(memory_mib VmRSS)" \
      'BEGIN {exit !(b > a - 1 && b < a + 1)}' || return 1
  done
}
gone() {
  local page
  page=$(metrics) && ! grep -qE '^windlass_informer_objects\{resource="(whole_)?pods"\}' <<<"$page"
}

begin() { # FLAGS of the generator
  rm -f "$WORK/server" "$WORK/log" # of the row before
  "$WORK/fleetserver" --deployments "$DEPLOYMENTS" --template-bytes "$TEMPLATE" \
    --revisions "$REVISIONS" --annotation-bytes "$ANNOTATION" --pods "$PODS" "$@" \
    >"$WORK/server" 2>"$WORK/server.err" &
  SERVER_PID=$!
  until grep -qs '^http' "$WORK/server"; do
    kill -0 "$SERVER_PID" 2>/dev/null || fail "the generator ended: $(cat "$WORK/server.err")"
    sleep 0.05 # between two looks at the condition
  done
  SERVER=$(head -n 1 "$WORK/server")
  cat >"$WORK/kubeconfig" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: fleet, cluster: {server: "$SERVER"}}]
users: [{name: windlass, user: {token: none}}]
contexts: [{name: fleet, context: {cluster: fleet, user: windlass}}]
current-context: fleet
YAML
  "$WINDLASS" --kubeconfig="$WORK/kubeconfig" --controllers=deployment \
    --metrics-bind-address=127.0.0.1:0 >"$WORK/log" 2>&1 &
  WINDLASS_PID=$!
  until_true 30 "the address is logged" address_logged
  OPS=$(grep -oE 'address="?[0-9.:]+' "$WORK/log" | grep -oE '[0-9.]+:[0-9]+' | head -n 1)
}

row() { # WHAT
  printf '%-34s %10s %10s %10s %10s %8s\n' "$1" "$(memory_mib VmRSS)" "$(memory_mib VmHWM)" \
    "$(metric windlass_cache_bytes)" "$(metric windlass_cache_budget_bytes)" "$(cpu_seconds)"
}
shape() { # WHAT INFORMERS FLAGS…
  local what=$1 informers=$2
  shift 2
  say "$what"
  begin "$@"
  # shellcheck disable=SC2086 # several names
  until_true "$PATIENCE" "the caches are complete" synced $informers
  until_true 120 "the memory is at rest" at_rest
  row "$what"
  # Updates in place end when their ReplicaSets have no note of them any more, and no leader is
  # there to remove it.
  if [ -n "$ENDS" ] && [[ $informers = *' pods' ]]; then
    curl --silent --fail -X POST "$SERVER/control/first?strategy=RollingUpdate"
    until_true 400 "the caches have ended" gone
    until_true 120 "the memory is at rest" at_rest
    row "… and when it is no more"
  fi
  end "$WINDLASS_PID"
  end "$SERVER_PID"
  WINDLASS_PID='' SERVER_PID=''
}

(cd "$ROOT/test/cluster" && PATH=$PATH:/usr/local/go/bin CGO_ENABLED=0 GOFLAGS=-mod=readonly \
  go build -trimpath -buildvcs=false -o "$WORK/" ./cmd/fleetserver)
echo "$DEPLOYMENTS Deployments and $((DEPLOYMENTS * REVISIONS)) ReplicaSets of $TEMPLATE bytes," \
  "$PODS Pods; $(date -u +%F)"
printf '%-34s %10s %10s %10s %10s %8s\n' MiB resident peak counted budget 'CPU (s)'
always='deployments replicasets'
shape 'rolling updates' "$always"
shape 'one with strategy Recreate' "$always pods" --strategy Recreate
shape 'one in place' "$always whole_pods nodes" --in-place IfPossible
