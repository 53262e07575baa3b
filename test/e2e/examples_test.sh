#!/usr/bin/env bash
# Runs the programs of examples/ against a real control plane. An informer follows Pods across a
# restart of the API server, and a Lease passes from one process to another.
. "$(dirname "$0")/lib.sh"

EXAMPLES=${EXAMPLES:-$ROOT/build/release/examples}
start_cluster --nodes 1

say "watch_pods follows a Pod, and the API server's end"
"$EXAMPLES/watch_pods" "$DATA/admin.kubeconfig" >"$WORK/pods.out" 2>"$WORK/pods.log" &
WITNESS_PID=$!
until_true 20 "the first state is there" grep -qx '= these are all' "$WORK/pods.out"
kubectl run one --image=app:v1 >/dev/null
until_true 60 "the Pod is seen" grep -qx '+ default/one' "$WORK/pods.out"
cluster kill apiserver
cluster start apiserver
until_true 60 "the API server is back" kubectl get --raw /readyz
kubectl delete pod one --wait=true >/dev/null
until_true 60 "its end is seen" grep -qx -- '- default/one' "$WORK/pods.out"
expect "additions told" "$(grep -cx '+ default/one' "$WORK/pods.out")" 1

say "hold_lease: the second leads when the first is gone"
first=$WORK/first.out second=$WORK/second.out
"$EXAMPLES/hold_lease" default example first "$DATA/admin.kubeconfig" >"$first" 2>&1 &
FIRST=$!
OTHER_PIDS=$FIRST
until_true 30 "the first leads" grep -qx 'first leads' "$first"
"$EXAMPLES/hold_lease" default example second "$DATA/admin.kubeconfig" >"$second" 2>&1 &
WINDLASS_PID=$! # cleanup ends it in any case
expect "holder" "$(field lease/example '{.spec.holderIdentity}')" first
kill -9 "$FIRST"
until_true 60 "the second leads" grep -qx 'second leads' "$second"
expect "holder" "$(field lease/example '{.spec.holderIdentity}')" second
say passed
