#!/usr/bin/env bash
# An update in place to an image that cannot be pulled. The first Pod shows the failure, and
# Windlass touches no other Pod.
# - Hold stops there, says why, and continues with the next image.
# - Revert gives that Pod its old image and waits.
# - Recreate continues by replacing Pods, which does not help, and takes down no more Pods.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/in_place_lib.sh"

COUNT=${COUNT:-5}
BAD=app:v2-missing

message() { condition "$1" message; }
failing() { says "$1" Failing && message "$1" | grep -Eq 'ErrImagePull|ImagePullBackOff'; }
available() { [ "$(field "deployment/$1" '{.status.availableReplicas}')" = "$2" ]; }
events_of() { # NAME REASON
  kubectl get events --field-selector "involvedObject.name=$1,reason=$2" --no-headers | wc -l
}

join_cluster
start_witness
start_windlass

say "three Deployments get an image that does not exist"
for policy in Hold Revert Recreate; do
  name=$(echo "$policy" | tr '[:upper:]' '[:lower:]')
  more="windlass.dev/in-place-on-failure: $policy"
  in_place "$name" "$COUNT" app:v1 "$more"
done | sed "/on-failure: Recreate/s/: Only/: IfPossible/" | kubectl apply -f - >/dev/null
for name in hold revert recreate; do
  rolled_out "$name"
  note_pods "$name"
  set_image "$name" "$BAD"
done

for name in hold revert recreate; do
  until_true 60 "$name says what fails" failing "$name"
  expect "Pods of $name that were patched" "$(with_image "$name" "$BAD")" 1
done
say "hold: $(message hold)"
until_true 30 "one is not available" available hold $((COUNT - 1))
expect "InPlaceHeld events" "$(events_of hold InPlaceHeld | sed 's/^[1-9].*/some/')" some

say "Revert: the Pod gets its image back"
until_true 150 "it is given up" says revert GivenUp
back() { all_of revert app:v1 && available revert "$COUNT"; }
until_true 60 "every Pod is back" back
same_pods revert
say "revert: $(message revert)"
expect "InPlaceReverted events" "$(events_of revert InPlaceReverted)" 1
expect "restarts of all Pods of revert" "$(restarts revert | awk '{n += $NF} END {print n}')" 1
if kubectl rollout status deployment/revert --watch=false | grep -q success; then
  fail "rollout status calls it done"
fi

say "Recreate: it goes on with new Pods, and the old ones stay"
# The condition says why, and the new ReplicaSet has Pods.
has_new_pods() {
  kubectl get rs -l app=recreate --no-headers -o custom-columns=\
R:.spec.replicas,I:.spec.template.spec.containers[0].image | awk -v bad="$BAD" '
    $2 == bad && $1 > 0 {found = 1} END {exit !found}'
}
until_true 150 "it has new Pods" has_new_pods
expect "InPlaceFellBackToRecreate events" "$(events_of recreate InPlaceFellBackToRecreate)" 1
until_true 20 "the condition says so" says recreate NotPossible
say "recreate: $(message recreate)"
enough() { [ "$(field deployment/recreate '{.status.availableReplicas}')" -ge $((COUNT - 1)) ]; }
until_true 30 "$((COUNT - 1)) are available" enough

say "meanwhile, hold has touched no other Pod"
expect "patched" "$(with_image hold "$BAD")" 1
same_pods hold

say "the next image repairs all three"
for name in hold revert recreate; do set_image "$name" app:v3; done
for name in hold revert recreate; do
  rolled_out "$name" 120s
  expect "images of $name" "$(images "$name" | sort -u)" app:v3
done
same_pods hold
same_pods revert

stop_windlass
check_witness --settled
say "passed"
