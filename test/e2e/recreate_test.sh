#!/usr/bin/env bash
# A Recreate Deployment whose Pods take 5 s to stop never has old and new Pods at once.
. "$(dirname "$0")/lib.sh"

join_cluster
start_witness
start_windlass

deployment web 6 app:v1-slow-stop-5s '{type: Recreate}' | kubectl apply -f -
rolled_out web
kubectl set image deployment/web app=app:v2-slow-stop-5s
rolled_out web 120s
expect "updated" "$(field deployment/web '{.status.updatedReplicas}')" 6
kubectl rollout undo deployment/web
rolled_out web 120s

stop_windlass
check_witness --settled
say "passed"
