#!/usr/bin/env bash
# Windlass next to the stock Deployment controller, built as its own binary: one run, one machine,
# the same state of etcd for both. Pods are served by `cluster pods`, so ten thousand fit. Prints a
# table of ratios (Windlass / stock) and writes it to build/bench/deployments.txt.
#
#   make bench                                                      # an hour and a half
#   DEPLOYMENTS=20 REPLICAS=4 LARGE=6 BIG=20 ROLLOUTS=10 IDLE=15 GROWTH_IDLE=5 STORM=10 STARTS=1 \
#     SETTINGS=equal test/bench/deployments.sh                      # a few minutes
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/subject.sh"
. "$(dirname "$0")/fleet.sh"
export LC_ALL=C

DEPLOYMENTS=${DEPLOYMENTS:-1000} # each with two ReplicaSets of earlier revisions
REPLICAS=${REPLICAS:-10}         # Pods of each
SMALL=${SMALL:-2}                # Pods of each where growth of memory begins …
LARGE=${LARGE:-20}               # … and where it ends
BIG=${BIG:-100}                  # replicas of the one large rollout
ROLLOUTS=${ROLLOUTS:-500}        # at once
IDLE=${IDLE:-300}                # seconds before idle memory is read
GROWTH_IDLE=${GROWTH_IDLE:-60}   # the same where only growth is asked
STORM=${STORM:-60}               # seconds of Pods becoming unready and ready
STORM_RATE=${STORM_RATE:-200}    # status writes a second meanwhile
STARTS=${STARTS:-3}              # cold starts; the median counts
QPS=${QPS:-500}                  # of both, in the setting `equal`
WORKERS=${WORKERS:-30}           # of the ReplicaSet controller
SETTINGS=${SETTINGS:-equal default}
PATIENCE=${PATIENCE:-3600} # seconds until a rollout must have ended
OUT=${OUT:-$ROOT/build/bench/deployments.txt}
WINDLASS=${WINDLASS_RELEASE:-$WINDLASS}

# ---- the state -----------------------------------------------------------------------------------

# history: two ReplicaSets of earlier revisions for each Deployment of the fleet, from lines of
# name and uid. They have no Pods, so nobody needs to roll them out.
history() {
  local name uid revision
  while read -r name uid; do
    for revision in 1 2; do
      cat <<YAML
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: $name-history$revision
  labels: {app: $name, team: payments, pod-template-hash: history$revision}
  annotations:
    deployment.kubernetes.io/revision: "$revision"
    deployment.kubernetes.io/desired-replicas: "$SMALL"
    deployment.kubernetes.io/max-replicas: "$((SMALL + (SMALL + 3) / 4))"
  ownerReferences:
  - {apiVersion: apps/v1, kind: Deployment, name: $name, uid: $uid, controller: true,
     blockOwnerDeletion: true}
spec:
  replicas: 0
  selector: {matchLabels: {app: $name, pod-template-hash: history$revision}}
  template:
    metadata: {labels: {app: $name, team: payments, pod-template-hash: history$revision}}
    spec: {containers: [{name: app, image: "app:v3-history$revision"}]}
YAML
    done
  done
}

controllers=replicaset-controller,garbage-collector-controller,namespace-controller
controllers+=,serviceaccount-controller,serviceaccount-token-controller
# up: the cluster and its Pods' driver. Addresses and tokens may differ from the last time.
up() {
  start_cluster --nodes 0 --no-scheduler --controllers="$controllers" \
    --concurrent-replicaset-syncs="$WORKERS"
  API_PID=$(cluster status | awk '$1 == "apiserver" {print $2}')
  kubectl -n kube-system get serviceaccount deployment-controller >/dev/null 2>&1 ||
    kubectl -n kube-system create serviceaccount deployment-controller >/dev/null
  local token
  token=$(kubectl -n kube-system create token deployment-controller --duration=24h)
  sed "s/^\( *token:\).*/\1 $token/" "$DATA/windlass.kubeconfig" >"$WORK/stock.kubeconfig"
  : >"$WORK/driver.out"
  cluster pods --kubeconfig "$DATA/admin.kubeconfig" >"$WORK/driver.out" 2>>"$WORK/driver.log" &
  OTHER_PIDS=$!
  until_true 120 "Pods are driven" grep -q ready "$WORK/driver.out"
}
# down: as `up` needs it, with nothing running.
down() {
  kill "$OTHER_PIDS" && wait "$OTHER_PIDS" || fail "the driver ended badly"
  OTHER_PIDS=
  "$ROOT/test/cluster/down" --data "$DATA"
}
keep() {
  down
  rm -f "$DATA/audit.log"
  cp -a "$DATA" "$WORK/state"
}
restore() {
  rm -rf "$DATA"
  cp -a "$WORK/state" "$DATA"
  up
}

# begin_wait COUNT SELECTOR [IMAGE], then end_wait: the time at which so many were rolled out.
begin_wait() {
  : >"$WORK/rolled.out"
  cluster rolled --kubeconfig "$DATA/admin.kubeconfig" --count "$1" --selector "$2" \
    --image "${3:-}" --timeout "${PATIENCE}s" >"$WORK/rolled.out" 2>"$WORK/rolled.log" &
  WITNESS_PID=$!
  until_true 60 "rollouts are watched" grep -q ready "$WORK/rolled.out"
}
end_wait() {
  wait "$WITNESS_PID" || fail "not rolled out within $PATIENCE s"
  WITNESS_PID=
  ENDED=$(tail -n 1 "$WORK/rolled.out")
}
# begin_count SELECTOR, then end_count KEY: the Deployments that had more live Pods than replicas +
# maxSurge at some moment, and the most live Pods of one, from one watch of Pods in its order.
begin_count() {
  : >"$WORK/surge.out"
  cluster surge --kubeconfig "$DATA/admin.kubeconfig" --selector "$1" >"$WORK/surge.out" \
    2>"$WORK/surge.log" &
  COUNTER_PID=$!
  until_true 60 "live Pods are counted" grep -q ready "$WORK/surge.out"
}
end_count() {
  local above most
  kill "$COUNTER_PID" && wait "$COUNTER_PID" || fail "live Pods were not counted to the end"
  COUNTER_PID=
  read -r above most < <(tail -n 1 "$WORK/surge.out")
  note "$1_above_surge" "$above"
  note "$1_most_live" "$most"
}
# resize REPLICAS: of all the fleet, by a stock controller that may write as fast as it can.
resize() {
  subject stock equal
  start_subject
  say "$DEPLOYMENTS Deployments of $1"
  kubectl scale deployment -l part=fleet --replicas="$1" >/dev/null
  begin_wait "$DEPLOYMENTS" part=fleet
  end_wait
  quiet
  stop_subject
}

build_state() {
  local i labels
  for i in $(seq "$DEPLOYMENTS"); do
    labels='part: fleet'
    if [ "$i" -le "$ROLLOUTS" ]; then labels+=', wave: many'; fi
    fleet_deployment "web-$i" "$SMALL" "$labels"
  done >"$WORK/fleet.yaml"
  {
    fleet_deployment probe 1 'wave: probe'
    fleet_deployment ten 10 'wave: ten'
    fleet_deployment hundred "$BIG" 'wave: hundred'
  } >>"$WORK/fleet.yaml"
  subject stock equal
  start_subject
  say "create $DEPLOYMENTS Deployments"
  kubectl create -f "$WORK/fleet.yaml" >/dev/null
  begin_wait $((DEPLOYMENTS + 3)) ''
  end_wait
  say "and two ReplicaSets of earlier revisions of each"
  kubectl get deployments -l part=fleet --no-headers \
    -o custom-columns=N:.metadata.name,U:.metadata.uid | history >"$WORK/history.yaml"
  kubectl create -f "$WORK/history.yaml" >/dev/null
  until_true 900 "all count them as their past" all_third
  quiet
  stop_subject
}
all_third() {
  [ "$(kubectl get deployments -l part=fleet -o jsonpath="{range .items[*]}\
{.metadata.annotations.deployment\.kubernetes\.io/revision}{\"\\n\"}{end}" | grep -cx 3)" = \
    "$DEPLOYMENTS" ]
}

# ---- what is measured ----------------------------------------------------------------------------

# growth REPLICAS: idle memory of both next to so many Pods.
growth() {
  local name
  for name in stock windlass; do
    subject "$name" equal
    start_subject
    quiet
    pass "$GROWTH_IDLE"
    note "rss_at_$1" "$(resident_mib)"
    say "$name: $(noted "rss_at_$1") MiB at $((DEPLOYMENTS * $1)) Pods"
    stop_subject
  done
}

# From the start of the process to the first write that a waiting change asks for.
cold_starts() {
  local i times=
  for i in $(seq "$STARTS"); do
    if [ -n "$SUBJECT_PID" ]; then stop_subject; fi
    kubectl set image deployment/probe "app=app:start-$i" >/dev/null
    mark
    start_subject
    until_true 300 "$SUBJECT writes" has_written
    times+="$(($(milliseconds "$(first_write)") - $(milliseconds "$SINCE"))) "
  done
  # shellcheck disable=SC2086 # words
  note start_ms "$(printf '%s\n' $times | sort -n | sed -n "$(((STARTS + 1) / 2))p")"
}
# Not before Events were sent: memory falls when they are.
idle() {
  quiet
  say "$SUBJECT: idle for $IDLE s"
  mark
  pass "$IDLE"
  note idle_rss "$(resident_mib)"
  note idle_anonymous "$(anonymous_mib)"
  costs idle
}
# rollouts KEY COUNT WAVE IMAGE
rollouts() {
  begin_wait "$2" "wave=$3" "$4"
  begin_count "wave=$3"
  mark
  kubectl set image deployment -l "wave=$3" "app=$4" >/dev/null
  end_wait
  end_count "$1"
  note "$1_ms" $(($(milliseconds "$ENDED") - $(milliseconds "$SINCE")))
  quiet
  costs "$1"
  requests "$1" "$2"
  say "$SUBJECT: $2 rollouts of wave $3: $(noted "$1_ms") ms, $(noted "$1_above_surge") with more" \
    "live Pods than allowed, at most $(noted "$1_most_live")"
}
storm() {
  mark
  note storm_pod_writes "$(cluster flap --kubeconfig "$DATA/admin.kubeconfig" --qps "$STORM_RATE" \
    --for "${STORM}s")"
  quiet
  costs storm
  requests storm 1
  note storm_cpu_per_write "$(awk -v s="$(noted storm_cpu)" -v n="$(noted storm_pod_writes)" \
    'BEGIN {printf "%.3f", s * 1000 / n}')"
}

measure() { # NAME SETTING
  restore
  subject "$1" "$2"
  say "$1, $2"
  if [ "$2" = equal ]; then
    cold_starts
    idle
  else
    start_subject
    quiet
  fi
  rollouts ten 1 ten app:v4
  rollouts hundred 1 hundred app:v4
  rollouts many "$ROLLOUTS" many app:v4
  if [ "$2" = equal ]; then
    storm
    pass 15 # what was sent last is given back
    note after_rss "$(resident_mib)"
  fi
  note peak "$(peak_mib)"
  stop_subject
  down
}

# ---- the run -------------------------------------------------------------------------------------

up
build_state
POD_BYTES=$(($(kubectl get --raw '/api/v1/namespaces/default/pods?labelSelector=app%3Dten' |
  wc -c) / 10))
growth "$SMALL"
resize "$REPLICAS"
growth "$REPLICAS"
keep
for setting in $SETTINGS; do
  for name in stock windlass; do measure "$name" "$setting"; done
done
restore
resize "$LARGE"
growth "$LARGE"

mkdir -p "$(dirname "$OUT")"
report | tee "$OUT"
say "written to $OUT"
