#!/usr/bin/env bash
# Windlass next to the stock Deployment controller, built as its own binary: the same cluster, the
# same load, one run. Prints resident memory after an idle time, CPU seconds and API calls by verb.
#
#   COUNT=100 REPLICAS=5 IDLE=300 test/bench/compare.sh
. "$(dirname "$0")/../e2e/lib.sh"

COUNT=${COUNT:-100}
REPLICAS=${REPLICAS:-5}
IDLE=${IDLE:-300}
WINDLASS=${WINDLASS_RELEASE:-$ROOT/build/release/cmd/windlass/windlass}
SUBJECT_PID=

cpu_seconds() {
  awk -v hz="$(getconf CLK_TCK)" '{sub(/.*\) /, ""); printf "%.2f", ($12 + $13) / hz}' \
    "/proc/$1/stat"
}
resident_mib() { awk '/VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$1/status"; }
anonymous_mib() { awk '/RssAnon/ {printf "%.1f", $2 / 1024}' "/proc/$1/status"; }
peak_mib() { awk '/VmHWM/ {printf "%.1f", $2 / 1024}' "/proc/$1/status"; }

manifests() {
  for i in $(seq "$COUNT"); do
    deployment "web-$i" "$REPLICAS" "$1"
    echo ---
  done
}
empty() { [ -z "$(kubectl get rs,pods --no-headers 2>/dev/null)" ]; }

# measure NAME USER-REGEX: the load, then the idle time; results in $WORK/NAME.*
measure() {
  local name=$1 since t0
  since=$(date -u +%Y-%m-%dT%H:%M:%S.%NZ)
  t0=$(date +%s%N)
  kubectl apply -f "$WORK/v1.yaml" >/dev/null
  until_true 900 "$name: all are created" complete "$COUNT" "$REPLICAS" app:v1
  kubectl apply -f "$WORK/v2.yaml" >/dev/null
  until_true 900 "$name: all are rolled" complete "$COUNT" "$REPLICAS" app:v2
  echo $((($(date +%s%N) - t0) / 1000000)) >"$WORK/$name.wall_ms"
  cpu_seconds "$SUBJECT_PID" >"$WORK/$name.cpu_load"
  say "$name: idle for $IDLE s"
  local until=$((SECONDS + IDLE))
  while [ "$SECONDS" -lt "$until" ]; do
    kill -0 "$SUBJECT_PID" || fail "$name ended"
    sleep 1 # the idle time is what is measured
  done
  cpu_seconds "$SUBJECT_PID" >"$WORK/$name.cpu_all"
  resident_mib "$SUBJECT_PID" >"$WORK/$name.rss"
  anonymous_mib "$SUBJECT_PID" >"$WORK/$name.anonymous"
  peak_mib "$SUBJECT_PID" >"$WORK/$name.peak"
  cluster audit --data "$DATA" --user "$2" --since "$since" >"$WORK/$name.audit"
  kill "$SUBJECT_PID"
  wait "$SUBJECT_PID" || true
  kubectl delete deployments --all --wait=true >/dev/null
  until_true 600 "$name: everything is deleted" empty
}

start_cluster --nodes 3
manifests app:v1 >"$WORK/v1.yaml"
manifests app:v2 >"$WORK/v2.yaml"

# The stock controller gets an identity of its own, so that the audit log tells the two apart.
kubectl create serviceaccount stock >/dev/null
kubectl create clusterrolebinding stock --clusterrole=cluster-admin \
  --serviceaccount=default:stock >/dev/null
token=$(kubectl create token stock --duration=24h)
sed "s/^\( *token:\).*/\1 $token/" "$DATA/windlass.kubeconfig" >"$WORK/stock.kubeconfig"
STOCK=$("$ROOT/test/cluster/build" --stock | tail -n 1)

say "the stock controller: $COUNT Deployments of $REPLICAS"
"$STOCK" --kubeconfig "$WORK/stock.kubeconfig" >"$WORK/stock.log" 2>&1 &
SUBJECT_PID=$!
WITNESS_PID=$SUBJECT_PID # ended by cleanup whatever happens
measure stock 'serviceaccount:default:stock'
WITNESS_PID=

say "Windlass: $COUNT Deployments of $REPLICAS"
start_windlass --kube-api-qps=20 --kube-api-burst=30
SUBJECT_PID=$WINDLASS_PID
measure windlass 'serviceaccount:windlass-system:windlass'
WINDLASS_PID=

row() {
  awk -v what="$1" -v stock="$(cat "$WORK/stock.$2")" -v ours="$(cat "$WORK/windlass.$2")" 'BEGIN {
    printf("%-34s %12s %12s %10.3f\n", what, stock, ours, (stock > 0 ? ours / stock : 0)) }'
}
{
  printf '%-34s %12s %12s %10s\n' "" stock windlass ratio
  row "resident memory, idle (MiB)" rss
  row "of it no file's (MiB)" anonymous
  row "resident memory, peak (MiB)" peak
  row "CPU of the load (s)" cpu_load
  row "CPU, load and idle time (s)" cpu_all
  row "wall time of the load (ms)" wall_ms
  echo
  echo "API calls of the stock controller"
  cat "$WORK/stock.audit"
  echo
  echo "API calls of Windlass"
  cat "$WORK/windlass.audit"
} | tee "${REPORT:-$WORK/report.txt}"
