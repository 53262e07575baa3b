#!/usr/bin/env bash
# What in-place updates rely on in a kubelet, shown on a real kubelet without Windlass: the test
# patches the images of running Pods. The simulator's kubelet must come to the same container ids,
# restart counts and conditions (test/sim).
. "$(dirname "$0")/lib.sh"

# pod NAME IMAGE [MORE OF THE CONTAINER [MORE OF THE SPEC]]
pod() {
  kubectl apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: {name: $1}
spec:
  terminationGracePeriodSeconds: 20
  ${4:-}
  containers:
  - {name: app, image: "$2"${3:-}}
  - {name: beside, image: "app:beside"}
YAML
  kubectl wait --for=condition=Ready "pod/$1" --timeout=30s >/dev/null || fail "$1 is not ready"
  # On a busy machine, the kubelet may lose sight of a container for a moment. Its status then has
  # no id.
  until_true 30 "$1 has its two containers" has_containers "$1"
}
has_containers() {
  [ "$(field "pod/$1" '{.status.containerStatuses[*].containerID}' | wc -w)" = 2 ]
}
set_image() { # POD CONTAINER=IMAGE…
  kubectl set image "pod/$1" "${@:2}" >/dev/null
}
# of POD CONTAINER FIELD: prints a field of status.containerStatuses
of() { field "pod/$1" "{.status.containerStatuses[?(@.name=='$2')].$3}"; }
of_init() { field "pod/$1" "{.status.initContainerStatuses[?(@.name=='$2')].$3}"; }
condition() { field "pod/$1" "{.status.conditions[?(@.type=='$2')].$3}"; }
same_pod() { field "pod/$1" '{.metadata.uid} {.spec.nodeName} {.status.podIP}'; }
observed() { # POD: true if the kubelet has seen the present spec
  [ "$(field "pod/$1" '{.status.observedGeneration}')" = \
    "$(field "pod/$1" '{.metadata.generation}')" ]
}
# is EXPECTED COMMAND…
is() { [ "$("${@:2}")" = "$1" ]; }
ready() { is True condition "$1" Ready status; }
restarted() { # POD CONTAINER COUNT: true if the container also runs
  is "$3" of "$1" "$2" restartCount && [ -n "$(of "$1" "$2" state.running.startedAt)" ]
}
waits_for() { is "$3" of "$1" "$2" state.waiting.reason; }

join_cluster

say "an image is patched: that container is another one, and nothing else"
pod plain app:v1
identity=$(same_pod plain) id=$(of plain app containerID) beside=$(of plain beside containerID)
image=$(of plain app imageID) since=$(condition plain Ready lastTransitionTime)
generation=$(field pod/plain '{.metadata.generation}')
set_image plain app=app:v2
until_true 30 "the container is restarted" restarted plain app 1
expect "uid, node and address" "$(same_pod plain)" "$identity"
expect "generation" "$(field pod/plain '{.metadata.generation}')" $((generation + 1))
until_true 5 "observedGeneration has followed" observed plain
[ "$(of plain app containerID)" != "$id" ] || fail "the container has its old id"
[ "$(of plain app imageID)" != "$image" ] || fail "another image has the same imageID"
expect "the other container" "$(of plain beside containerID)" "$beside"
expect "its restarts" "$(of plain beside restartCount)" 0
expect "the container before" "$(of plain app lastState.terminated.containerID)" "$id"
expect "Ready, without a readiness probe, since" \
  "$(condition plain Ready lastTransitionTime)" "$since"

say "the same image again: nothing"
set_image plain app=app:v2
expect "generation" "$(field pod/plain '{.metadata.generation}')" $((generation + 1))

say "another tag of the same image: another container, the same imageID"
pod alias app:v1-digest-abc
id=$(of alias app containerID) image=$(of alias app imageID)
set_image alias app=app:v2-digest-abc
until_true 30 "the container is restarted" restarted alias app 1
[ "$(of alias app containerID)" != "$id" ] || fail "the container has its old id"
expect "imageID" "$(of alias app imageID)" "$image"

say "a slow stop: the Pod was observed and is called ready, and what runs is the old container"
pod slow app:v1-slow-stop-15s
id=$(of slow app containerID)
set_image slow app=app:v2
until_true 10 "observedGeneration has followed" observed slow
expect "container" "$(of slow app containerID)" "$id"
expect "restarts" "$(of slow app restartCount)" 0
expect "Ready" "$(condition slow Ready status)" True
until_true 30 "the container is restarted" restarted slow app 1

say "a missing image: the old container is gone, its id stays"
pod lost app:v1
id=$(of lost app containerID)
set_image lost app=app:v2-404
until_true 40 "its pull is backed off" waits_for lost app ImagePullBackOff
expect "container" "$(of lost app containerID)" "$id"
expect "restarts" "$(of lost app restartCount)" 0
expect "Ready" "$(condition lost Ready status)" False
expect "phase" "$(field pod/lost '{.status.phase}')" Running
set_image lost app=app:v1
until_true 40 "back on the image it had" restarted lost app 1
until_true 30 "it is ready" ready lost

say "an exec readiness probe: the new container is not ready at once"
pod probed app:v1 ', readinessProbe: {exec: {command: [ready]}, periodSeconds: 1}'
since=$(condition probed Ready lastTransitionTime)
set_image probed app=app:v2-slow-ready-3s
until_true 30 "the container is restarted" restarted probed app 1
until_true 30 "it is ready" ready probed
[ "$(condition probed Ready lastTransitionTime)" != "$since" ] || fail "Ready did not move"

say "a sidecar is restarted, a plain init container is not run again"
pod sidecar app:v1 '' 'initContainers:
  - {name: first, image: "app:init-exits-0s"}
  - {name: sidecar, image: "app:s1", restartPolicy: Always}'
id=$(of sidecar app containerID)
identity=$(same_pod sidecar)
set_image sidecar sidecar=app:s2 first=app:init2-exits-0s
sidecar_restarted() { is 1 of_init sidecar sidecar restartCount; }
until_true 30 "the sidecar is restarted" sidecar_restarted
until_true 30 "it is ready" ready sidecar
expect "uid, node and address" "$(same_pod sidecar)" "$identity"
expect "restarts of the plain one" "$(of_init sidecar first restartCount)" 0
expect "the other container" "$(of sidecar app containerID)" "$id"

say "two containers and a sidecar at once"
set_image sidecar app=app:v2 beside=app:b2 sidecar=app:s3
both_restarted() { restarted sidecar app 1 && restarted sidecar beside 1; }
until_true 30 "both are restarted" both_restarted
sidecar_again() { is 2 of_init sidecar sidecar restartCount; }
until_true 30 "and so is the sidecar" sidecar_again
until_true 30 "it is ready" ready sidecar

say "passed"
