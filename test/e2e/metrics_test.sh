#!/usr/bin/env bash
# Rollouts of every kind on a real control plane, as the metrics page, the JSON log and Events show
# them: one stuck and undone, one aborted, one in place, one deleted. The id of a rollout is the
# same in all three.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/rollout_lib.sh"
. "$(dirname "$0")/in_place_lib.sh"

join_cluster
install_rollouts
start_windlass --controllers=deployment,rollout --log-format=json

page() { http_body /metrics >"$WORK/page"; }
# series NAME [LABEL=VALUE…]: prints the values of all series of the page with these labels.
series() {
  local name=$1 label
  shift
  grep -E "^$name(\{| )" "$WORK/page" >"$WORK/series" || return 0
  for label; do
    grep -F "${label%%=*}=\"${label#*=}\"" "$WORK/series" >"$WORK/fewer" || return 0
    cp "$WORK/fewer" "$WORK/series"
  done
  sed 's/.* //' "$WORK/series"
}
# shows VALUE NAME [LABEL=VALUE…]: succeeds if there is one such series, and it has that value; with
# VALUE "" if there is none.
shows() {
  page
  [ "$(series "${@:2}")" = "$1" ]
}
comes() { until_true 60 "${*:2} becomes '$1'" shows "$@"; }

# --- complete ---

deployment web 2 app:v1 | sed 's/^spec:/&\n  progressDeadlineSeconds: 5/' |
  kubectl apply -f - >/dev/null
rollout shop 2 app:v1 | kubectl apply -f - >/dev/null
in_place pin 2 app:v1 | kubectl apply -f - >/dev/null
finished=windlass_rollouts_finished_total
comes 1 $finished kind=Deployment strategy=RollingUpdate outcome=complete
comes 1 $finished kind=Rollout strategy=RollingUpdate outcome=complete
comes 1 $finished kind=Deployment strategy=InPlaceOnly outcome=complete
say "ok: three rollouts are complete"

# --- stuck, and undone ---

kubectl set image deployment/web app=app:v2-missing >/dev/null
comes 1 windlass_rollouts_stuck "namespace=$OWN_NAMESPACE" kind=Deployment \
  cause=ProgressDeadlineExceeded
shows 1 windlass_rollout_info name=web phase=stuck cause=ProgressDeadlineExceeded revision=2 ||
  fail "the page does not show web: $(grep rollout_info "$WORK/page")"
shows 2 windlass_rollout_replicas name=web state=desired || fail "web has no replicas"
id=$(sed -n 's/^windlass_rollout_info.*name="web".*rollout_id="\([^"]*\)".*/\1/p' "$WORK/page")
expect "rollout id" "$id" "$(field deployment/web '{.metadata.uid}' | cut -c 1-8)-2"
for decision in "create new replicaset" "update status"; do
  grep -F "\"rollout_id\":\"$id\"" "$WORK/windlass.log" | grep -F "\"msg\":\"$decision\"" |
    grep -F '"rollout_revision":2' >/dev/null || fail "the log lacks '$decision' of $id"
done
until_true 20 "Events carry the id" has_event "$id"
say "ok: $(events_of_rollout "$id" | head -n 1)"
kubectl rollout undo deployment/web >/dev/null
comes 1 $finished kind=Deployment strategy=RollingUpdate outcome=rolled_back
comes "" windlass_rollouts_stuck
shows 1 windlass_rollbacks_total kind=Deployment trigger=template || fail "no rollback is counted"
[ -n "$(series windlass_rollout_stuck_seconds_total cause=ProgressDeadlineExceeded)" ] ||
  fail "the time of being stuck is not counted"

# --- aborted; in place; deleted ---

set_rollout_image shop app:v2-missing
comes 1 windlass_rollouts kind=Rollout phase=progressing
set_rollout shop '{"spec": {"abort": true}}'
comes 1 $finished kind=Rollout outcome=aborted
comes "" windlass_rollouts
shows 1 windlass_rollbacks_total kind=Rollout trigger=abort || fail "no rollback is counted"
set_image pin app:v2
comes 2 $finished kind=Deployment strategy=InPlaceOnly outcome=complete
shows 2 windlass_inplace_patch_total result=Success || fail "not two patches"
kubectl set image deployment/web app=app:v3-missing >/dev/null
comes 1 windlass_rollouts kind=Deployment
kubectl delete deployment web >/dev/null
comes 1 $finished kind=Deployment outcome=deleted
comes "" windlass_rollout_info
say "ok: aborted, in place, deleted; no object has series of its own any more"

# --- the page as a whole ---

if command -v promtool >/dev/null; then
  # What it remarks about names that are upstream's stays.
  promtool check metrics <"$WORK/page" >"$WORK/remarks" 2>&1 || true
  grep -E '^windlass_' "$WORK/remarks" | grep -v 'no unit' && fail "promtool has remarks"
  say "ok: promtool has no remark about metrics of Windlass"
else
  echo "not run: promtool, which Debian has in the package prometheus"
fi
stop_windlass
start_windlass --controllers=deployment --metrics-namespace-label=false
deployment quiet 1 app:v1-missing | kubectl apply -f - >/dev/null
comes 1 windlass_rollouts kind=Deployment phase=progressing
if grep -E 'namespace="|name="quiet"|windlass_rollout_info' "$WORK/page"; then
  fail "a namespace or an object is named"
fi
say "ok: without --metrics-namespace-label neither namespaces nor objects are named"
