# What every end-to-end scenario needs: a real control plane, Windlass as the Deployment controller,
# and functions that state what is expected. Source it first:
#
#   . "$(dirname "$0")/lib.sh"
#   join_cluster               # a namespace; Windlass and the witness see only this one
#   start_windlass
#
# A scenario starts a control plane of its own if it breaks components, needs options of
# test/cluster/up, changes what is cluster-wide, counts requests in the audit log, or runs Windlass
# for all namespaces:
#
#   start_cluster --nodes 3
#
# tools/test.sh starts one control plane for all scripts that join; a script run by hand starts its
# own.
# WINDLASS_KUBERNETES=1.36, or 1.31, takes a control plane of that release, and its kubectl.
#
# No function sleeps for a result: every wait has a condition and a deadline. Scripts run beside
# each other, so a deadline only says when to give up. No script judges by it how long a wait took.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
WINDLASS=${WINDLASS:-$ROOT/build/release/cmd/windlass/windlass}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/windlass-e2e.XXXXXX")
DATA=$WORK/cluster
OWN_NAMESPACE= # that of a scenario that joined a control plane
JOINED=        # 1: another program stops that control plane
WINDLASS_PID=
STOCK_PID=
WITNESS_PID=
OTHER_PIDS= # other processes that end with the test

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

# end_children SIGNAL PID…: sends the signal to those of the processes that this script started and
# that have not ended. Not to the others: an ended process leaves its pid to any other program.
end_children() {
  local signal=$1 pid
  shift
  for pid in "$@"; do
    grep -qs "^PPid:[[:space:]]*$$\$" "/proc/$pid/status" || continue
    kill "-$signal" "$pid" 2>/dev/null || true
  done
}

# A scenario overrides this to end its own things. The exit code stays the same.
at_exit() { :; }
cleanup() {
  local status=$?
  trap - EXIT
  trap '' INT TERM # no signal interrupts the clean-up
  at_exit || true
  # shellcheck disable=SC2086  # one word for each process
  end_children TERM $WITNESS_PID $WINDLASS_PID $STOCK_PID $OTHER_PIDS
  if [ -n "$JOINED" ]; then
    kubectl delete namespace "$OWN_NAMESPACE" --wait=false --request-timeout=10s >/dev/null 2>&1 ||
      true
  elif [ -n "${KEEP_DATA:-}" ]; then
    "$ROOT/test/cluster/down" --data "$DATA" >/dev/null 2>&1 || true
  else
    "$ROOT/test/cluster/down" --data "$DATA" --remove >/dev/null 2>&1 || true
  fi
  if [ -n "${KEEP_DATA:-}" ]; then say "kept: $WORK"; else rm -rf "$WORK"; fi
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# start_cluster [options of test/cluster/up]: starts a control plane for this script alone.
start_cluster() {
  say "starting a control plane: $*"
  "$ROOT/test/cluster/up" --data "$DATA" "$@" >"$WORK/up.log" 2>&1 || {
    cat "$WORK/up.log" >&2
    fail "the control plane did not start"
  }
  # shellcheck disable=SC1091
  . "$DATA/env"
}

# join_cluster: makes a namespace in the control plane that tools/test.sh has started (its data
# folder is WINDLASS_E2E_CLUSTER), or else in a new control plane. Either has three nodes.
join_cluster() {
  # The shared control plane is of the default release.
  if [ -n "${WINDLASS_E2E_CLUSTER:-}" ] && [ -z "${WINDLASS_KUBERNETES:-}" ]; then
    DATA=$WINDLASS_E2E_CLUSTER JOINED=1
    # shellcheck disable=SC1091
    . "$DATA/env"
  else
    start_cluster --nodes 3
  fi
  OWN_NAMESPACE=$(basename "$0" _test.sh | tr _ -)-$$
  kubectl create namespace "$OWN_NAMESPACE" >/dev/null
  cp "$DATA/admin.kubeconfig" "$WORK/admin.kubeconfig"
  export KUBECONFIG=$WORK/admin.kubeconfig
  kubectl config set-context --current --namespace="$OWN_NAMESPACE" >/dev/null
  until_true 60 "namespace $OWN_NAMESPACE takes Pods" kubectl get serviceaccount default
  say "in namespace $OWN_NAMESPACE"
}

# until_true SECONDS DESCRIPTION COMMAND…: polls until COMMAND succeeds, for at least a minute.
until_true() {
  local deadline=$((SECONDS + ($1 > 60 ? $1 : 60))) what=$2 looks=0
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || fail "$what: not within the time given"
    # The time between two checks. Most checks run kubectl, which slows other scripts down.
    if (((looks += 1) < 10)); then sleep 0.1; else sleep 0.4; fi
  done
}

# launch_windlass [more flags]: returns when Windlass serves /readyz. It runs the Deployment
# controller, unless a flag --controllers says otherwise. Keeps the log of an earlier start.
launch_windlass() {
  local from=0 controllers=--controllers=deployment
  case " $*" in *" --controllers"*) controllers= ;; esac
  if [ -f "$WORK/windlass.log" ]; then from=$(wc -l <"$WORK/windlass.log"); fi
  "$WINDLASS" --kubeconfig "${WINDLASS_KUBECONFIG:-$DATA/windlass.kubeconfig}" \
    --leader-elect=false --metrics-bind-address=127.0.0.1:0 ${controllers:+"$controllers"} \
    ${OWN_NAMESPACE:+--namespace="$OWN_NAMESPACE"} "$@" 2>>"$WORK/windlass.log" &
  WINDLASS_PID=$!
  until_true 20 "Windlass logs its address" address_logged "$from"
  OPS=$(log_since "$from" | sed -En 's/.*address(":"|=)([^ ",]*).*/\2/p' | head -n 1)
}
# start_windlass [more flags]: returns when /readyz says ok.
start_windlass() {
  launch_windlass "$@"
  until_true 20 "Windlass is ready" windlass_ready
}
# events_of_rollout ID: prints object and reason of the Events of this rollout, in lines.
events_of_rollout() {
  kubectl get events -o json | jq -r --arg id "$1" '.items[]
    | select(.metadata.annotations["windlass.dev/rollout-id"] == $id)
    | "\(.involvedObject.name) \(.reason)"'
}
# has_event ID [TEXT]: succeeds if the rollout has an Event, of this object and reason.
has_event() { events_of_rollout "$1" | grep -F "${2:-}" >/dev/null; }
log_since() { tail -n +$(($1 + 1)) "$WORK/windlass.log"; }
address_logged() { log_since "$1" | grep -E 'address("|=)' >/dev/null; }
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

# start_fault_proxy [KUBECONFIG]: Windlass connects through the proxy from its next start on. The
# proxy reads faults from file descriptor 8 (test/cluster/cmd/faultproxy).
start_fault_proxy() {
  (cd "$ROOT/test/cluster" && CGO_ENABLED=0 go build -trimpath -o "$WORK/proxy" ./cmd/faultproxy)
  mkfifo "$WORK/faults"
  "$WORK/proxy" --kubeconfig "${1:-$DATA/windlass.kubeconfig}" --out "$WORK/through.kubeconfig" \
    <"$WORK/faults" >"$WORK/proxy.out" 2>"$WORK/proxy.log" &
  OTHER_PIDS="$OTHER_PIDS $!"
  exec 8>"$WORK/faults"
  until_true 10 "the proxy listens" grep -q ready "$WORK/proxy.out"
  WINDLASS_KUBECONFIG=$WORK/through.kubeconfig
}

# start_stock [more flags]: starts upstream's Deployment controller in place of Windlass. Keeps the
# log of an earlier start.
start_stock() {
  "$("$ROOT/test/cluster/build" --stock | tail -n 1)" \
    --kubeconfig "${STOCK_KUBECONFIG:-$DATA/admin.kubeconfig}" "$@" >>"$WORK/stock.log" 2>&1 &
  STOCK_PID=$!
}
stop_stock() {
  kill "$STOCK_PID"
  wait "$STOCK_PID" || fail "the stock controller ended with $?"
  STOCK_PID=
}

# start_witness [options of cluster witness]: records every change of Deployments, ReplicaSets and
# Pods; with --rollouts, of Rollouts, too.
start_witness() {
  cluster witness --kubeconfig "$DATA/admin.kubeconfig" --out "$WORK/witness.jsonl" \
    ${OWN_NAMESPACE:+--namespace="$OWN_NAMESPACE"} "$@" \
    >"$WORK/witness.out" 2>&1 &
  WITNESS_PID=$!
  until_true 20 "the witness watches" grep -q ready "$WORK/witness.out"
}
# check_witness [options of cluster check]: judges what the witness recorded.
check_witness() {
  kill "$WITNESS_PID" && wait "$WITNESS_PID" || fail "the witness ended badly"
  WITNESS_PID=
  cluster check --log "$WORK/witness.jsonl" "$@" || fail "the witness saw a violation"
}

# kubernetes_before MINOR: succeeds if the control plane is older than Kubernetes 1.MINOR.
kubernetes_before() {
  local minor
  minor=$(kubectl get --raw /version | sed -n 's/.*"minor": "\([0-9]*\).*/\1/p')
  [ -n "$minor" ] || fail "the API server does not say its version"
  [ "$minor" -lt "$1" ]
}

# rolled_out NAME [TIMEOUT]: expects that kubectl rollout status ends by itself.
rolled_out() {
  kubectl rollout status "deployment/$1" --timeout="${2:-180s}" || fail "rollout of $1 did not end"
}
field() { kubectl get "$1" -o jsonpath="$2"; }
# needed_revision FOLDER: prints the revision of the CustomResourceDefinition that the kind of
# controller/FOLDER needs.
needed_revision() {
  sed -n 's/.*\.revision = \([0-9]*\),.*/\1/p' "$ROOT/controller/$1/crd.h" | grep .
}
expect() {
  [ "$2" = "$3" ] || fail "$1: expected '$3', got '$2'"
  say "ok: $1 = $2"
}

# Prints a line for each Deployment: image, observed and present generation, and counters.
deployment_lines() {
  local container='.spec.template.spec.containers[0]'
  kubectl get deployments -o jsonpath="{range .items[*]}{$container.image} \
{.status.observedGeneration}/{.metadata.generation} {.status.replicas} \
{.status.updatedReplicas} {.status.availableReplicas}{\"\\n\"}{end}"
}
# complete COUNT REPLICAS IMAGE: true if COUNT Deployments are rolled out with that image and size.
complete() {
  [ "$(deployment_lines | awk -v image="$3" -v n="$2" '
    $1 == image && split($2, g, "/") && g[1] == g[2] && $3 == n && $4 == n && $5 == n' |
    wc -l)" = "$1" ]
}
# updated COUNT REPLICAS IMAGE: true if at least COUNT Deployments have that image in all their
# Pods.
updated() {
  [ "$(deployment_lines | awk -v image="$3" -v n="$2" '
    $1 == image && split($2, g, "/") && g[1] == g[2] && $4 == n' | wc -l)" -ge "$1" ]
}

# deployment NAME REPLICAS IMAGE [STRATEGY-JSON]: prints a manifest.
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
