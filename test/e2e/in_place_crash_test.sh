#!/usr/bin/env bash
# kill -9 ends Windlass right before and right after each kind of write of an update in place, and
# at the moments between. The next process continues with what it finds. Every rollout ends, no
# container is patched twice to one image, and never are more Pods unavailable than allowed (the
# witness). SIDES="before after" tests both sides of each write. SLOW=1 adds a Pod that is created
# during the exchange, and a failed revision, which take minutes.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/in_place_lib.sh"

COUNT=${COUNT:-4} SIDES=${SIDES:-} SLOW=${SLOW:-}
UNAVAILABLE=1
version=1 changes=0 # the number in the last image, and of changes of web

# next_image NAME
next_image() {
  version=$((version + 1))
  if [ "$1" = web ]; then changes=$((changes + 1)); fi
  set_image "$1" "app:v$version"
}
# crash POINT SIDES NTH KIND [NAME]: sets a new image, kills Windlass, starts it, and awaits the
# end.
crash() {
  local side name=${5:-web}
  for side in ${SIDES:-$2}; do
    say "--- $1, $side"
    fault "$side" "$3" "$4"
    next_image "$name"
    killed
    start_windlass
    in_order "$name" "app:v$version"
  done
}

start_in_place --nodes 3
start_fault_proxy
start_windlass
{
  in_place web "$COUNT" app:v1
  UNAVAILABLE='0, maxSurge: 1' in_place standing 2 app:v1
  in_place drained 2 app:v1 'windlass.dev/in-place-drain: "Label:traffic=on/off",
    windlass.dev/in-place-drain-seconds: "1"' |
    sed 's/metadata: {labels: {app: drained}}/metadata: {labels: {app: drained, traffic: "on"}}/'
} | kubectl apply -f - >/dev/null
for name in web standing drained; do rolled_out "$name"; done
note_pods web
note_pods drained

crash "F1 the pending ReplicaSet is created" "before after" 1 "$CREATE"
crash "F5 the first Pod is patched" "before after" 1 "$PATCH_POD"
crash "F5 the third Pod is patched" "after" 3 "$PATCH_POD"
crash "F7 the status is written" "before" 2 'PATCH .*/deployments/web/status'
crash "F9 X1" "before after" 1 "$X1"
crash "F10 X2" "before after" 1 "$X2"
crash "F11 X3" "before after" 1 "$X3"

crash "F3 stand-ins come" "before after" 1 'PATCH .*/replicasets/.*stand-ins":"1"' standing
crash "F8 stand-ins go" "before after" 1 'PATCH .*/replicasets/.*stand-ins":"0"' standing

crash "F4 a Pod is drained" "before after" 1 'PATCH .*/pods/.*"off"' drained
crash "F6 a Pod gets traffic again" "before after" 1 'PATCH .*/pods/.*"on"' drained
expect "Pods that have no traffic" \
  "$(kubectl get pods -l 'app=drained,traffic!=on' --no-headers 2>/dev/null | wc -l)" 0
same_pods drained

say "--- F2 the user's settings are mirrored"
for side in before after; do
  fault "$side" 1 'PATCH .*/replicasets/.*in-place-pdb'
  annotate web windlass.dev/in-place-pdb="$([ "$side" = before ] && echo Ignore || echo Respect)"
  killed
  start_windlass
  mirrored() {
    [ "$(kubectl get rs -l app=web -o yaml | grep -c "windlass.dev/in-place-pdb: $1")" = \
      "$(kubectl get rs -l app=web --no-headers | wc -l)" ]
  }
  until_true 20 "every ReplicaSet has them" \
    mirrored "$([ "$side" = before ] && echo Ignore || echo Respect)"
done

say "--- F15 old ReplicaSets are deleted"
few() { [ "$(kubectl get rs -l app=web --no-headers | wc -l)" = "$1" ]; }
for limit in 4 2; do
  fault "$([ "$limit" = 4 ] && echo before || echo after)" 1 'DELETE .*/replicasets'
  kubectl patch deployment web --type=merge -p "{\"spec\":{\"revisionHistoryLimit\":$limit}}" \
    >/dev/null
  killed
  start_windlass
  until_true 20 "$limit are left besides the newest" few $((limit + 1))
done

say "--- F17 the API server ends in the middle"
next_image web
until_true 60 "some are patched" at_least web "app:v$version" 1
cluster kill apiserver
cluster start apiserver
in_order web "app:v$version"

say "--- F16 the leader hangs until its lease is lost, and another one goes on"
stop_windlass
start_windlass --leader-elect=true
first=$WINDLASS_PID
OTHER_PIDS="$OTHER_PIDS $first"
next_image web
until_true 60 "some are patched" at_least web "app:v$version" 1
kill -STOP "$first"
terms() { grep -c 'leading: deployments' "$WORK/windlass.log"; }
before=$(terms)
another_leads() { [ "$(terms)" -gt "$before" ]; }
start_windlass --leader-elect=true
until_true 60 "another one leads" another_leads
in_order web "app:v$version"
kill -CONT "$first"
until_true 60 "the first one has stopped leading" grep -q 'no longer leading' "$WORK/windlass.log"
kill "$first"
wait "$first" || fail "the first one ended with $?"
stop_windlass
start_windlass

say "--- F18 killed again before its caches are filled"
fault after 2 "$PATCH_POD"
next_image web
killed
for _ in 1 2 3; do
  launch_windlass
  kill_windlass
done
start_windlass
in_order web "app:v$version"

same_pods web
restarted web "$changes"

# late_birth: creates a Pod as the host's controller does when it has not seen the new template yet.
late_birth() {
  local host uid hash
  read -r host uid hash < <(kubectl get rs -l app=web --no-headers -o custom-columns="\
R:.spec.replicas,N:.metadata.name,U:.metadata.uid,H:.metadata.labels.pod-template-hash" |
    awk '$1 > 0 {print $2, $3, $4}')
  kubectl delete "$(kubectl get pods -l app=web -o name | sed -n 1p)" >/dev/null
  kubectl create -f - <<YAML >/dev/null
apiVersion: v1
kind: Pod
metadata:
  name: $host-late
  labels: {app: web, pod-template-hash: "$hash"}
  ownerReferences:
  - {apiVersion: apps/v1, kind: ReplicaSet, name: $host, uid: $uid, controller: true}
spec:
  terminationGracePeriodSeconds: 2
  containers:
  - {name: app, image: "app:v$((version - 1))"}
YAML
  kubectl wait --for=condition=Ready "pod/$host-late" --timeout=60s >/dev/null
}
if [ -n "$SLOW" ]; then
  for side in before after; do
    say "--- F12 a Pod born during the exchange is patched, $side"
    fault before 1 "$X3"
    next_image web
    killed
    cluster stop kcm >/dev/null
    kubectl rollout pause deployment/web >/dev/null # no Pod is patched until the proxy is ready
    late_birth
    start_windlass
    fault "$side" 1 "$PATCH_POD"
    kubectl rollout resume deployment/web >/dev/null
    killed
    cluster start kcm >/dev/null
    start_windlass
    in_order web "app:v$version"
    late=$(kubectl get pods -l app=web -o name | grep -- -late)
    expect "restarts of the Pod born late" \
      "$(field "$late" '{.status.containerStatuses[0].restartCount}')" 1
    kubectl delete "$late" >/dev/null
    rolled_out web
  done
  # Windlass counts a failure only after a minute.
  for point in "F13 a revision is blocked:Revert:blocked" \
    "F14 the mode is changed:Recreate:mode.*Recreate"; do
    IFS=: read -r what policy kind <<<"$point"
    for side in before after; do
      say "--- $what, $side"
      annotate web "windlass.dev/in-place-on-failure=$policy"
      fault "$side" 1 "PATCH .*/replicasets/.*$kind"
      set_image web "app:v$((version += 1))-missing"
      killed 120
      start_windlass
      if [ "$policy" = Revert ]; then
        until_true 60 "it is given up" says web GivenUp
      else
        until_true 60 "it replaces Pods" says web NotPossible
      fi
      set_image web "app:v$((version += 1))"
      in_order web "app:v$version"
    done
  done
fi
stop_windlass
check_witness --settled
say "passed"
