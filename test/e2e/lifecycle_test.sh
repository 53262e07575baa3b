#!/usr/bin/env bash
# Create, roll, undo, scale and delete a Deployment of 20 on three nodes; kubectl rollout status ends by
# itself each time, revisions stand in the annotations, and nothing is asked of the API server afterwards.
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
expect "history of the first ReplicaSet" \
  "$(kubectl get rs -l app=web -o jsonpath='{.items[*].metadata.annotations.deployment\.kubernetes\.io/revision-history}')" 1
kubectl rollout history deployment/web

say "scale up, down, to nothing and back"
for size in 25 7 0 20; do
  kubectl scale deployment/web --replicas=$size
  rolled_out web
  expect "replicas" "$(field deployment/web '{.status.replicas}')" "$([ $size = 0 ] && echo '' || echo $size)"
done

say "what it costs when nothing happens"
audit_lines() { grep -c '"username":"system:serviceaccount:windlass-system:windlass"' "$DATA/audit.log"; }
quiet_since=$(date +%s)
lines=$(audit_lines)
quiet() {
  local now
  now=$(audit_lines)
  if [ "$now" != "$lines" ]; then lines=$now quiet_since=$(date +%s); fi
  [ $(($(date +%s) - quiet_since)) -ge 10 ]
}
until_true 60 "no request for 10 s" quiet

say "delete"
kubectl delete deployment/web --wait=true
gone() { [ "$(replica_sets)" = 0 ] && [ "$(pods)" = 0 ]; }
until_true 60 "ReplicaSets and Pods are gone" gone

stop_windlass
grep -q -E ' (error|warning) ' "$WORK/windlass.log" && { grep -E ' (error|warning) ' "$WORK/windlass.log"; fail "the log holds warnings"; }
check_witness
say "passed"
