#!/usr/bin/env bash
# Changes in the middle of an update in place: a partition, a pause, another image, an undo, the
# policy. The Pods stay the same, unless the policy changes. Also changes that make new Pods: a new
# checksum alone, and a setting that no longer exists.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/in_place_lib.sh"

COUNT=${COUNT:-10}
KEEP=$((COUNT * 7 / 10))

# begin NAME IMAGE: begins a rollout that takes its time: the old containers stop slowly, and so do
# the new ones.
begin() {
  in_place "$1" "$COUNT" app:v1-slow-stop-1s "${2:-}" | kubectl apply -f - >/dev/null
  rolled_out "$1" 120s
  note_pods "$1"
  set_image "$1" app:v2-slow-stop-1s
  until_true 60 "some of $1 are patched" at_least "$1" app:v2-slow-stop-1s 2
}
# True if no Pod is in the middle of a restart: each Pod has one restart for each change of its
# image.
nobody_in_flight() { # NAME IMAGE
  [ "$(kubectl get pods -l "app=$1" --no-headers -o custom-columns=\
I:.spec.containers[0].image,R:.status.containerStatuses[0].restartCount |
    awk -v new="$2" '$2 != ($1 == new) {n++} END {print n + 0}')" = 0 ]
}

join_cluster
start_witness
start_windlass

say "partition: as many Pods as it says keep their image"
in_place part "$COUNT" app:v1 "windlass.dev/in-place-partition: \"$KEEP\"" |
  kubectl apply -f - >/dev/null
rolled_out part 120s
note_pods part
set_image part app:v2
until_true 120 "it stops at the partition" says part Partitioned
expect "Pods of the new image" "$(with_image part app:v2)" $((COUNT - KEEP))
expect "available" "$(field deployment/part '{.status.availableReplicas}')" "$COUNT"
expect "updated" "$(field deployment/part '{.status.updatedReplicas}')" $((COUNT - KEEP))
if kubectl rollout status deployment/part --watch=false | grep -q success; then
  fail "rollout status calls a partitioned rollout done"
fi
annotate part windlass.dev/in-place-partition=1
one_left() { [ "$(with_image part app:v1)" = 1 ] && says part Partitioned; }
until_true 120 "all but one have it" one_left
annotate part windlass.dev/in-place-partition-
in_order part app:v2
restarted part 1
same_pods part

say "pause and resume"
begin paused
kubectl rollout pause deployment/paused >/dev/null
until_true 20 "the condition says so" says paused Paused
until_true 60 "who was in flight is restarted" nobody_in_flight paused app:v2-slow-stop-1s
patched=$(with_image paused app:v2-slow-stop-1s)
say "$patched of $COUNT are patched"
[ "$patched" -lt "$COUNT" ] || fail "all were patched before the pause: it proves nothing"
# Windlass writes the status once more. So it has looked at the Deployment, and it patched no Pod.
kubectl scale deployment/paused --replicas=$((COUNT + 1)) >/dev/null
wanted() { [ "$(field deployment/paused '{.status.availableReplicas}')" = $((COUNT + 1)) ]; }
until_true 60 "it is scaled although it is paused" wanted
expect "patched" "$(with_image paused app:v2-slow-stop-1s)" "$patched"
kubectl scale deployment/paused --replicas="$COUNT" >/dev/null
smaller() { [ "$(field deployment/paused '{.status.replicas}')" = "$COUNT" ]; }
until_true 60 "it has its size again" smaller
kubectl rollout resume deployment/paused >/dev/null
in_order paused app:v2-slow-stop-1s

say "another image, midway"
begin over
set_image over app:v3
in_order over app:v3
same_pods over
expect "revision" "$(revision over)" 3
expect "ReplicaSets" "$(kubectl get rs -l app=over --no-headers | wc -l)" 3

say "undo, midway"
begin undone
kubectl rollout undo deployment/undone >/dev/null
in_order undone app:v1-slow-stop-1s
same_pods undone
expect "revision" "$(revision undone)" 3
expect "ReplicaSets" "$(kubectl get rs -l app=undone --no-headers | wc -l)" 2

stop_windlass
kubectl delete deployment paused >/dev/null # its Pods changed because its size was changed
check_witness --settled --in-place
start_windlass

say "a checksum of a ConfigMap: beside an image it changes in place, alone it makes new Pods"
# upgrade NAME IMAGE CHECKSUM: changes the template as helm upgrade does.
upgrade() {
  kubectl patch "deployment/$1" --patch "
    spec: {template: {metadata: {annotations: {checksum/config: \"$3\"}},
      spec: {containers: [{name: app, image: \"$2\"}]}}}" >/dev/null
}
# checksums NAME: prints the checksum of each Pod that is not being deleted.
checksums() {
  kubectl get pods -l "app=$1" --no-headers -o custom-columns="\
C:.metadata.annotations.checksum/config,D:.metadata.deletionTimestamp" |
    awk '$2 == "<none>" {print $1}'
}
in_place helm "$COUNT" app:v1 | kubectl apply -f - >/dev/null
annotate helm windlass.dev/in-place=IfPossible
rolled_out helm 120s
note_pods helm
upgrade helm app:v2 aaaa
in_order helm app:v2
expect "checksums" "$(checksums helm | sort -u)" aaaa
same_pods helm
upgrade helm app:v2 bbbb
rolled_out helm 120s
expect "checksums" "$(checksums helm | sort -u)" bbbb
all_new() { # true if none of the Pods noted before exists
  [ -z "$(identities helm | awk '{print $2}' | grep -Ff - "$WORK/helm.pods")" ]
}
until_true 20 "all Pods are new" all_new
because() {
  kubectl get events --field-selector involvedObject.name=helm,reason=InPlaceNotPossible \
    -o jsonpath='{.items[*].message}'
}
told() { [[ $(because) == *"(MetadataOnly). So new Pods replace the old ones" ]]; }
until_true 20 "an event says why" told
annotate helm windlass.dev/in-place=Only
upgrade helm app:v2 cccc
until_true 20 "with Only it is refused" says helm NotPossible
expect "checksums" "$(checksums helm | sort -u)" bbbb

say "a removed setting: nothing is done in place before it is taken away"
annotate helm windlass.dev/in-place-fields=image
until_true 20 "the condition says so" says helm InvalidConfig
[[ $(condition helm message) == *in-place-fields*"remove the annotation"* ]] ||
  fail "the condition does not say what to do: $(condition helm message)"
expect "checksums with Only" "$(checksums helm | sort -u)" bbbb # it replaces no Pod
annotate helm windlass.dev/in-place=IfPossible
rolled_out helm 120s # as if it had never asked for in-place updates
expect "checksums" "$(checksums helm | sort -u)" cccc
annotate helm windlass.dev/in-place-fields-
all_there() { [ "$(identities helm | wc -l)" = "$COUNT" ]; }
until_true 30 "old Pods are gone" all_there
note_pods helm
upgrade helm app:v3 dddd
in_order helm app:v3
same_pods helm

say "Release, midway: nothing is left that another controller would not understand"
begin released
annotate released windlass.dev/in-place=Release
until_true 120 "it is handed back" says released HandedBack
rolled_out released
expect "kinds of images" "$(images released | sort -u | wc -l)" 1
same_pods released
# The user's annotations are mirrored. Windlass's notes are gone.
expect "our notes on ReplicaSets" \
  "$(kubectl get rs -l app=released -o yaml | grep -c 'internal.windlass.dev' || true)" 0

say "Disabled, midway: the rest is rolled out by replacing Pods, and none is patched any more"
begin disabled
annotate disabled windlass.dev/in-place-
rolled_out disabled 120s
expect "images" "$(images disabled | sort -u)" app:v2-slow-stop-1s
condition_gone() { [ -z "$(in_place_reason disabled)" ]; }
until_true 20 "the condition is gone" condition_gone
active() {
  kubectl get rs -l app=disabled --no-headers -o custom-columns=\
R:.spec.replicas,I:.spec.template.spec.containers[0].image | awk '$1 > 0 {print $1, $2}'
}
expect "active ReplicaSets" "$(active)" "$COUNT app:v2-slow-stop-1s"

stop_windlass
if grep -E ' (error|warning) ' "$WORK/windlass.log" | grep -v 'needed many API calls'; then
  fail "the log holds warnings" # helm has five rollouts within seconds, which is noisy
fi
say "passed"
