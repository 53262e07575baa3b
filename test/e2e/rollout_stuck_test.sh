#!/usr/bin/env bash
# A Rollout whose new Pods do not work says by itself which one, and why: in MESSAGE, in its
# conditions and in one Warning Event; a correct template takes it back.
command -v jq >/dev/null || { echo "not run: jq is missing" && exit 77; }
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/rollout_lib.sh"

join_cluster
install_rollouts
start_windlass --controllers=rollout

message() { field "wro/$1" '{.status.message}'; }
condition() { field "wro/$1" "{.status.conditions[?(@.type==\"$2\")].$3}"; }
says() { [[ $(message "$1") =~ $2 ]]; } # NAME REGULAR-EXPRESSION
stuck_events() {
  kubectl get events -o json --field-selector "reason=PodsStuck,involvedObject.name=$1" |
    jq -r '.items[] | "\(.type) \(.message)"'
}
has_stuck_event() { [ -n "$(stuck_events "$1")" ]; }

rollout web 4 app:v1 | kubectl apply -f - >/dev/null
rollout_ready web

say "an image that does not exist, and a deadline of five seconds"
set_rollout web '{"spec":{"progressDeadlineSeconds":5}}'
set_rollout_image web app:v2-missing
until_true 60 "MESSAGE names a Pod and its reason" \
  says web \
  "progressing\. Pod web-[^ ]+: container [^ ]+ does not start.*\((Err)?ImagePull(BackOff)?\)"
pod=$(message web | sed 's/.*Pod \([^ ]*\): .*/\1/')
expect "image of the Pod" \
  "$(field "pod/$pod" '{.spec.containers[0].image}')" app:v2-missing
expect "phase" "$(rollout_phase web)" Stalled
for type in Progressing Ready Stalled; do
  expect "message of $type" "$(condition web "$type" message)" "$(message web)"
done
expect "status of PodsStuck" "$(condition web PodsStuck status)" True
until_true 30 "the Event is there" has_stuck_event web
expect "Events" "$(stuck_events web)" "Warning $(condition web PodsStuck message)"

say "a correct template"
set_rollout_image web app:v3
rollout_ready web
expect "phase" "$(rollout_phase web)" Healthy
expect "condition PodsStuck" "$(condition web PodsStuck status)" ""
expect "Events" "$(stuck_events web | wc -l)" 1
stop_windlass
echo "proves: RO-142 RO-144"
say "passed"
