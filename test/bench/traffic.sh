#!/usr/bin/env bash
# What clients notice of a new image: requests that fail while 20 Pods of a Deployment on real nodes
# (test/cluster/README.md) get it, by the stock controller's rolling update, by Windlass' rolling
# update, and in place, each with and without what takes traffic away before a container ends. The
# client sends QPS requests a second to the ready endpoints of the Service, as kube-proxy would,
# each on a connection of its own. The same limits for all.
#
#   REPLICAS=20 QPS=200 NODES=2 test/bench/traffic.sh
. "$(dirname "$0")/../e2e/lib.sh"
export LC_ALL=C

REPLICAS=${REPLICAS:-20} QPS=${QPS:-200} NODES=${NODES:-2}
OUT=${OUT:-$ROOT/build/bench/traffic.txt}

built=$("$ROOT/test/cluster/build" | tail -n 1)
if ! machine=$("$built" machine); then
  echo "$machine"
  exit 77
fi

# manifest NAME ANNOTATIONS MORE-OF-THE-CONTAINER MORE-OF-THE-POD
manifest() {
  cat <<YAML
apiVersion: apps/v1
kind: Deployment
metadata: {name: $1, annotations: {$2}}
spec:
  replicas: $REPLICAS
  strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}
  selector: {matchLabels: {app: $1}}
  template:
    metadata: {labels: {app: $1, windlass.dev/traffic: "on"}}
    spec:
      terminationGracePeriodSeconds: 10
      $4
      containers:
      - name: server
        image: example.test/server:v1
        readinessProbe: {httpGet: {path: /readyz, port: 8080}, periodSeconds: 1}
        resources: {requests: {cpu: 1m, memory: 16Mi}}
        $3
---
apiVersion: v1
kind: Service
metadata: {name: $1}
spec:
  selector: {app: $1, windlass.dev/traffic: "on"}
  ports: [{port: 80, targetPort: 8080}]
YAML
}
addresses() {
  kubectl get pods -l "app=$1" -o jsonpath='{.items[*].status.podIP}' | tr ' ' '\n' | sort
}
all_there() { [ "$(kubectl get pods -l "app=$1" --no-headers | wc -l)" = "$REPLICAS" ]; }
all_gone() { [ -z "$(kubectl get rs,pods -l "app=$1" --no-headers 2>/dev/null)" ]; }

# measure NAME WHAT ANNOTATIONS [MORE-OF-THE-CONTAINER [MORE-OF-THE-POD]]
measure() {
  local name=$1 what=$2 before client began seconds kept
  say "$what"
  manifest "$name" "$3" "${4:-}" "${5:-}" | kubectl apply -f - >/dev/null
  rolled_out "$name" 300s >/dev/null
  before=$(addresses "$name")
  cluster traffic --service "$name" --qps "$QPS" >"$WORK/$name.traffic" &
  client=$! OTHER_PIDS="$OTHER_PIDS $!"
  until_true 60 "an endpoint is ready" grep -q ready "$WORK/$name.traffic"
  began=$(date +%s%N)
  kubectl set image "deployment/$name" server=example.test/server:v2 >/dev/null
  rolled_out "$name" 900s >/dev/null
  seconds=$(awk "BEGIN { printf \"%.1f\", ($(date +%s%N) - $began) / 1e9 }")
  # What ends with the last old Pods is counted, too.
  until_true 60 "$name has as many Pods as asked for" all_there "$name"
  kill "$client"
  wait "$client" || fail "the client ended with $?"
  kept=$(comm -12 <(echo "$before") <(addresses "$name") | wc -l)
  printf '%-58s %8s %10s   %s\n' "$what" "$seconds" "$kept" "$(tail -n 1 "$WORK/$name.traffic")" \
    >>"$WORK/rows"
  kubectl delete deployment,service "$name" >/dev/null
  until_true 300 "$name is gone" all_gone "$name"
}

start_cluster --real-nodes "$NODES"
sleeps='lifecycle: {preStop: {sleep: {seconds: 3}}}'
start_stock
measure stock "rolling update, stock controller" ''
measure stock-slow "the same, with a preStop of 3 s" '' "$sleeps"
stop_stock
start_windlass
measure rolling "rolling update, Windlass" ''
measure rolling-slow "the same, with a preStop of 3 s" '' "$sleeps"
measure place "in place" 'windlass.dev/in-place: Only'
measure place-slow "the same, with a preStop of 3 s" 'windlass.dev/in-place: Only' "$sleeps"
drain='windlass.dev/in-place: Only, windlass.dev/in-place-drain-seconds: "3"'
measure label "in place, drain Label, 3 s" \
  "$drain, windlass.dev/in-place-drain: \"Label:windlass.dev/traffic=on/off\""
measure gate "in place, drain Gate, 3 s" "$drain, windlass.dev/in-place-drain: Gate" '' \
  'readinessGates: [{conditionType: windlass.dev/in-place-ready}]'
stop_windlass

mkdir -p "$(dirname "$OUT")"
{
  printf '%s Pods, %s requests a second, %s nodes\n' "$REPLICAS" "$QPS" "$NODES"
  printf '%-58s %8s %10s   %s\n' '' seconds 'IPs kept' requests
  cat "$WORK/rows"
} | tee "$OUT"
