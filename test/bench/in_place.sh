#!/usr/bin/env bash
# One new image for the Pods of a Deployment, once by replacing them and once in place: wall time
# until kubectl rollout status ends, and writes to the API server, of Windlass and of everybody
# (Events, Leases and Nodes do not count). The same sizes and limits for both.
#
#   REPLICAS=20 UNAVAILABLE=25% NODES=3 IMAGE_WORDS=-slow-stop-1s test/bench/in_place.sh
. "$(dirname "$0")/../e2e/lib.sh"
export LC_ALL=C

REPLICAS=${REPLICAS:-20} UNAVAILABLE=${UNAVAILABLE:-25%} NODES=${NODES:-3}
IMAGE_WORDS=${IMAGE_WORDS:-} # how containers behave, see test/cluster/README.md
WRITING='create|update|patch|delete'
OUT=${OUT:-$ROOT/build/bench/in_place.txt}

# manifest NAME ANNOTATIONS
manifest() {
  deployment "$1" "$REPLICAS" "app:v1$IMAGE_WORDS" \
    "{rollingUpdate: {maxUnavailable: $UNAVAILABLE, maxSurge: 25%}}" |
    sed "s|metadata: {name: $1}|metadata: {name: $1, annotations: {$2}}|"
}
# writes NAME USER-REGEX: of the latest measurement
writes() {
  awk -v user="$2" -v verbs="$WRITING" '$1 ~ user && $2 ~ "^(" verbs ")$" &&
    $3 !~ /^(events|leases|nodes)/ && $4 < 300 {n += $5} END {print n + 0}' "$WORK/$1.audit"
}
# settled: what follows a rollout is over when nobody writes any more.
settled() {
  local before=$lines
  lines=$(grep -cE "\"verb\":\"($WRITING)\".*\"resource\":\"(pods|replicasets|dep|endp)" \
    "$DATA/audit.log")
  [ "$before" = "$lines" ]
}
# measure NAME ANNOTATIONS
measure() {
  local since began
  manifest "$1" "$2" | kubectl apply -f - >/dev/null
  rolled_out "$1" 600s >/dev/null
  lines=
  until_true 120 "$1 is at rest" settled
  since=$(date -u +%FT%T.%NZ)
  began=$(date +%s%N)
  kubectl set image "deployment/$1" "app=app:v2$IMAGE_WORDS" >/dev/null
  rolled_out "$1" 1800s >"$WORK/$1.status"
  echo $((($(date +%s%N) - began) / 1000000)) >"$WORK/$1.ms"
  until_true 120 "$1 is at rest" settled
  cluster audit --data "$DATA" --since "$since" >"$WORK/$1.audit"
  kubectl delete deployment "$1" --wait=true >/dev/null
  until_true 300 "$1 is gone" gone
}
gone() { [ -z "$(kubectl get rs,pods --no-headers 2>/dev/null)" ]; }

row() { # NAME OF THE FIGURE, ROLLING, IN PLACE
  awk -v what="$1" -v rolling="$2" -v place="$3" 'BEGIN {
    printf "%-40s %10s %10s %8.2f\n", what, rolling, place, place / rolling
  }'
}

start_cluster --nodes "$NODES"
start_windlass --kube-api-qps=200 --kube-api-burst=300
say "by replacing Pods"
measure rolling ''
say "in place"
measure in-place 'windlass.dev/in-place: Only'

mkdir -p "$(dirname "$OUT")"
{
  printf '%-40s %10s %10s %8s\n' "$REPLICAS replicas, $UNAVAILABLE unavailable" rolling in-place \
    ratio
  row "wall time, ms" "$(cat "$WORK/rolling.ms")" "$(cat "$WORK/in-place.ms")"
  row "writes of Windlass" "$(writes rolling :windlass$)" "$(writes in-place :windlass$)"
  row "writes of everybody" "$(writes rolling .)" "$(writes in-place .)"
} | tee "$OUT"
stop_windlass
