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
. "$(dirname "$0")/change.sh"
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

measure() { # NAME
  subject "$1"
  say "--- $1"
  begin_cluster
  if [ "$1" = argo ]; then install_argo; else install_rollouts; fi
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
  end_cluster
}

# ---- the table -----------------------------------------------------------------------------------

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
