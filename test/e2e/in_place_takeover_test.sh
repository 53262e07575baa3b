#!/usr/bin/env bash
# Windlass is killed in the middle of an update in place, at each of seven moments, and the stock
# Deployment controller takes over. It knows nothing of such updates, and finishes the rollout from
# the objects that it finds. The eighth moment is the one gap: after an undo midway, the rollout
# looks finished to the stock controller, while some Pods still run the template that was undone.
# kubectl rollout restart repairs that.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/in_place_lib.sh"

COUNT=${COUNT:-4}
UNAVAILABLE=1
V1=app:v1-slow-stop-1s V2=app:v2-slow-stop-1s

# moment NAME WHEN NTH KIND: Windlass begins a rollout, and is killed at that write.
moment() {
  say "--- $1"
  start_windlass
  in_place "$1" "$COUNT" "$V1" | kubectl apply -f - >/dev/null
  rolled_out "$1"
  note_pods "$1"
  fault "$2" "$3" "$4"
  set_image "$1" "$V2"
  killed
}
state_of() {
  kubectl get rs -l "app=$1" --sort-by=.metadata.creationTimestamp --no-headers -o custom-columns="\
R:.metadata.annotations.deployment\.kubernetes\.io/revision,S:.spec.replicas,\
I:.spec.template.spec.containers[0].image" | awk '{printf "%s(%s) x%s  ", $3, $1, $2}'
}
# finished NAME: the stock controller rolls out the Deployment's template in all Pods.
finished() {
  say "left: $(state_of "$1")patched: $(with_image "$1" "$V2")"
  start_stock
  rolled_out "$1"
  settled() { [ "$(images "$1" | sort | uniq -c | awk '{print $1, $2}')" = "$COUNT $V2" ]; }
  until_true 60 "every Pod of $1 has the image" settled "$1"
  expect "images" "$(images "$1" | sort -u)" "$V2"
  say "now: $(state_of "$1")"
  kubectl rollout undo "deployment/$1" --dry-run=server >"$WORK/undo" 2>&1 || true
  if grep -q skipped "$WORK/undo"; then fail "undo would not go back: $(cat "$WORK/undo")"; fi
  stop_stock
}
over() { kubectl delete "deployment/$1" --wait=true >/dev/null; }

start_in_place --nodes 3
start_fault_proxy

moment before-pending before 1 "$CREATE"
finished before-pending
over before-pending

moment staged before 1 "$PATCH_POD"
expect "ReplicaSets" "$(kubectl get rs -l app=staged --no-headers | wc -l)" 2
finished staged
expect "ReplicaSets" "$(kubectl get rs -l app=staged --no-headers | wc -l)" 2
over staged

moment two-patched after 2 "$PATCH_POD"
expect "patched" "$(with_image two-patched "$V2")" 2
finished two-patched
over two-patched

moment all-patched before 1 "$X1"
expect "patched" "$(with_image all-patched "$V2")" "$COUNT"
finished all-patched
over all-patched

moment x1-x2 before 1 "$X2"
finished x1-x2
over x1-x2

moment x2-x3 before 1 "$X3"
finished x2-x3
same_pods x2-x3 # the rollout was complete: the stock controller replaces no Pod
over x2-x3

say "--- paused"
start_windlass
in_place paused "$COUNT" "$V1" | kubectl apply -f - >/dev/null
rolled_out paused
note_pods paused
set_image paused "$V2"
until_true 60 "one is patched" at_least paused "$V2" 1
kubectl rollout pause deployment/paused >/dev/null
until_true 20 "the condition says so" says paused Paused
kill_windlass
patched=$(with_image paused "$V2")
[ "$patched" -lt "$COUNT" ] || fail "all were patched before the pause: it proves nothing"
start_stock
kubectl scale deployment/paused --replicas=$((COUNT + 1)) >/dev/null
scaled() { [ "$(field deployment/paused '{.status.availableReplicas}')" = $((COUNT + 1)) ]; }
until_true 60 "the stock controller scales it" scaled
expect "Pods that stay" "$(identities paused | grep -cFf "$WORK/paused.pods")" "$COUNT"
kubectl scale deployment/paused --replicas="$COUNT" >/dev/null
stop_stock
kubectl rollout resume deployment/paused >/dev/null
finished paused
over paused

say "--- undone midway: the hole"
start_windlass
in_place undone "$COUNT" "$V1" | kubectl apply -f - >/dev/null
rolled_out undone
set_image undone "$V2"
until_true 60 "one is patched" at_least undone "$V2" 1
fault before 1 "PATCH .*/pods/.*\"$V1\""
kubectl rollout undo deployment/undone >/dev/null
killed
dirty=$(with_image undone "$V2")
[ "$dirty" -ge 1 ] || fail "no Pod is left with what was undone: it proves nothing"
start_stock
kubectl rollout status deployment/undone --timeout=60s >/dev/null || fail "it is not finished"
expect "Pods that the stock controller leaves with what was undone" \
  "$(with_image undone "$V2")" "$dirty"
kubectl rollout restart deployment/undone >/dev/null
rolled_out undone
none_left() { all_of undone "$V1"; }
until_true 60 "every Pod has the image that the Deployment asks for" none_left
stop_stock
say "passed"
