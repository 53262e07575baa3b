#!/usr/bin/env bash
# What people and tools read in a Rollout's status: the ReplicaSets and Pods of the canary and of
# the stable revision, the columns at a pause, after the last step and during an abort, a rollback
# that waits for the end of spec.paused, and Ready when the only Pod fails later. And the Services
# that select the Pods of the one and of the other.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/rollout_lib.sh"

STEPS='{type: RollingUpdate, steps: [{setUpdated: 1}, {pause: {}}]}'

join_cluster
install_rollouts
start_windlass --controllers=rollout

# column NAME: prints what `kubectl get` shows of web in a column.
column() {
  kubectl get wro web -o wide | awk -v column="$1" '
    NR == 1 {at = index($0, column)}
    NR == 2 {split(substr($0, at), cells); print cells[1]}'
}
shows() { [ "$(column "$1")" = "$2" ]; } # COLUMN TEXT
message() { field wro/web '{.status.message}{"\n"}'; }
message_has() { grep -F -- "$1" <<<"$(message)" >/dev/null; }
hash_of() { field wro/web "{.status.$1TemplateHash}"; } # current or stable
images_of() { # HASH
  kubectl get pods -l "app=web,pod-template-hash=$1" \
    -o jsonpath='{.items[*].spec.containers[0].image}'
}

say "the first revision is the current and the stable one"
rollout web 4 app:v1 "$STEPS" | kubectl apply -f - >/dev/null
rollout_ready web
expect "current and stable" "$(field wro/web '{.status.currentReplicaSet}')" \
  "$(field wro/web '{.status.stableReplicaSet}')"
expect "images" "$(field wro/web '{.status.images} {.status.stableImages}')" "app:v1 app:v1"

say "at a pause, the Pods of the canary are found by the status"
set_rollout_image web app:v2
kubectl wait --for=jsonpath='{.status.phase}'=Paused wro/web --timeout=120s >/dev/null
until_true 60 "the Pod that makes room is gone" have_images web "3 app:v1, 1 app:v2"
gone() { [ "$(kubectl get pods -l app=web -o name | wc -l)" = 4 ]; }
until_true 60 "its deletion has ended" gone
expect "the canary" "$(images_of "$(hash_of current)")" app:v2
expect "the others" "$(images_of "$(hash_of stable)")" "app:v1 app:v1 app:v1"
for which in current stable; do
  expect "hash of the ReplicaSet" "$(hash_of $which)" "$(field \
    "rs/$(field wro/web "{.status.${which}ReplicaSet}")" '{.metadata.labels.pod-template-hash}')"
done
expect "STEP" "$(column STEP)" 2/2
expect "IMAGES" "$(column IMAGES)" app:v2

say "during an abort, the columns show what Pods get, and the message what was asked for"
set_rollout web '{"spec":{"abort":true}}'
until_true 60 "Pods are back" have_images web "4 app:v1"
until_true 30 "all Pods are counted" shows UPDATED 4
expect "IMAGES" "$(column IMAGES)" app:v1
until_true 30 "the message names both" message_has "spec.template asks for app:v2"
message
expect "current and stable" "$(hash_of current)" "$(hash_of stable)"

say "after the last step"
set_rollout web '{"spec":{"abort":false}}'
kubectl wait --for=jsonpath='{.status.phase}'=Paused wro/web --timeout=120s >/dev/null
promote web
rollout_ready web
expect "STEP" "$(column STEP)" "done"
expect "stable images" "$(field wro/web '{.status.stableImages}')" app:v2

say "rollbackTo waits while the Rollout is paused, and says so"
set_rollout web '{"spec":{"paused":true,"rollbackTo":{}}}'
until_true 30 "the phase says so" in_phase web Paused
message
message_has "spec.rollbackTo waits until spec.paused is false" || fail "the message does not say so"
waits() { kubectl events --for wro/web | grep -F RolloutRollbackWaits; }
until_true 30 "an Event says so" waits
have_images web "4 app:v2" || fail "Pods went back"
set_rollout web '{"spec":{"paused":false}}'
until_true 30 "rollbackTo is performed" no_rollback_to web
expect "image of the template" \
  "$(field wro/web '{.spec.template.spec.containers[0].image}')" app:v1

say "the only Pod fails later, and maxUnavailable allows that"
rollout lone 1 app:v1-crash-5s '{type: RollingUpdate, rollingUpdate: {maxSurge: 0}}' |
  kubectl apply -f - >/dev/null
rollout_ready lone
lone() { field wro/lone "{.status.conditions[?(@.type==\"$1\")]['status','reason']}"; }
lone_lost() { [ "$(lone Ready)" = "False PodsUnavailable" ]; }
until_true 60 "it is not Ready without a Pod" lone_lost
expect "Available" "$(lone Available)" "True MinimumReplicasAvailable"
kubectl get wro lone -o wide

say "two Services select the canary and the others, also after a change by somebody else"
service() { # NAME: prints a Service that selects the Pods of pair
  printf -- '---\napiVersion: v1\nkind: Service\nmetadata: {name: %s}\n' "$1"
  echo 'spec: {selector: {app: pair}, ports: [{port: 80}]}'
}
selects() { field "service/$1" '{.spec.selector.pod-template-hash}'; }
pair() { field wro/pair "{.status.$1}"; }
synced() { [ "$(pair 'conditions[?(@.type=="ServicesSynced")].reason')" = "$1" ]; }
kubectl apply -f "$ROOT/deploy/rollout-services/rbac-rollout-services.yaml" >/dev/null
until_true 60 "Windlass has its right" kubectl auth can-i patch services \
  --as=system:serviceaccount:windlass-system:windlass
{
  rollout pair 3 app:v1 "{services: {stable: pair, canary: pair-next}, ${STEPS#\{}"
  service pair
  service pair-next
} | kubectl apply -f - >/dev/null
kubectl wait --for=condition=ServicesSynced wro/pair --timeout=60s >/dev/null
rollout_ready pair
expect "canary at rest" "$(selects pair-next)" "$(pair stableTemplateHash)"
set_rollout_image pair app:v2
kubectl wait --for=jsonpath='{.status.phase}'=Paused wro/pair --timeout=120s >/dev/null
expect "canary" "$(selects pair-next)" "$(pair currentTemplateHash)"
expect "stable" "$(selects pair)" "$(pair stableTemplateHash)"
kubectl patch service pair-next -p '{"spec":{"selector":{"pod-template-hash":"mine"}}}' >/dev/null
until_true 30 "the change is told" synced ServiceChanged
kill_windlass
set_rollout pair '{"spec":{"strategy":{"services":{"stable":null}}}}'
kubectl annotate service pair-next windlass.dev/service-of- >/dev/null
promote pair
start_windlass --controllers=rollout
rollout_ready pair
until_true 30 "the condition says that all is well" synced Synced
expect "canary after the rollout" "$(selects pair-next)" "$(pair currentTemplateHash)"
expect "a Service that is named no more" "$(field service/pair '{.spec.selector}')" '{"app":"pair"}'
stop_windlass
echo "proves: RO-150 RO-152 RO-153 RO-154 RO-155 RO-181 RO-183 RO-186"
say "passed"
