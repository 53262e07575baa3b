# One change of the image of COUNT objects of each kind at once, on a control plane whose Pods are
# served by `cluster pods`. Sourced after subject.sh and fleet.sh by rollouts.sh and metrics.sh.
# They have COUNT, REPLICAS, WORKERS, ASKERS and PATIENCE, the subjects RUN, and a function `kinds`:
# the kinds of objects that the subject has, one on a line.

begin_cluster() {
  local controllers=replicaset-controller,garbage-collector-controller,namespace-controller
  controllers+=,serviceaccount-controller,serviceaccount-token-controller
  start_cluster --nodes 0 --no-scheduler --controllers="$controllers" \
    --concurrent-replicaset-syncs="$WORKERS"
  API_PID=$(cluster status | awk '$1 == "apiserver" {print $2}')
  : >"$WORK/driver.out"
  cluster pods --kubeconfig "$DATA/admin.kubeconfig" >"$WORK/driver.out" 2>>"$WORK/driver.log" &
  DRIVER_PID=$!
  OTHER_PIDS+=" $DRIVER_PID"
  until_true 120 "Pods are driven" grep -q ready "$WORK/driver.out"
}
end_cluster() {
  kill "$DRIVER_PID" && wait "$DRIVER_PID" || fail "the driver ended badly"
  OTHER_PIDS=
  "$ROOT/test/cluster/down" --data "$DATA" --remove
}

resource_of() { # KIND: as `cluster rolled` takes it
  case $1 in
    rollouts) echo rollouts.v1alpha1.windlass.dev ;;
    argo) echo rollouts.v1alpha1.argoproj.io ;;
  esac
}
# fleet KIND IMAGE: prints COUNT objects, all with the same Pod.
fleet() {
  local i
  for ((i = 1; i <= COUNT; i++)); do
    fleet_deployment "$1-$i" "$REPLICAS" 'part: fleet'
  done | sed "s|image: \"app:v3\"|image: \"$2\"|" | case $1 in
    deployments) cat ;;
    rollouts)
      sed -e 's|^apiVersion: apps/v1|apiVersion: windlass.dev/v1alpha1|' \
        -e 's|^kind: Deployment|kind: Rollout|'
      ;;
    argo) # a canary without steps is a rolling update, with a Deployment's limits
      sed -e 's|^apiVersion: apps/v1|apiVersion: argoproj.io/v1alpha1|' \
        -e 's|^kind: Deployment|kind: Rollout|' -e 's|^spec:$|&\n  strategy: {canary: {}}|'
      ;;
  esac
}
# prepare IMAGE: writes the manifests of all objects of the subject, in ASKERS files.
prepare() {
  local kind
  rm -f "$WORK"/fleet-*.yaml
  for kind in $(kinds); do fleet "$kind" "$1"; done |
    awk -v n="$ASKERS" -v to="$WORK/fleet-" '/^---$/ {i = i % n + 1} {print >(to i ".yaml")}'
}
# ask: applies what `prepare` has written, one request for each object. One kubectl waits for each
# answer. It would take longer to ask for all changes than the controllers take to make them, since
# the API server is busy as soon as they begin.
ask() {
  local file pid pids=
  for file in "$WORK"/fleet-*.yaml; do
    kubectl apply --server-side --force-conflicts -f "$file" >/dev/null &
    pids+=" $!"
  done
  for pid in $pids; do wait "$pid" || fail "kubectl could not apply all objects"; done
}

# watch_kinds TOOL OPTION…: starts `cluster TOOL` for each kind of the subject, and waits until it
# is ready. WATCHERS are their pids; they write to $WORK/TOOL-KIND.out.
watch_kinds() {
  local tool=$1 kind
  shift
  WATCHERS=
  for kind in $(kinds); do
    : >"$WORK/$tool-$kind.out"
    cluster "$tool" --kubeconfig "$DATA/admin.kubeconfig" --selector part=fleet \
      --resource "$(resource_of "$kind")" "$@" >"$WORK/$tool-$kind.out" \
      2>"$WORK/$tool-$kind.log" &
    WATCHERS+=" $!"
    OTHER_PIDS+=" $!"
    until_true 60 "cluster $tool is ready" grep -q ready "$WORK/$tool-$kind.out"
  done
}
# last_lines TOOL: prints what each of them has printed last.
last_lines() {
  local kind
  for kind in $(kinds); do tail -n 1 "$WORK/$1-$kind.out"; done
}

# begin_wait IMAGE, then end_wait: the time at which all objects of the subject were rolled out.
begin_wait() {
  watch_kinds rolled --count "$COUNT" --image "$1" --timeout "${PATIENCE}s"
  WAITERS=$WATCHERS
}
end_wait() {
  local pid
  for pid in $WAITERS; do
    wait "$pid" || fail "$SUBJECT: not rolled out within $PATIENCE s"
  done
  ENDED=$(last_lines rolled | sort | tail -n 1)
}

# begin_count, then end_count KEY: the objects that had more live Pods than replicas + maxSurge at
# some moment, from one watch of Pods in its order.
begin_count() {
  watch_kinds surge
  COUNTERS=$WATCHERS
}
end_count() {
  local pid
  for pid in $COUNTERS; do
    kill "$pid" && wait "$pid" || fail "live Pods were not counted to the end"
  done
  note "$1_above_surge" "$(last_lines surge | awk '{sum += $1} END {print sum}')"
}

# line LABEL KEY: prints a row of the table, with a figure of each subject.
line() {
  local name figure any=
  for name in $RUN; do
    figure=$(value "$name" equal "$2")
    any+=$figure
    printf -v name ' %13s' "${figure:--}"
    set -- "$@" "$name"
  done
  [ -n "$any" ] || return 0
  printf '%-46s' "$1"
  shift 2
  printf '%s' "$@"
  echo
}
