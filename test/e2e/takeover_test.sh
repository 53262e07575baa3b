#!/usr/bin/env bash
# The two Deployment controllers are exchanged, in both directions, and never run at the same time.
# Each takes over COUNT Deployments of the other, half of them at rest and half in the middle of a
# rollout. It finds their ReplicaSets by their templates, so it makes nothing anew:
# - ReplicaSets and revisions stay;
# - Pods at rest stay;
# - rollouts continue where they were, and make no Pod that they do not need.
#
# COUNT=200 takes about fifteen minutes.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/takeover_fleet.sh"

at_exit() {
  [ ! -s "$WORK/not-held" ] || { echo "not held:" && cat "$WORK/not-held"; } >&2
}

STOCK_USER=system:serviceaccount:kube-system:deployment-controller
WINDLASS_USER=system:serviceaccount:windlass-system:windlass

# Changes the controller. The old controller has ended when the new one begins.
become() {
  if [ -n "$WINDLASS_PID" ]; then stop_windlass; fi
  if [ -n "$STOCK_PID" ]; then stop_stock; fi
  SINCE=$(date -u +%Y-%m-%dT%H:%M:%S.%NZ)
  if [ "$1" = windlass ]; then
    start_windlass --kube-api-qps=200 --kube-api-burst=300
  else
    STOCK_KUBECONFIG=$WORK/stock.kubeconfig start_stock --kube-api-qps=200 --kube-api-burst=300
  fi
  say "the Deployment controller is $1"
}

# Prints a line for each Deployment of a fleet: name, observed and present generation, desired
# replicas, counters.
deployments() {
  kubectl get deployments -l "fleet=$1,group in ($2)" --no-headers -o custom-columns="\
N:.metadata.name,O:.status.observedGeneration,G:.metadata.generation,W:.spec.replicas,\
R:.status.replicas,U:.status.updatedReplicas,A:.status.availableReplicas,\
C:.status.conditions[?(@.type=='Progressing')].reason,P:.spec.paused" | sed 's/<none>/0/g'
}
# all_complete FLEET GROUPS: true if each Deployment has what it asks for, and nothing else.
all_complete() {
  deployments "$1" "$2" | awk '
    {n++} $2 == $3 && $4 == $5 && $4 == $6 && $4 == $7 {good++} END {exit !(n && n == good)}'
}
# all_held FLEET: true if every rollout has gone as far as it can while no node has room:
# - it has as many Pods and as few available ones as allowed (X-85 for the scaled Deployments);
# - or, for a slow Deployment, which was given time, all Pods are new, and at most the last one has
#   no room.
#
# Writes the other Deployments into the file not-held.
all_held() {
  pods_settled "$1" >"$WORK/not-held" || return 1
  deployments "$1" roll | awk '
    {n++; all = $1 ~ /-recreate-/ ? $4 : $4 + 1
     available = $1 ~ /-recreate-/ ? 0 : 3
     late = $1 ~ /-late-/ && $8 != "ProgressDeadlineExceeded"}
    !late && $2 == $3 && $5 == all && $7 == available {next}
    $1 ~ /-slow-/ && $2 == $3 && $4 == $5 && $4 == $6 && $4 - $7 <= 1 {next}
    {print}
    END {if (!n) print "no rollout"}' >"$WORK/not-held"
  [ ! -s "$WORK/not-held" ]
}
# True if no Pod of the fleet starts or ends, and the Deployments have counted them. Prints what is
# not settled.
pods_settled() {
  local ready counted
  kubectl get pods -l "fleet=$1,group=roll" --no-headers -o custom-columns="\
D:.metadata.deletionTimestamp,N:.spec.nodeName,R:.status.conditions[?(@.type=='Ready')].status" \
    >"$WORK/settling"
  if awk '$1 != "<none>" || ($2 != "<none>") != ($3 == "True") {print "on its way: " $0; found = 1}
    END {exit !found}' "$WORK/settling"; then return 1; fi
  ready=$(awk '$3 == "True"' "$WORK/settling" | wc -l)
  counted=$(deployments "$1" roll | awk '{n += $7} END {print n}')
  [ "$ready" = "$counted" ] || { echo "$ready Pods are ready, $counted are counted" && return 1; }
}
some_have_new_pods() {
  deployments "$1" roll | awk '$1 ~ /-slow-/ {n++} $6 >= 2 {m++} END {exit !(m * 4 >= n)}'
}
rolling() { deployments "$1" roll | awk '$4 != $5 || $4 != $6 || $4 != $7' | wc -l; }

# These functions print what must stay. snapshot writes it into files $WORK/NAME.*
replica_sets() {
  kubectl get rs -l "fleet=$1,group in ($2)" --no-headers -o custom-columns="\
N:.metadata.name,U:.metadata.uid,R:.metadata.annotations.deployment\.kubernetes\.io/revision\
${3:-}"
}
revisions() {
  kubectl get deployments -l "fleet=$1" --no-headers -o custom-columns="\
N:.metadata.name,U:.metadata.uid,R:.metadata.annotations.deployment\.kubernetes\.io/revision"
}
pods() {
  kubectl get pods -l "fleet=$1,group in ($2)" --no-headers -o custom-columns="\
N:.metadata.name,U:.metadata.uid,R:.status.containerStatuses[*].restartCount"
}
# created FLEET: prints each ReplicaSet and the number of Pods it ever made, from the witness's log.
created() {
  kubectl get rs -l "fleet=$1" --no-headers -o custom-columns=U:.metadata.uid,N:.metadata.name,\
I:.spec.template.spec.containers[0].image,G:.metadata.labels.group >"$WORK/owners"
  sed -n '/"kind":"Pod"/s/.*"uid":"\([^"]*\)".*"owner":"\([^"]*\)".*/\2 \1/p' \
    "$WORK/witness.jsonl" | sort -u | awk '
    NR == FNR {made[$1]++; next} {print $2, $3, $4, made[$1] + 0}' - "$WORK/owners" | sort
}
# snapshot FLEET NAME GROUPS-AT-REST: writes what must stay as it is.
snapshot() {
  replica_sets "$1" "rest,roll" >"$WORK/$2.replica-sets"
  replica_sets "$1" "$3" ',G:.metadata.generation,S:.spec.replicas' >"$WORK/$2.at-rest"
  revisions "$1" >"$WORK/$2.revisions"
  pods "$1" "$3" >"$WORK/$2.pods"
}
same() { # WHAT BEFORE AFTER
  diff "$2" "$3" >"$WORK/difference" || {
    cat "$WORK/difference" >&2
    fail "$1 changed"
  }
  say "ok: $1: $(wc -l <"$3") as before"
}
stayed() { # FLEET BEFORE GROUPS-AT-REST
  snapshot "$1" now "$3"
  same "ReplicaSets of $1" "$WORK/$2.replica-sets" "$WORK/now.replica-sets"
  same "sizes of ReplicaSets at rest" "$WORK/$2.at-rest" "$WORK/now.at-rest"
  same "revisions of $1" "$WORK/$2.revisions" "$WORK/now.revisions"
  same "Pods at rest" "$WORK/$2.pods" "$WORK/now.pods"
}

# The controller copies a Deployment's annotations to the ReplicaSet that it takes for the newest
# (D-163). Once all have the annotation, the controller has looked at each Deployment, and
# recognized its ReplicaSet.
looked_at() {
  local seen
  seen=$(kubectl get rs -l "fleet=$1" --no-headers -o custom-columns="\
A:.metadata.annotations.seen-by,O:.metadata.ownerReferences[0].uid" | awk -v by="$2" '
    $1 == by {print $2}' | sort -u | wc -l)
  [ "$seen" = $((COUNT / 2 * 2)) ] &&
    deployments "$1" "rest,roll" | awk '$2 != $3 {bad = 1} END {exit bad}'
}
all_looked_at() { # FLEET BY
  kubectl annotate deployments -l "fleet=$1" --overwrite "seen-by=$2" >/dev/null
  until_true 300 "$2 has looked at $1" looked_at "$1" "$2"
}

nodes() { kubectl "$1" node-0 node-1 node-2 >/dev/null; }

# Makes a fleet, at rest and in the middle of rollouts, with the controller that runs.
make_fleet() {
  say "$1: create $COUNT Deployments"
  apply "$1" app:v1
  until_true 600 "$1 is created" all_complete "$1" "rest,roll"
  apply "$1" app:v2 '$2 == "rest"'
  until_true 600 "half of $1 is rolled out" all_complete "$1" rest
  every "$1" rest paused rollout pause
  say "$1: the other half begins to, and no node has room for it any more"
  apply "$1" app:v2 '$2 == "roll" && $3 == "slow"'
  until_true 300 "some have Pods" some_have_new_pods "$1"
  nodes cordon
  apply "$1" app:v2 '$2 == "roll" && $3 != "slow"'
  until_true 300 "rollouts of $1 are stuck" all_held "$1"
  every "$1" roll scaled scale --replicas=8
  every "$1" roll paused rollout pause
  until_true 300 "rollouts of $1 are stuck, scaled and paused ones too" all_held "$1"
  say "$1: $(rolling "$1") Deployments are in the middle of a rollout"
  [ "$(rolling "$1")" -ge $((COUNT / 2 * 5 / 6)) ] || fail "too few for the test to mean anything"
}

# take_over FLEET FROM BY: controller BY takes over the fleet that controller FROM made.
take_over() {
  created "$1" >"$WORK/created.before"
  snapshot "$1" before rest
  replica_sets "$1" roll ',S:.spec.replicas' >"$WORK/stuck.before"
  become "$3"
  all_looked_at "$1" "$3"
  until_true 60 "rollouts of $1 are as they were" all_held "$1"
  say "while there is no room"
  stayed "$1" before rest
  replica_sets "$1" roll ',S:.spec.replicas' >"$WORK/stuck.now"
  same "sizes of ReplicaSets in the middle" "$WORK/stuck.before" "$WORK/stuck.now"
  created "$1" >"$WORK/created.now"
  same "numbers of Pods ever made" "$WORK/created.before" "$WORK/created.now"

  say "there is room again"
  nodes uncordon
  every "$1" roll paused rollout resume
  until_true 900 "rollouts of $1 finish" all_complete "$1" "rest,roll"
  expect "Deployments whose last rollout is not done" \
    "$(deployments "$1" roll | awk '$8 != "NewReplicaSetAvailable"' | wc -l)" 0
  stayed "$1" before rest
  created "$1" >"$WORK/created.now"
  # Old ReplicaSets and those at rest have made no Pod since. A new one has made as many as its
  # Deployment wants.
  expect "ReplicaSets that made Pods nobody asked for" "$(awk '
    NR == FNR {before[$1] = $4; next}
    $3 == "roll" && $2 != "app:v1" {if ($4 != ($1 ~ /-scaled-/ ? 8 : 4)) print; next}
    $4 != before[$1]' "$WORK/created.before" "$WORK/created.now" | wc -l)" 0

  say "back to ReplicaSets of the other controller"
  every "$1" rest plain rollout undo
  until_true 300 "what was undone is rolled out" all_complete "$1" "rest,roll"
  replica_sets "$1" "rest,roll" | awk '{print $1, $2}' | sort >"$WORK/names.now"
  awk '{print $1, $2}' "$WORK/before.replica-sets" | sort >"$WORK/names.before"
  same "ReplicaSets" "$WORK/names.before" "$WORK/names.now"
  local name
  name=$(named "$1" rest plain | head -n 1)
  expect "image of $name" \
    "$(field "deployment/$name" '{.spec.template.spec.containers[0].image}')" app:v1

  local user=$STOCK_USER
  if [ "$2" = windlass ]; then user=$WINDLASS_USER; fi
  expect "requests of the one that left" "$(cluster audit --data "$DATA" --user "^$user\$" \
    --since "$SINCE" | sed -n 's/ requests,.*//p')" 0
}

start_cluster --nodes 3
# The identity and the rights that the controller has inside kube-controller-manager.
kubectl -n kube-system create serviceaccount deployment-controller >/dev/null
token=$(kubectl -n kube-system create token deployment-controller --duration=24h)
sed "s/^\( *token:\).*/\1 $token/" "$DATA/windlass.kubeconfig" >"$WORK/stock.kubeconfig"
start_witness

become stock
make_fleet first
take_over first stock windlass
make_fleet second
snapshot first all-done "rest,roll"
take_over second windlass stock
say "the first fleet, which is back with the stock controller"
all_looked_at first stock
stayed first all-done "rest,roll"

stop_stock
check_witness --settled
echo "proves: D-150 D-152 D-153 D-154 D-163 D-165"
say "passed"
