#!/usr/bin/env bash
# Many Deployments of 5 replicas are created, and then all changed at once; Windlass and the API
# server are killed meanwhile. All rollouts complete, nothing is left over, and the limits were
# never broken. COUNT is the number of Deployments; 200 take about ten minutes.
. "$(dirname "$0")/lib.sh"

COUNT=${COUNT:-30}

start_cluster --nodes 3
start_witness
start_windlass

manifests() {
  for i in $(seq "$COUNT"); do
    deployment "web-$i" 5 "$1"
    echo ---
  done
}
say "create $COUNT Deployments"
manifests app:v1 >"$WORK/v1.yaml"
manifests app:v2 >"$WORK/v2.yaml"
manifests app:v3 >"$WORK/v3.yaml"
kubectl apply -f "$WORK/v1.yaml" >/dev/null
until_true 600 "all $COUNT are complete" complete "$COUNT" 5 app:v1

say "change all of them, and kill Windlass in the middle"
kubectl apply -f "$WORK/v2.yaml" >/dev/null &
APPLY=$!
until_true 300 "the rollouts are under way" updated $((COUNT / 20 + 1)) 5 app:v2
kill_windlass
start_windlass
wait "$APPLY"
until_true 900 "all $COUNT are complete again" complete "$COUNT" 5 app:v2

say "change all of them, and kill the API server in the middle"
kubectl apply -f "$WORK/v3.yaml" >/dev/null
until_true 300 "the rollouts are under way" updated $((COUNT / 20 + 1)) 5 app:v3
cluster kill apiserver
cluster start apiserver
until_true 900 "all $COUNT are complete once more" complete "$COUNT" 5 app:v3

say "nothing is left over"
expect "ReplicaSets" "$(kubectl get rs --no-headers | wc -l)" $((COUNT * 3))
container='.spec.template.spec.containers[0]'
kubectl get rs -o jsonpath="{range .items[*]}{$container.image} {.status.replicas}{\"\\n\"}{end}" \
  >"$WORK/sizes"
expect "ReplicaSets with old Pods" "$(awk '$1 != "app:v3" && $2 != 0' "$WORK/sizes" | wc -l)" 0

stop_windlass
check_witness --settled
say "passed"
