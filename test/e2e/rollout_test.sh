#!/usr/bin/env bash
# What a user does with a Rollout, by kubectl alone, while the stock Deployment controller runs
# beside Windlass: apply, another image, rollbackTo, a pause among the steps, promote, abort,
# kubectl wait and kubectl scale. The stock controller rolls out a Deployment meanwhile, which
# Windlass never touches. A witness watches that no write exceeds what a spec allows.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/rollout_lib.sh"

STEPS='{type: RollingUpdate, steps: [{setUpdated: 1}, {pause: {}}, {setUpdated: 50%},
    {pause: {duration: 1s}}]}'

join_cluster
install_rollouts
start_witness --rollouts
start_stock --namespace="$OWN_NAMESPACE"
start_windlass --controllers=rollout

say "apply"
{
  rollout web 4 app:v1
  echo ---
  deployment neighbour 2 app:v1
} | kubectl apply -f - >/dev/null
rollout_ready web
expect "phase" "$(rollout_phase web)" Healthy
expect "current and stable revision" \
  "$(field wro/web '{.status.currentRevision} {.status.stableRevision}')" "1 1"
expect "owner of the ReplicaSet" \
  "$(kubectl get rs -l app=web -o jsonpath='{.items[*].metadata.ownerReferences[*].kind}')" Rollout

say "another image"
set_rollout_image web app:v2
rollout_ready web
until_true 30 "old Pods are gone" have_images web "4 app:v2"
expect "current revision" "$(field wro/web '{.status.currentRevision}')" 2

say "rollbackTo is performed once, and taken away in the same write"
set_rollout web '{"spec":{"rollbackTo":{"revision":1}}}'
until_true 30 "rollbackTo is taken away" no_rollback_to web
expect "image of the template" \
  "$(field wro/web '{.spec.template.spec.containers[0].image}')" app:v1
rollout_ready web
until_true 30 "Pods are back" have_images web "4 app:v1"
expect "phase" "$(rollout_phase web)" RolledBack
expect "current revision" "$(field wro/web '{.status.currentRevision}')" 3
expect "the revision that was asked for" "$(field wro/web '{.status.rolledBack.revision}')" 1
expect "revisions of ReplicaSets" "$(revisions_of web)" "2 3"

say "a revision that runs already, and one that does not exist"
for revision in 1 9; do
  set_rollout web "{\"spec\":{\"rollbackTo\":{\"revision\":$revision}}}"
  until_true 30 "rollbackTo is taken away" no_rollback_to web
  expect "image of the template" \
    "$(field wro/web '{.spec.template.spec.containers[0].image}')" app:v1
done
refusal='{.status.conditions[?(@.type=="RollbackRefused")].status}'
expect "condition RollbackRefused" "$(field wro/web "$refusal")" True
rollout_ready web
expect "revisions of ReplicaSets" "$(revisions_of web)" "2 3"

say "a pause among the steps"
rollout web 4 app:v3 "$STEPS" | kubectl apply -f - >/dev/null
kubectl wait --for=jsonpath='{.status.phase}'=Paused wro/web --timeout=120s >/dev/null
expect "step" "$(field wro/web '{.status.step.index}/{.status.step.total}')" 2/4
until_true 60 "one Pod is updated" have_images web "3 app:v1, 1 app:v3"
kubectl annotate wro/web windlass.dev/promote=1@4 >/dev/null # of another step: does nothing
kubectl scale wro/web --replicas=5 >/dev/null # this one Windlass has seen after it
until_true 60 "the Rollout is scaled at the pause" have_images web "4 app:v1, 1 app:v3"
until_true 30 "it is at the pause still" in_phase web Paused
expect "step" "$(field wro/web '{.status.step.index}@{.status.step.revision}')" 2@4
kubectl scale wro/web --replicas=4 >/dev/null
promote web
rollout_ready web
until_true 30 "old Pods are gone" have_images web "4 app:v3"
expect "current and stable revision" \
  "$(field wro/web '{.status.currentRevision} {.status.stableRevision}')" "4 4"

say "abort, and another try"
set_rollout_image web app:v4
kubectl wait --for=jsonpath='{.status.phase}'=Paused wro/web --timeout=120s >/dev/null
set_rollout web '{"spec":{"abort":true}}'
kubectl wait --for=condition=Stalled wro/web --timeout=120s >/dev/null
until_true 60 "Pods are back at the stable revision" have_images web "4 app:v3"
until_true 30 "the phase says so" in_phase web Aborted
expect "image of the template" \
  "$(field wro/web '{.spec.template.spec.containers[0].image}')" app:v4
set_rollout web '{"spec":{"abort":false}}'
kubectl wait --for=jsonpath='{.status.phase}'=Paused wro/web --timeout=120s >/dev/null
expect "step" "$(field wro/web '{.status.step.index}/{.status.step.total}')" 2/4
promote web
rollout_ready web
until_true 30 "old Pods are gone" have_images web "4 app:v4"
expect "revisions of ReplicaSets" "$(revisions_of web)" "2 3 6 7" # also the way back has one

say "kubectl scale"
kubectl scale wro/web --replicas=6 >/dev/null
rollout_ready web
until_true 30 "there are six Pods" have_images web "6 app:v4"
expect "what an autoscaler reads" "$(kubectl get wro web --subresource=scale \
  -o jsonpath='{.spec.replicas} {.status.replicas} {.status.selector}')" "6 6 app=web"

say "rollbackTo during an abort keeps what the abort brought back, and moves no Pod (RO-033)"
# Prints the live Pods, and the ReplicaSets with their generation: each change of a size raises it.
pods_and_sizes() {
  kubectl get pods -l app=web --sort-by=.metadata.name --no-headers -o custom-columns="\
N:.metadata.name,D:.metadata.deletionTimestamp" | grep '<none>$'
  kubectl get rs -l app=web --sort-by=.metadata.name --no-headers -o custom-columns="\
N:.metadata.name,G:.metadata.generation,S:.spec.replicas"
}
set_rollout_image web app:v5
kubectl wait --for=jsonpath='{.status.phase}'=Paused wro/web --timeout=120s >/dev/null
set_rollout web '{"spec":{"abort":true}}'
until_true 30 "the phase says so" in_phase web Aborted
until_true 60 "Pods are back at the stable revision" have_images web "6 app:v4"
before=$(pods_and_sizes)
set_rollout web '{"spec":{"rollbackTo":{}}}'
until_true 30 "rollbackTo is taken away" no_rollback_to web
expect "image of the template" \
  "$(field wro/web '{.spec.template.spec.containers[0].image}')" app:v4
set_rollout web '{"spec":{"abort":false}}'
rollout_ready web
expect "Pods and sizes of ReplicaSets" "$(pods_and_sizes)" "$before"

say "the Deployment, which is the stock controller's"
kubectl set image deployment/neighbour app=app:v2 >/dev/null
rolled_out neighbour
expect "revisions of ReplicaSets" "$(revisions_of neighbour)" "1 2"
expect "who wrote its status" "$(kubectl get deployment neighbour --show-managed-fields \
  -o jsonpath='{.metadata.managedFields[?(@.subresource=="status")].manager}')" \
  deployment-controller
stop_windlass
stop_stock
check_witness --settled
echo "proves: RO-023 RO-025 RO-030 RO-052 RO-054"
say "passed"
