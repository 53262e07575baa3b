#!/usr/bin/env bash
# What a user may rely on: a pause is left only as allowed, stable means proven, and abort has
# somewhere good to go. An autoscaler, a scale to 0, a shorter list of steps, a dead canary, a
# correction, a template that arrives without Pods. The stock controllers run beside Windlass.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/rollout_lib.sh"

STEPS='{type: RollingUpdate, steps: [{setUpdated: 2}, {pause: {}}]}'
BAKE='{type: RollingUpdate, steps: [{setUpdated: 100%}, {pause: {}}]}'
FIRST='{type: RollingUpdate, steps: [{setUpdated: 1}, {pause: {}}]}'

join_cluster
install_rollouts
start_windlass --controllers=rollout,deployment

# at_pause NAME…: waits until each is at a pause of its present spec.
at_pause() {
  local name
  for name in "$@"; do until_true 60 "$name is at a pause" in_phase "$name" Paused; done
}
stable() { field "wro/$1" '{.status.stableRevision}'; }
message() { field "wro/$1" '{.status.message}'; }
says() { message "$1" | grep -F -- "$2" >/dev/null; } # NAME TEXT
scale() { kubectl scale "wro/$1" --replicas="$2" >/dev/null; } # NAME REPLICAS

say "eleven Rollouts of v1"
{
  for name in night hpa short canary fix; do
    rollout $name 6 app:v1 "$STEPS"
    echo ---
  done
  rollout bake 2 app:v1 "$BAKE"
  echo ---
  rollout one 1 app:v1 "$BAKE"
  echo ---
  rollout part 4 app:v1 '{type: RollingUpdate, partition: 50%}'
  echo ---
  rollout stuck 4 app:v1
  echo ---
  rollout held 3 app:v1
  echo ---
  rollout dead 3 app:v1 "$FIRST"
} | kubectl apply -f - >/dev/null
for name in night hpa short canary fix bake one part stuck held dead; do rollout_ready $name; done

say "v2 comes to its pause"
for name in night hpa short canary fix bake one part dead; do
  set_rollout_image $name app:v2
done
at_pause night hpa short canary fix bake one part dead
for name in night hpa short canary fix; do
  until_true 60 "$name: 2 of 6 are v2" have_images $name "4 app:v1, 2 app:v2"
done
until_true 60 "part: 2 of 4 are v2" have_images part "2 app:v1, 2 app:v2"

say "a scale to 0, to 2, and back; a shorter list; a template that is refused or arrives at 0"
for name in night part stuck held; do scale $name 0; done
scale hpa 2
set_rollout short '{"spec":{"strategy":{"steps":[{"setUpdated":1}]}}}'
set_rollout held '{"spec":{"paused":true}}'
set_rollout_image held app:v2
none() { [ -z "$(pod_images "$1")" ]; }
for name in night part stuck held; do until_true 60 "$name has no Pods" none $name; done
set_rollout_image stuck app:missing
until_true 60 "hpa keeps one old Pod" have_images hpa "1 app:v1, 1 app:v2"
at_pause short
says short "Step 1 of 1 (it was step 2 of a longer list): pause" || fail "short: $(message short)"
for name in night hpa; do scale $name 6; done
for name in part stuck; do scale $name 4; done
scale held 3
for name in night hpa; do
  until_true 90 "$name has its shares again" have_images $name "4 app:v1, 2 app:v2"
  at_pause $name
  expect "$name: stable revision" "$(stable $name)" 1
done
until_true 60 "part has its shares again" have_images part "2 app:v1, 2 app:v2"
until_true 60 "held wakes with what worked" have_images held "3 app:v1"
have_images short "4 app:v1, 2 app:v2" || fail "short: $(pod_images short)"

say "abort has somewhere good to go, also while paused"
set_rollout stuck '{"spec":{"paused":true,"abort":true}}'
until_true 60 "stuck is back" have_images stuck "4 app:v1"
set_rollout hpa '{"spec":{"abort":true}}'
until_true 60 "hpa is back" have_images hpa "6 app:v1"

say "a pause at 100 % and with one replica is a pause"
for name in bake one; do
  expect "$name: stable revision" "$(stable $name)" 1
  at_pause $name
  promote $name
  rollout_ready $name
  expect "$name: stable revision" "$(stable $name)" 2
done

say "a correction takes the place of what was bad, not of what works"
set_rollout_image fix app:v3
until_true 90 "fix: v2 is gone" have_images fix "4 app:v1, 2 app:v3"
at_pause fix

say "a canary that dies holds its pause, whatever the promotion says"
pod=$(kubectl get pods -l app=dead -o json |
  jq -r '.items[] | select(.spec.containers[0].image == "app:v2") | .metadata.name')
kubectl patch pod "$pod" --type=json -p '[{"op": "replace",
  "path": "/spec/containers/0/image", "value": "app:missing"}]' >/dev/null
until_true 60 "dead says what it waits for" says dead "0 of 1 updated Pods are available"
promote dead
scale dead 4 # this one Windlass has seen after it
until_true 60 "dead has its size" have_images dead "1 app:missing, 3 app:v1"
until_true 60 "dead was observed" rollout_observed dead
expect "dead: step" "$(field wro/dead '{.status.step.index}')" 2
expect "dead: phase" "$(rollout_phase dead)" Progressing

say "going back to a revision that was complete skips the steps"
set_rollout canary '{"spec":{"strategy":{"steps":null}}}'
rollout_ready canary
set_rollout canary '{"spec":{"strategy":{"steps":[{"setUpdated":2},{"pause":{}}]},"rollbackTo":{}}}'
until_true 60 "rollbackTo is performed" no_rollback_to canary
rollout_ready canary
until_true 60 "canary is back" have_images canary "6 app:v1"

say "a Deployment with the selector of a Rollout: both say so, and each keeps its Pods"
overlap() { field "$1" "{.status.conditions[?(@.type=='SelectorOverlap')].message}"; }
names() { overlap "$1" | grep -F -- "matches Pods of $2 as well" >/dev/null; } # OBJECT OTHER
warned() { kubectl events --for "$1" --types=Warning | grep -F SelectorOverlap >/dev/null; }
owners() { # the owner of each ReplicaSet
  kubectl get replicasets -l app=canary -o jsonpath='{range .items[*]}{.metadata.name} '\
'{.metadata.ownerReferences[0].kind}{"\n"}{end}'
}
ended() { [ -z "$(overlap "$1")" ]; }
before=$(owners)
deployment canary 1 app:v5 | kubectl apply -f - >/dev/null
until_true 30 "the Rollout names the Deployment" names wro/canary "Deployment canary"
until_true 30 "the Deployment names the Rollout" names deployment/canary "Rollout canary"
for object in wro/canary deployment/canary; do
  until_true 30 "$object has an Event" warned $object
done
says canary "matches Pods of Deployment canary as well" || fail "canary: $(message canary)"
expect "canary: phase" "$(rollout_phase canary)" RolledBack
expect "ReplicaSets of the Rollout" "$(owners | grep Rollout)" "$before"
have_images canary "6 app:v1, 1 app:v5" || fail "canary: $(pod_images canary)"
kubectl delete deployment canary >/dev/null
until_true 30 "the overlap is over" ended wro/canary

say "two paused Deployments wake"
{
  deployment paused-web 3 app:v1
} | kubectl apply -f - >/dev/null
kubectl rollout status deployment/paused-web --timeout=60s >/dev/null
kubectl scale deployment/paused-web --replicas=0 >/dev/null
until_true 60 "paused-web has no Pods" none paused-web
kubectl set image deployment/paused-web app=app:missing >/dev/null
made() { [ "$(kubectl get rs -l app=paused-web -o name | wc -l)" = 2 ]; }
until_true 60 "the new ReplicaSet is there" made
kubectl rollout pause deployment/paused-web >/dev/null
kubectl scale deployment/paused-web --replicas=3 >/dev/null
until_true 60 "paused-web wakes with what worked" have_images paused-web "3 app:v1"
kubectl get wro
stop_windlass
echo "proves: RO-120 RO-122 RO-130 RO-132 RO-134 RO-135 RO-160 RO-161 RO-162 RO-163 RO-164"
say "passed"
