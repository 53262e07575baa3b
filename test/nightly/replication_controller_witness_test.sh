#!/usr/bin/env bash
# Rolling updates of ReplicationControllers through the custom resource: by image, by file, back
# again, with period and timeout, begun by kubectl 1.17, and with kill -9 meanwhile. The replication
# controller is kube-controller-manager's. A witness watches every committed state: the Pods of both
# never exceed desired + maxSurge, the available ones never fall below the minimum, and a rename
# neither creates nor deletes a Pod.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/replication_controller_lib.sh"

PLUGIN=${PLUGIN:-$ROOT/build/release/cmd/kubectl-windlass/kubectl-windlass}

join_cluster
install_updates
start_witness --replication-controllers
start_windlass --controllers=replicationcontrollerupdate

say "by image: the new one takes the old one's name, and keeps its Pods"
begin_controller web 3 app:v1
before=$(field rc/web '{.metadata.uid}')
ask web 'image: "app:v2", updatePeriod: 0s'
updated_to web Succeeded
new=$(field $RCU/web '{.status.newName}')
expect "ReplicationControllers" "$(controllers_of web)" web
expect "uid of web" "$(field rc/web '{.metadata.uid}')" "$before"
until_true 30 "old Pods are gone" run_images web "3 app:v2"
expect "owner of the Pods" "$(pods_of web | awk '{print $3}' | sort -u)" web
expect "Pods that were made before the rename" "$(pods_of web | grep -c "^$new-")" 3
no_traces web
expect "the last line" "$(field $RCU/web '{.status.lines[-1:]}')" \
  "replicationcontroller/web rolling updated"

say "by file: another name and another size"
begin_controller api 2 app:v1
ask api "newName: api-2, updatePeriod: 0s, maxSurge: 2, $(file_content api app:v2 4)"
updated_to api Succeeded
expect "ReplicationControllers" "$(controllers_of api)" api-2
until_true 30 "old Pods are gone" run_images api "4 app:v2"
no_traces api-2

say "an image that never gets ready is taken back"
begin_controller shop 2 app:v1
ask shop 'image: "app:v2-never-ready", updatePeriod: 0s'
until_true 30 "the new Pod is there" run_images shop "2 app:v1, 1 app:v2-never-ready"
change shop '{"rollback":true}'
updated_to shop RolledBack
until_true 30 "only old Pods are left" run_images shop "2 app:v1"
expect "ReplicationControllers" "$(controllers_of shop)" shop
no_traces shop

say "period and timeout"
begin_controller slow 1 app:v1
ask slow 'image: "app:v2", updatePeriod: 3s'
kubectl get $RCU/slow --watch \
  -o jsonpath='{.status.newReplicas} {.status.oldReplicas} {.status.lastScaleTime}{"\n"}' \
  >"$WORK/scalings" 2>/dev/null &
OTHER_PIDS="$OTHER_PIDS $!"
updated_to slow Succeeded
up=$(awk '$1 == 1 && $2 == 1 {print $3; exit}' "$WORK/scalings")
down=$(awk '$1 == 1 && $2 == 0 {print $3; exit}' "$WORK/scalings")
[ "$(seconds_between "$up" "$down")" -ge 3 ] || fail "scaled up at $up and down at $down"
say "ok: scaled up at $up and down at $down"
ask slow 'image: "app:v3-never-ready", updatePeriod: 1s, timeout: 4s'
updated_to slow Failed
expect "message" "$(field $RCU/slow '{.status.message}')" \
  "timed out waiting for any update progress to be made"
expect "seconds from the last scaling to the deadline" "$(seconds_between \
  "$(field $RCU/slow '{.status.lastScaleTime}')" "$(field $RCU/slow '{.status.deadline}')")" 4
failed_at=$(field $RCU/slow '{.status.conditions[?(@.type=="Stalled")].lastTransitionTime}')
[ "$(seconds_between "$(field $RCU/slow '{.status.deadline}')" "$failed_at")" -ge 0 ] ||
  fail "given up at $failed_at, before the deadline"

say "a timeout of 2s is one of 2 s, and not of 5 minutes: by Windlass, and in the client"
bounded() { # DESCRIPTION SECONDS: at least 2, and far from the 300 of the default
  [ "$2" -ge 2 ] && [ "$2" -le 60 ] || fail "$1 was given up $2 s after its last scaling"
  say "ok: $1 was given up $2 s after its last scaling"
}
begin_controller short 1 app:v1
ask short 'image: "app:v2-never-ready", updatePeriod: 0s, timeout: 2s'
updated_to short Failed
bounded short "$(seconds_between "$(field $RCU/short '{.status.lastScaleTime}')" \
  "$(field $RCU/short '{.status.conditions[?(@.type=="Stalled")].lastTransitionTime}')")"
begin_controller near 1 app:v1
status=0
"$PLUGIN" rolling-update near near-2 --image=app:v2-never-ready --local --update-period=0s \
  --progress-timeout=2s --poll-interval=100ms >"$WORK/said" 2>&1 || status=$?
ended=$(date -u +%FT%TZ)
cat "$WORK/said"
expect "exit code" "$status" 2
grep -Fx 'error: timed out waiting for any update progress to be made' "$WORK/said" >/dev/null ||
  fail "$(cat "$WORK/said")"
expect "the size of the new one" "$(field rc/near-2 '{.spec.replicas}')" 1
scaled=$(kubectl get rc/near-2 -o json --show-managed-fields | jq -r '.metadata.managedFields[]
  | select(.manager == "windlass-plugin" and .fieldsV1."f:spec"."f:replicas") | .time')
bounded near "$(seconds_between "$scaled" "$ended")"
"$PLUGIN" rolling-update near near-2 --rollback --local --update-period=0s --poll-interval=100ms \
  >"$WORK/said" 2>&1 || fail "exit code $?: $(cat "$WORK/said")"
expect "ReplicationControllers" "$(controllers_of near)" near

say "begun by kubectl 1.17, finished here"
begin_controller old 2 app:v1 'app: old, deployment: abc-orig'
kubectl annotate rc old kubectl.kubernetes.io/next-controller-id=old-abc \
  kubectl.kubernetes.io/original-replicas=3 >/dev/null
controller old-abc 1 app:v2 'app: old, deployment: abc' | kubectl create -f - >/dev/null
kubectl annotate rc old-abc kubectl.kubernetes.io/desired-replicas=3 \
  "kubectl.kubernetes.io/update-source-id=old:$(field rc/old '{.metadata.uid}')" >/dev/null
until_true 30 "its Pod is available" sized old-abc 1
ask old 'image: "app:v2", updatePeriod: 0s'
updated_to old Succeeded
expect "ReplicationControllers" "$(controllers_of old)" old
until_true 30 "all Pods are new" run_images old "3 app:v2"
expect "Pods that were made before the rename" "$(pods_of old | grep -c '^old-abc-')" 3
no_traces old

say "kill -9 in the middle"
at_least_new() { [ "$(field rc/many-2 '{.spec.replicas}')" -ge "$1" ]; }
begin_controller many 4 app:v1
ask many "newName: many-2, updatePeriod: 1s, $(file_content many app:v2)"
for size in 1 2 3; do
  until_true 60 "$size are new" at_least_new "$size"
  kill_windlass
  start_windlass --controllers=replicationcontrollerupdate
done
updated_to many Succeeded
expect "ReplicationControllers" "$(controllers_of many)" many-2
until_true 30 "all Pods are new" run_images many "4 app:v2"
no_traces many-2

say "what is committed in the end"
change slow '{"rollback":true}'
updated_to slow RolledBack
change short '{"rollback":true}'
updated_to short RolledBack
stop_windlass
check_witness --settled
say "passed"
