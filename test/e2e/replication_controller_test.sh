#!/usr/bin/env bash
# Rolling updates of ReplicationControllers on a real control plane, whose replication controller
# makes the Pods: an update to a file and one to an image, with lines and annotations as kubectl
# 1.17 had them; no Pod made or lost by a rename; a rollback of a broken image; kill -9 on the way;
# an update that an annotation asks for; a ReplicationController that somebody else owns. The
# command kubectl windlass asks for one of the updates. The metrics count complete updates, and one
# that is stuck. A witness watches every committed state.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/replication_controller_lib.sh"

PLUGIN=${PLUGIN:-$ROOT/build/release/cmd/kubectl-windlass/kubectl-windlass}
RUN=--controllers=replicationcontrollerupdate
annotation() { field "rc/$1" "{.metadata.annotations.kubectl\\.kubernetes\\.io/$2}"; }
phase() { field "wrcu/$1" '{.status.phase}'; }
has_phase() { [ "$(phase "$1")" = "$2" ]; }
lines() { kubectl get "wrcu/$1" -o jsonpath='{range .status.lines[*]}{@}{"\n"}{end}'; }
# uids_of NAME: prints the uids of the Pods that the ReplicationController owns, in one line.
uids_of() {
  local uid
  uid=$(field "rc/$1" '{.metadata.uid}')
  kubectl get pods -o json | jq -r --arg uid "$uid" '.items[]
    | select(.metadata.deletionTimestamp == null)
    | select(.metadata.ownerReferences[0].uid == $uid) | .metadata.uid' | sort | paste -sd' '
}
live_pods() { # LABELS
  kubectl get pods -l "$1" -o json |
    jq '[.items[] | select(.metadata.deletionTimestamp == null)] | length'
}
no_orphans() { # LABELS
  kubectl get pods -l "$1" -o json | jq -e \
    '[.items[] | select(.metadata.deletionTimestamp == null)
      | select(.metadata.ownerReferences == null)] | length == 0' >/dev/null
}
ready() { [ "$(field "rc/$1" '{.status.readyReplicas}')" = "$2" ]; } # NAME PODS
# update NAME SPEC: prints an update of the ReplicationController NAME.
update() {
  cat <<YAML
apiVersion: windlass.dev/v1alpha1
kind: ReplicationControllerUpdate
metadata: {name: $1}
spec: $2
YAML
}
# shows METRIC LABEL=VALUE…: succeeds if the metrics page has the series of an update with these
# labels, and it is 1.
shows() {
  http_body /metrics | grep "^$1{.*kind=\"ReplicationControllerUpdate\"" >"$WORK/series" || return 1
  local label
  for label in "${@:2}"; do
    grep -F "${label%%=*}=\"${label#*=}\"" "$WORK/series" >"$WORK/fewer" || return 1
    mv "$WORK/fewer" "$WORK/series"
  done
  grep -q ' 1$' "$WORK/series"
}
# ends NAME PHASE: waits until the update has ended, and expects the phase.
ends() {
  until_true 180 "update $1 is $2: $(field "wrcu/$1" '{.status.phase}: {.status.message}')" \
    has_phase "$1" "$2"
}

join_cluster
install_updates
start_witness --replication-controllers
start_windlass "$RUN"

say "an update to a file: lines, annotations on the way, and the end"
controller one 3 app:v1 'app: one, version: "1"' | kubectl create -f - >/dev/null
until_true 60 "one has its Pods" ready one 3
update one '
  newName: one-2
  updatePeriod: 2s
  controller:
    spec:
      selector: {app: one, version: "2"}
      template:
        metadata: {labels: {app: one, version: "2"}}
        spec:
          terminationGracePeriodSeconds: 0
          containers: [{name: app, image: "app:v2"}]' | kubectl apply -f - >/dev/null
uid=$(field rc/one '{.metadata.uid}')
until_true 60 "the new one exists" kubectl get rc one-2
expect "source" "$(annotation one-2 update-source-id)" "one:$uid"
expect "desired" "$(annotation one-2 desired-replicas)" 3
until_true 60 "the size is noted" [ "$(annotation one original-replicas)" = 3 ]
kubectl wait --for=condition=Ready wrcu/one --timeout=120s >/dev/null ||
  fail "$(phase one): $(field wrcu/one '{.status.message}')"
expect "phase" "$(phase one)" Succeeded
limits="(keep 3 pods available, don't exceed 4 pods)"
expect "lines" "$(lines one)" "Created one-2
Scaling up one-2 from 0 to 3, scaling down one from 3 to 0 $limits
Scaling one-2 up to 1
Scaling one down to 2
Scaling one-2 up to 2
Scaling one down to 1
Scaling one-2 up to 3
Scaling one down to 0
Update succeeded. Deleting one
replicationcontroller/one-2 rolling updated to \"one-2\""
! kubectl get rc one >/dev/null 2>&1 || fail "the old one is still there"
expect "annotations" "$(field rc/one-2 '{.metadata.annotations}')" ""
expect "Pods" "$(live_pods app=one)" 3
no_orphans app=one || fail "there are Pods without an owner"
until_true 10 "the metrics count the end" shows windlass_rollouts_finished_total \
  "namespace=$OWN_NAMESPACE" strategy=RollingUpdate outcome=complete
shows windlass_rollouts_started_total change=template || fail "the metrics count no beginning"
echo "proves: RC-7 RC-10 RC-12 RC-13"

say "an image under the same name: every Pod gets the label, and the rename makes and loses none"
controller two 3 app:v1 'app: two' | kubectl create -f - >/dev/null
until_true 60 "two has its Pods" ready two 3
first=$(uids_of two)
uid=$(field rc/two '{.metadata.uid}')
"$PLUGIN" rolling-update two --image=app:v2 --update-period=1s >"$WORK/said" ||
  fail "exit code $?: $(cat "$WORK/said")"
expect "phase" "$(phase two)" Succeeded
expect "lines of the command" "$(cat "$WORK/said")" "$(lines two)"
"$PLUGIN" get rc/two >"$WORK/said" || fail "exit code $?"
grep -F '3 desired, 3 present' "$WORK/said" >/dev/null || fail "$(cat "$WORK/said")"
[ -n "$(field rc/two '{.spec.selector.deployment}')" ] || fail "the selector lacks the label"
expect "uid" "$(field rc/two '{.metadata.uid}')" "$uid"
expect "image" "$(field rc/two '{.spec.template.spec.containers[0].image}')" app:v2
expect "annotations" "$(field rc/two '{.metadata.annotations}')" ""
expect "controllers" "$(kubectl get rc -o name | grep -c '/two')" 1
expect "last line" "$(lines two | tail -n 1)" "replicationcontroller/two rolling updated"
no_orphans app=two || fail "there are Pods without an owner"
expect "Pods" "$(live_pods app=two)" 3
# Three of the old image, three of the new one, and no more.
made=$(kubectl get events -o json | jq '[.items[] | select(.reason == "SuccessfulCreate")
  | select(.involvedObject.name | startswith("two"))] | length')
expect "Pods that were made" "$made" 6
[ "$(uids_of two)" != "$first" ] || fail "the Pods are the old ones"
echo "proves: RC-5 RC-6 RC-14"

say "a broken image times out after its own timeout, and is rolled back"
controller three 2 app:v1 'app: three' | kubectl create -f - >/dev/null
until_true 60 "three has its Pods" ready three 2
update three '{image: "app:missing", updatePeriod: 1s, timeout: 3s}' | kubectl apply -f - >/dev/null
ends three Failed
expect "message" "$(field wrcu/three '{.status.message}')" \
  "timed out waiting for any update progress to be made"
expect "stalled" "$(field wrcu/three \
  "{.status.conditions[?(@.type=='Stalled')].reason}")" TimedOut
until_true 10 "the metrics show what holds it up" shows windlass_rollouts_stuck cause=TimedOut
shows windlass_rollout_info name=three phase=stuck || fail "the metrics do not name the update"
id=$(sed -n 's/.*rollout_id="\([^"]*\)".*/\1/p' "$WORK/series")
expect "rollout id" "$id" "$(field wrcu/three '{.metadata.uid}' | cut -c 1-8)-1"
until_true 20 "an Event carries the id" has_event "$id" "three RollingUpdateStarted"
expect "Pods that serve" "$(field rc/three '{.status.readyReplicas}')" 2
kubectl patch wrcu three --type=merge -p '{"spec":{"rollback":true}}' >/dev/null
ends three RolledBack
until_true 10 "the metrics count the rollback" shows windlass_rollbacks_total trigger=rollback
expect "size" "$(field rc/three '{.spec.replicas}')" 2
expect "image" "$(field rc/three '{.spec.template.spec.containers[0].image}')" app:v1
expect "controllers" "$(kubectl get rc -o name | grep -c '/three')" 1
expect "annotations" "$(field rc/three '{.metadata.annotations}')" ""
lines three | grep -Fx 'Setting "three" replicas to 2' >/dev/null || fail "$(lines three)"
decided() { # ID: prints the decisions of this rollout, each once
  sed -n "s/^[^ ]* info \(.*\) replicationcontrollerupdate=[^ ]* rollout_id=$1 .*/\1/p" \
    "$WORK/windlass.log" | sort -u
}
for decision in "create replicationcontroller" "scale up replicationcontroller"; do
  decided "$id" | grep -Fx "$decision" >/dev/null || fail "$id lacks '$decision': $(decided "$id")"
done
back=${id%-1}-2
decided "$back" | grep -Fx "set rollback size" >/dev/null || fail "$back: $(decided "$back")"
until_true 20 "the end of the way back is an Event with its id" has_event "$back" \
  "three RollingUpdateComplete"
echo "proves: RC-11 RC-15"

say "kill -9, again and again, while Pods are exchanged and renamed"
controller four 4 app:v1 'app: four' | kubectl create -f - >/dev/null
until_true 60 "four has its Pods" ready four 4
update four '{image: "app:v2", updatePeriod: 0s}' | kubectl apply -f - >/dev/null
kills=0
until has_phase four Succeeded; do
  kill_windlass
  start_windlass "$RUN"
  kills=$((kills + 1))
  [ "$kills" -lt 200 ] || fail "still $(phase four): $(field wrcu/four '{.status.message}')"
done
say "after $kills kills"
expect "image" "$(field rc/four '{.spec.template.spec.containers[0].image}')" app:v2
expect "Pods" "$(live_pods app=four)" 4
no_orphans app=four || fail "there are Pods without an owner"
expect "controllers" "$(kubectl get rc -o name | grep -c '/four')" 1
echo "proves: RC-14 RC-18"

say "an annotation asks for an update"
controller five 2 app:v1 'app: five, version: "1"' | kubectl create -f - >/dev/null
controller five-2 0 app:v2 'app: five, version: "2"' | kubectl create -f - >/dev/null
kubectl annotate rc five-2 kubectl.kubernetes.io/desired-replicas=2 >/dev/null
kubectl annotate rc five windlass.dev/rolling-update-to=five-2 >/dev/null
until_true 60 "the update exists" kubectl get wrcu five
kubectl patch wrcu five --type=merge -p '{"spec":{"updatePeriod":"0s"}}' >/dev/null
ends five Succeeded
expect "size" "$(field rc/five-2 '{.spec.replicas}')" 2
echo "proves: RC-1"

say "a scaling by somebody else pauses, and is adopted on request"
controller six 2 app:v1 'app: six' | kubectl create -f - >/dev/null
until_true 60 "six has its Pods" ready six 2
update six '{image: "app:v2", newName: six-2, updatePeriod: 20s}' | kubectl apply -f - >/dev/null
until_true 60 "the first new Pod" ready six-2 1
kubectl scale rc six-2 --replicas=3 >/dev/null
until_true 60 "it pauses" has_phase six Paused
expect "reason" "$(field wrcu/six \
  "{.status.conditions[?(@.type=='Ready')].reason}")" ExternalScale
kubectl patch wrcu six --type=merge \
  -p '{"spec":{"onExternalScale":"Adopt","updatePeriod":"1s"}}' >/dev/null
ends six Succeeded
expect "size" "$(field rc/six-2 '{.spec.replicas}')" 5
echo "proves: RC-16"

say "what an autoscaler scales, and what another object owns, is left alone"
controller seven 1 app:v1 'app: seven' | kubectl create -f - >/dev/null
kubectl autoscale rc seven --min=1 --max=3 >/dev/null
update seven '{image: "app:v2"}' | kubectl apply -f - >/dev/null
ends seven Failed
expect "message" "$(field wrcu/seven '{.status.message}' | cut -d, -f1)" \
  "HorizontalPodAutoscaler seven scales ReplicationController seven"
kubectl create configmap owner >/dev/null
# A patch, because a replace conflicts with the ReplicationController's own controller at times.
kubectl patch rc seven --type=merge -p '{"metadata": {"ownerReferences": [{"apiVersion": "v1",
  "kind": "ConfigMap", "name": "owner", "uid": "'"$(field configmap/owner '{.metadata.uid}')"'",
  "controller": true}]}}' >/dev/null
kubectl patch wrcu seven --type=merge -p '{"spec": {"timeout": "6m"}}' >/dev/null # it had ended
owned() { field wrcu/seven '{.status.message}' | grep -F 'belongs to ConfigMap owner' >/dev/null; }
until_true 60 "the owner is named" owned
expect "image" "$(field rc/seven '{.spec.template.spec.containers[0].image}')" app:v1

stop_windlass
check_witness
say "passed"
