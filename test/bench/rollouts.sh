#!/usr/bin/env bash
# COUNT Rollouts next to COUNT Deployments, both under Windlass, both kinds in one process, and
# COUNT Rollouts of Argo Rollouts: memory, CPU, writes and wall time of one change of the image of
# all of them at once. One run, one machine; each begins with a control plane of its own. Pods are
# served by `cluster pods`. Prints a table, and writes it to build/bench/rollouts.txt.
#
#   tools/bench.sh rollouts                             # forty minutes, if nothing else runs
#   COUNT=20 IDLE=15 QUIET=5 tools/bench.sh rollouts    # five minutes
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
ASKERS=${ASKERS:-$((COUNT < 160 ? (COUNT + 9) / 10 : 16))} # kubectls that ask for changes
PATIENCE=${PATIENCE:-1800} # seconds until a change must have been rolled out
SUBJECTS=${SUBJECTS:-deployments rollouts both argo}
ARGO_VERSION=${ARGO_VERSION:-v1.10.1} # v1.10.2 needs Go 1.26.10
ARGO=${ARGO:-}
ARGO_CRDS=${ARGO_CRDS:-}
OUT=${OUT:-$ROOT/build/bench/rollouts.txt}
WINDLASS=${WINDLASS_RELEASE:-$WINDLASS}
NOT_RUN= # a line for each subject that was left out

# ---- Argo Rollouts -------------------------------------------------------------------------------

# find_argo: sets ARGO and ARGO_CRDS; builds what is not in the cache. Fails if it cannot be built;
# $WORK/argo-build.log says why.
find_argo() {
  if [ -n "$ARGO" ]; then return 0; fi
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/windlass/argo-rollouts-$ARGO_VERSION
  ARGO=$cache/controller ARGO_CRDS=$cache/crds
  if [ -x "$ARGO" ]; then return 0; fi
  say "building Argo Rollouts $ARGO_VERSION (ten minutes the first time)"
  build_argo "$cache" >"$WORK/argo-build.log" 2>&1
}
# build_argo FOLDER: compiles the module, as it is, into FOLDER.
build_argo() (
  module=github.com/argoproj/argo-rollouts@$ARGO_VERSION
  cd / && go mod download "$module" || exit 1
  source=$(go mod download -json "$module" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p')
  cp -r "$source" "$WORK/argo" && chmod -R u+w "$WORK/argo" && cd "$WORK/argo" || exit 1
  # The program embeds a web page, which is not part of the module.
  mkdir -p ui/dist/app server/static "$1" && touch ui/dist/app/empty server/static/empty || exit 1
  CGO_ENABLED=0 nice -n 19 go build -mod=readonly -trimpath -o "$WORK/argo-controller" \
    ./cmd/rollouts-controller || exit 1
  rm -rf "$1/crds"
  cp -r manifests/crds "$1/crds" && cp "$WORK/argo-controller" "$1/controller.new" &&
    mv "$1/controller.new" "$1/controller" || exit 1
  rm -rf "$WORK/argo" "$WORK/argo-controller"
)
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
    deployments) start_windlass --controllers=deployment "${limits[@]}" ;;
    rollouts) start_windlass --controllers=rollout "${limits[@]}" ;;
    both) start_windlass --controllers=deployment,rollout "${limits[@]}" ;;
    argo)
      "$ARGO" --kubeconfig "$WORK/argo.kubeconfig" --leader-elect=false --metricsPort=0 \
        --healthzPort=0 --qps="$QPS" --burst=$((QPS * 2)) >"$WORK/argo.log" 2>&1 &
      WINDLASS_PID=$!
      until_true 120 "Argo Rollouts works" grep -q "Started rollout workers" "$WORK/argo.log"
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
# dropped: prints how many Events the subject has dropped because too many waited.
dropped() {
  case $SUBJECT in
    argo) grep -c 'dropped event' "$WORK/argo.log" || true ;; # by client-go
    *) http_body /metrics | awk '$1 == "windlass_events_dropped_total" {print $2}' ;;
  esac
}
# check_pods IMAGE: each object has its Pods, and all of them have the image.
check_pods() {
  local wanted
  wanted="$((COUNT * $(kinds | wc -l) * REPLICAS)) $1"
  kubectl get pods --chunk-size=0 --no-headers -o custom-columns="\
I:.spec.containers[0].image,D:.metadata.deletionTimestamp" |
    awk '$2 == "<none>" {n[$1]++} END {for (i in n) print n[i], i}' >"$WORK/images"
  [ "$(cat "$WORK/images")" = "$wanted" ] ||
    fail "$SUBJECT: expected $wanted, got $(paste -sd, "$WORK/images")"
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

  prepare app:v1
  begin_wait app:v1
  mark
  ask
  end_wait
  note create_ms $(($(milliseconds "$ENDED") - $(milliseconds "$SINCE")))
  quiet
  costs create
  say "$1: $((COUNT * $(kinds | wc -l))) objects exist; idle for $IDLE s"
  mark
  pass "$IDLE"
  note idle_rss "$(resident_mib)"
  note idle_anonymous "$(anonymous_mib)"
  costs idle

  prepare app:v2
  local dropped_before
  dropped_before=$(dropped)
  begin_wait app:v2
  begin_count
  mark
  ask
  note asked_ms $(($(date +%s%3N) - $(milliseconds "$SINCE")))
  end_wait
  end_count roll
  note roll_ms $(($(milliseconds "$ENDED") - $(milliseconds "$SINCE")))
  quiet
  costs roll
  requests roll $((COUNT * $(kinds | wc -l)))
  note roll_events_dropped "$(awk -v n=$(($(dropped) - dropped_before)) \
    -v of=$((COUNT * $(kinds | wc -l))) 'BEGIN {printf "%.2f", n / of}')"
  check_pods app:v2
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
  line "creation: CPU (s)" create_cpu
  line "creation: CPU of the API server (s)" create_api_cpu
  line "change: until all was asked for (ms)" asked_ms
  line "change: wall time (ms)" roll_ms
  line "change: CPU (s)" roll_cpu
  line "change: CPU of the API server (s)" roll_api_cpu
  line "change: objects above surge" roll_above_surge
  line "change: conflicts, per rollout" roll_conflicts
  awk '$3 ~ /^roll_(writes|reads|dry-runs)/ {print $3}' "$WORK/figures" | sort -ru >"$WORK/keys"
  while read -r key; do
    line "change: $(sed 's/^roll_//; s/_/, /; s/-/ /' <<<"$key"), per rollout" "$key"
  done <"$WORK/keys"
  line "change: events dropped, per rollout" roll_events_dropped
  line "resident memory after the change (MiB)" after_rss
  line "resident memory, peak (MiB)" peak
  printf '%s' "$NOT_RUN"
}

RUN= # the subjects that can be run
for name in $SUBJECTS; do
  if [ "$name" = argo ] && ! find_argo; then
    NOT_RUN+="not run: Argo Rollouts $ARGO_VERSION, which could not be built:"
    NOT_RUN+=" $(tail -n 1 "$WORK/argo-build.log" 2>/dev/null)"$'\n'
    continue
  fi
  RUN+=${RUN:+ }$name
done
for name in $RUN; do measure "$name"; done

mkdir -p "$(dirname "$OUT")"
report | tee "$OUT"
say "written to $OUT"
