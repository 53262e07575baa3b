#!/usr/bin/env bash
# Creates, rolls, undoes, scales and deletes 20 replicas on three nodes. kubectl rollout status ends
# by itself each time, and the annotations have the revisions. Afterwards Windlass asks the API
# server nothing for IDLE seconds.
. "$(dirname "$0")/lib.sh"

revision_of() { field "$1" '{.metadata.annotations.deployment\.kubernetes\.io/revision}'; }
replica_sets() { kubectl get rs -l app=web --no-headers 2>/dev/null | wc -l; }
pods() { kubectl get pods -l app=web --no-headers 2>/dev/null | wc -l; }

start_cluster --nodes 3
start_witness
start_windlass

say "create"
deployment web 20 app:v1 | kubectl apply -f -
rolled_out web
expect "available" "$(field deployment/web '{.status.availableReplicas}')" 20
expect "revision" "$(revision_of deployment/web)" 1

say "roll"
kubectl set image deployment/web app=app:v2
rolled_out web
expect "revision" "$(revision_of deployment/web)" 2
expect "ReplicaSets" "$(replica_sets)" 2

say "undo"
kubectl rollout undo deployment/web
rolled_out web
expect "revision" "$(revision_of deployment/web)" 3
expect "ReplicaSets" "$(replica_sets)" 2
expect "image" "$(field deployment/web '{.spec.template.spec.containers[0].image}')" app:v1
history='{.items[*].metadata.annotations.deployment\.kubernetes\.io/revision-history}'
expect "history of the first ReplicaSet" "$(kubectl get rs -l app=web -o jsonpath="$history")" 1
kubectl rollout history deployment/web

say "scale up, down, to nothing and back"
# kubectl rollout status ends once the size is observed, even if old Pods are left.
has_replicas() { # SIZE
  local replicas
  replicas=$(field deployment/web '{.status.replicas}') # absent when 0
  [ "${replicas:-0}" = "$1" ]
}
for size in 25 7 0 20; do
  kubectl scale deployment/web --replicas=$size
  rolled_out web
  until_true 60 "replicas = $size" has_replicas $size
  say "ok: replicas = $size"
done

say "what it costs when nothing happens"
requests() { grep -c "$WINDLASS_USER" "$DATA/audit.log"; }
quiet_for_idle() {
  local now
  now=$(requests)
  if [ "$now" != "$seen" ]; then seen=$now quiet_since=$SECONDS; fi
  [ $((SECONDS - quiet_since)) -ge "${IDLE:-10}" ]
}
WINDLASS_USER='"username":"system:serviceaccount:windlass-system:windlass"'
seen=$(requests) quiet_since=$SECONDS
until_true $((${IDLE:-10} + 60)) "no request for ${IDLE:-10} s" quiet_for_idle
say "ok: no request for ${IDLE:-10} s"

say "delete"
kubectl delete deployment/web --wait=true
gone() { [ "$(replica_sets)" = 0 ] && [ "$(pods)" = 0 ]; }
until_true 60 "ReplicaSets and Pods are gone" gone

stop_windlass
if grep -E ' (error|warning) ' "$WORK/windlass.log"; then fail "the log holds warnings"; fi
check_witness
say "passed"
