#!/usr/bin/env bash
# COUNT Rollouts next to COUNT Deployments, both under Windlass, both kinds in one process, and
# COUNT Rollouts of Argo Rollouts: memory, CPU, writes and wall time of one change of the image of
# all of them at once. One run, one machine; each begins with a control plane of its own. Pods are
# served by `cluster pods`. Prints a table, and writes it to build/bench/rollouts.txt.
#
#   tools/bench.sh rollouts                                      # three quarters of an hour
#   COUNT=20 IDLE=15 SUBJECTS='deployments rollouts' tools/bench.sh rollouts    # five minutes
#
# Argo Rollouts comes from the Go module proxy; ARGO=<binary> with ARGO_CRDS=<folder> saves the
# build. If it cannot be built, the table says so by name.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/rollout_lib.sh"
. "$(dirname "$0")/subject.sh"
. "$(dirname "$0")/fleet.sh"
export LC_ALL=C

COUNT=${COUNT:-1000}       # objects of each kind
REPLICAS=${REPLICAS:-4}    # Pods of each
IDLE=${IDLE:-120}          # seconds before idle memory is read
QPS=${QPS:-500}            # requests per second of each controller, twice that as burst
WORKERS=${WORKERS:-30}     # of the ReplicaSet controller
PATIENCE=${PATIENCE:-1800} # seconds until a change must have been rolled out
SUBJECTS=${SUBJECTS:-deployments rollouts both argo}
ARGO_VERSION=${ARGO_VERSION:-v1.10.2}
ARGO=${ARGO:-}
ARGO_CRDS=${ARGO_CRDS:-}
OUT=${OUT:-$ROOT/build/bench/rollouts.txt}
WINDLASS=${WINDLASS_RELEASE:-$WINDLASS}
NOT_RUN= # a line for each subject that was left out

# ---- Argo Rollouts -------------------------------------------------------------------------------

# find_argo: sets ARGO and ARGO_CRDS; builds what is not in the cache. Fails if it cannot be built.
find_argo() {
  if [ -n "$ARGO" ]; then return 0; fi
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/windlass/argo-rollouts-$ARGO_VERSION module
  ARGO=$cache/controller ARGO_CRDS=$cache/crds
  if [ -x "$ARGO" ]; then return 0; fi
  say "building Argo Rollouts $ARGO_VERSION (a few minutes)"
  module=$(cd / && go mod download -json "github.com/argoproj/argo-rollouts@$ARGO_VERSION" \
    2>"$WORK/argo-build.log" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p')
  [ -n "$module" ] || return 1
  cp -r "$module" "$WORK/argo" && chmod -R u+w "$WORK/argo" || return 1
  # It embeds a web page, which is not part of the module.
  mkdir -p "$WORK/argo/ui/dist/app" "$WORK/argo/server/static" "$cache" || return 1
  touch "$WORK/argo/ui/dist/app/empty" "$WORK/argo/server/static/empty"
  (
    cd "$WORK/argo" || exit 1
    version=$(go env GOVERSION)
    go mod edit -go="${version#go}" -toolchain=none || exit 1
    CGO_ENABLED=0 GOFLAGS=-mod=mod go build -trimpath -o "$WORK/argo-controller" \
      ./cmd/rollouts-controller
  ) >>"$WORK/argo-build.log" 2>&1 || return 1
  rm -rf "$ARGO_CRDS"
  cp -r "$WORK/argo/manifests/crds" "$ARGO_CRDS" && cp "$WORK/argo-controller" "$ARGO"
  rm -rf "$WORK/argo" "$WORK/argo-controller"
}
# install_argo: its resources, and an identity of its own, so that the audit log tells its requests.
install_argo() {
  local token
  find "$ARGO_CRDS" -name '*-crd.yaml' -exec kubectl apply --server-side -f {} \; >/dev/null
  kubectl create namespace argo-rollouts >/dev/null
  kubectl -n argo-rollouts create serviceaccount argo-rollouts >/dev/null
  kubectl create clusterrolebinding argo-rollouts --clusterrole=cluster-admin \
    --serviceaccount=argo-rollouts:argo-rollouts >/dev/null
  token=$(kubectl -n argo-rollouts create token argo-rollouts --duration=24h)
  sed "s/^\( *token:\).*/\1 $token/" "$DATA/windlass.kubeconfig" >"$WORK/argo.kubeconfig"
  until_true 60 "Rollouts of Argo are served" kubectl get rollouts.argoproj.io
}

# ---- the subjects --------------------------------------------------------------------------------

# These two replace those of subject.sh.
subject() { # NAME
  SUBJECT=$1 SETTING=equal
  SUBJECT_USER=system:serviceaccount:windlass-system:windlass
  if [ "$1" = argo ]; then SUBJECT_USER=system:serviceaccount:argo-rollouts:argo-rollouts; fi
}
start_subject() {
  local limits=(--kube-api-qps="$QPS" --kube-api-burst=$((QPS * 2)))
  case $SUBJECT in
    deployments) launch_windlass --controllers=deployment "${limits[@]}" ;;
    rollouts) launch_windlass --controllers=rollout "${limits[@]}" ;;
    both) launch_windlass --controllers=deployment,rollout "${limits[@]}" ;;
    argo)
      "$ARGO" --kubeconfig "$WORK/argo.kubeconfig" --leader-elect=false --metricsport=0 \
        --healthzPort=0 --qps="$QPS" --burst=$((QPS * 2)) >>"$WORK/argo.log" 2>&1 &
      WINDLASS_PID=$!
      ;;
  esac
  SUBJECT_PID=$WINDLASS_PID
  WINDLASS_PID=
}
# kinds: prints the kinds of objects that the subject has, one on a line.
kinds() {
  case $SUBJECT in
    both) printf '%s\n' deployments rollouts ;;
    *) echo "$SUBJECT" ;;
  esac
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
# ask IMAGE: writes all objects of the subject, one request for each.
ask() {
  local kind
  for kind in $(kinds); do fleet "$kind" "$1"; done >"$WORK/fleet.yaml"
  kubectl apply --server-side --force-conflicts -f "$WORK/fleet.yaml" >/dev/null
}

# begin_wait IMAGE, then end_wait: the time at which all objects of the subject were rolled out.
begin_wait() {
  local kind
  WAITERS=
  for kind in $(kinds); do
    : >"$WORK/rolled-$kind.out"
    cluster rolled --kubeconfig "$DATA/admin.kubeconfig" --count "$COUNT" \
      --selector part=fleet --resource "$(resource_of "$kind")" --image "$1" \
      --timeout "${PATIENCE}s" >"$WORK/rolled-$kind.out" 2>"$WORK/rolled-$kind.log" &
    WAITERS+=" $!"
    OTHER_PIDS+=" $!"
    until_true 60 "rollouts are watched" grep -q ready "$WORK/rolled-$kind.out"
  done
}
end_wait() {
  local pid kind
  for pid in $WAITERS; do
    wait "$pid" || fail "$SUBJECT: not rolled out within $PATIENCE s"
  done
  ENDED=$(for kind in $(kinds); do tail -n 1 "$WORK/rolled-$kind.out"; done | sort | tail -n 1)
}

controllers=replicaset-controller,garbage-collector-controller,namespace-controller
controllers+=,serviceaccount-controller,serviceaccount-token-controller
measure() { # NAME
  subject "$1"
  say "--- $1"
  start_cluster --nodes 0 --no-scheduler --controllers="$controllers" \
    --concurrent-replicaset-syncs="$WORKERS"
  API_PID=$(cluster status | awk '$1 == "apiserver" {print $2}')
  if [ "$1" = argo ]; then install_argo; else install_rollouts; fi
  : >"$WORK/driver.out"
  cluster pods --kubeconfig "$DATA/admin.kubeconfig" >"$WORK/driver.out" 2>>"$WORK/driver.log" &
  local driver=$!
  OTHER_PIDS+=" $driver"
  until_true 120 "Pods are driven" grep -q ready "$WORK/driver.out"
  start_subject

  begin_wait app:v1
  mark
  ask app:v1
  end_wait
  note create_ms $(($(milliseconds "$ENDED") - $(milliseconds "$SINCE")))
  quiet
  say "$1: $((COUNT * $(kinds | wc -l))) objects exist; idle for $IDLE s"
  mark
  pass "$IDLE"
  note idle_rss "$(resident_mib)"
  note idle_anonymous "$(anonymous_mib)"
  costs idle

  begin_wait app:v2
  mark
  ask app:v2
  note asked_ms $(($(date +%s%3N) - $(milliseconds "$SINCE")))
  end_wait
  note roll_ms $(($(milliseconds "$ENDED") - $(milliseconds "$SINCE")))
  quiet
  costs roll
  requests roll $((COUNT * $(kinds | wc -l)))
  note after_rss "$(resident_mib)"
  note peak "$(peak_mib)"
  say "$1: rolled out in $(noted roll_ms) ms with $(noted roll_cpu) s of CPU"

  kill "$SUBJECT_PID"
  wait "$SUBJECT_PID" || [ "$1" = argo ] || fail "$1 ended with $?"
  SUBJECT_PID=
  kill "$driver" && wait "$driver" || fail "the driver ended badly"
  OTHER_PIDS=
  "$ROOT/test/cluster/down" --data "$DATA" --remove
}

# ---- the table -----------------------------------------------------------------------------------

line() { # LABEL KEY
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
report() {
  local name key
  echo "$COUNT objects of $REPLICAS Pods, all changed at once; $QPS requests per second;"
  echo "$(nproc) CPUs, load $(cut -d ' ' -f 1-3 /proc/loadavg); $(date -u +%F)"
  echo "deployments, rollouts: Windlass with one kind; both: one process, twice the objects"
  if [[ " $RUN " = *" argo "* ]]; then echo "argo: Argo Rollouts $ARGO_VERSION, no steps"; fi
  printf '\n%-46s' ''
  for name in $RUN; do printf ' %13s' "$name"; done
  echo
  line "resident memory, idle for $IDLE s (MiB)" idle_rss
  line "of it no file's (MiB)" idle_anonymous
  line "CPU while idle (s)" idle_cpu
  line "CPU of the API server meanwhile (s)" idle_api_cpu
  line "creation: wall time (ms)" create_ms
  line "change: until all was asked for (ms)" asked_ms
  line "change: wall time (ms)" roll_ms
  line "change: CPU (s)" roll_cpu
  line "change: CPU of the API server (s)" roll_api_cpu
  line "change: conflicts, per rollout" roll_conflicts
  awk '$3 ~ /^roll_(writes|reads)/ {print $3}' "$WORK/figures" | sort -ru >"$WORK/keys"
  while read -r key; do
    line "change: $(sed 's/^roll_//; s/_/, /' <<<"$key"), per rollout" "$key"
  done <"$WORK/keys"
  line "resident memory after the change (MiB)" after_rss
  line "resident memory, peak (MiB)" peak
  printf '%s' "$NOT_RUN"
}

RUN=
for name in $SUBJECTS; do
  if [ "$name" = argo ] && ! find_argo; then
    NOT_RUN+="not run: Argo Rollouts $ARGO_VERSION, which could not be built:"
    NOT_RUN+=" $(tail -n 1 "$WORK/argo-build.log" 2>/dev/null)"$'\n'
    continue
  fi
  measure "$name"
  RUN+=${RUN:+ }$name
done

mkdir -p "$(dirname "$OUT")"
report | tee "$OUT"
say "written to $OUT"
