#!/usr/bin/env bash
# kubectl-windlass on a real control plane: every command in a pipe and in a terminal, found by
# kubectl as a plugin; its requests next to those of kubectl rollout, from the audit log; completion
# as kubectl asks for it; a credential plugin that uses the terminal.
. "$(dirname "$0")/../e2e/lib.sh"
. "$ROOT/test/e2e/rollout_lib.sh"

PLUGIN=${PLUGIN:-$ROOT/build/release/cmd/kubectl-windlass/kubectl-windlass}

join_cluster
install_rollouts
flock "$DATA/updates.lock" kubectl apply \
  -f "$ROOT/crds/windlass.dev_replicationcontrollerupdates.yaml" \
  -f "$ROOT/deploy/replication-controller/rbac-replication-controller.yaml" >/dev/null
until_true 60 "kubectl knows the updates" kubectl get replicationcontrollerupdates
until_true 60 "Windlass has its rights" kubectl auth can-i patch \
  replicationcontrollerupdates.windlass.dev --subresource=status \
  --as=system:serviceaccount:windlass-system:windlass
start_windlass --controllers=deployment,rollout,replicationcontrollerupdate

# kubectl finds plugins, and the program that completes for them, in PATH.
mkdir "$WORK/plugins"
ln -s "$PLUGIN" "$WORK/plugins/kubectl-windlass"
ln -s "$ROOT/cmd/kubectl-windlass/kubectl_complete-windlass" "$WORK/plugins/"
PATH=$WORK/plugins:$PATH

say "what the binary needs"
ldd "$PLUGIN"
expect "libraries that Windlass does not need" "$(comm -23 <(ldd "$PLUGIN" | awk '{print $1}' |
  sort) <(ldd "$WINDLASS" | awk '{print $1}' | sort))" ""

# ends CODE COMMAND…: runs kubectl windlass in a pipe, keeps what it prints, and expects its code.
ends() {
  local wanted=$1 status=0
  shift
  kubectl windlass "$@" >"$WORK/out" 2>"$WORK/messages" || status=$?
  say "kubectl windlass $*: exit code $status"
  [ "$status" = "$wanted" ] ||
    fail "kubectl windlass $*: exit code $status, not $wanted: $(cat "$WORK/out" "$WORK/messages")"
  if grep -q $'\e' "$WORK/out"; then fail "kubectl windlass $*: escape codes in a pipe"; fi
}
printed() { grep -qF -- "$1" "$WORK/out" || fail "not printed: $1: $(cat "$WORK/out")"; }
complained() { grep -qF -- "$1" "$WORK/messages" || fail "not said: $1: $(cat "$WORK/messages")"; }

# in_terminal CODE COMMAND…: the same in a pseudo-terminal of 100 by 30.
in_terminal() {
  local wanted=$1 status=0
  shift
  TERM=xterm script -qec "stty rows 30 cols 100; kubectl-windlass $*" /dev/null \
    >"$WORK/out" 2>&1 </dev/null || status=$?
  say "in a terminal: kubectl windlass $*: exit code $status"
  [ "$status" = "$wanted" ] || fail "kubectl windlass $*: $status: $(cat "$WORK/out")"
}

set_image() { # TYPE/NAME IMAGE
  kubectl patch "$1" --type=json -p "[{\"op\":\"replace\",\
\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\"$2\"}]" >/dev/null
}

# --- Deployments: the requests of kubectl rollout ---

# Both get the same history of two revisions.
for name in theirs ours; do
  deployment "$name" 2 registry.example/app:v1 | kubectl apply -f - >/dev/null
  kubectl annotate "deployment/$name" kubernetes.io/change-cause="first of $name" >/dev/null
done
ends 0 status ours
printed 'deployment "ours" successfully rolled out'
rolled_out theirs
for name in theirs ours; do set_image "deployment/$name" registry.example/app:v2; done
for name in theirs ours; do rolled_out "$name"; done

# writes_of PROGRAM: prints the patches of Deployments that a program sent to this namespace since
# the line `since` of the audit log: path and body, with one name and one time for both.
since=$(wc -l <"$DATA/audit.log")
writes_of() {
  tail -n "+$((since + 1))" "$DATA/audit.log" |
    jq -cS --arg program "$1/" --arg namespace "$OWN_NAMESPACE" '
      select(.objectRef.namespace == $namespace and (.verb | IN("get", "list", "watch") | not)
        and (.userAgent | startswith($program)))
      | [.verb, .requestURI, .responseStatus.code, .requestObject]' |
    sed -E 's/\b(theirs|ours)\b/NAME/g; s/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+(Z|[+-][0-9:]+)/TIME/g'
}
for verb in pause resume restart undo 'undo --to-revision=3' 'undo --dry-run=server'; do
  # shellcheck disable=SC2086
  theirs=$(kubectl rollout $verb deployment/theirs 2>/dev/null)
  # shellcheck disable=SC2086
  ends 0 $verb deployment/ours
  expect "the line of $verb" "$(cat "$WORK/out")" "${theirs/theirs/ours}"
  for name in theirs ours; do rolled_out "$name" >/dev/null; done
done
writes_of kubectl >"$WORK/theirs.requests"
writes_of kubectl-windlass >"$WORK/ours.requests"
[ "$(wc -l <"$WORK/theirs.requests")" = 6 ] || fail "not 6 writes: $(cat "$WORK/theirs.requests")"
diff "$WORK/theirs.requests" "$WORK/ours.requests" || fail "other requests than kubectl's"
say "ok: kubectl-windlass sent the same writes as kubectl rollout"
cat "$WORK/ours.requests"

kubectl rollout history deployment/theirs | sed 's/theirs/ours/' >"$WORK/theirs.history"
ends 0 history deployment/ours
diff "$WORK/theirs.history" "$WORK/out" || fail "another history than kubectl's"
ends 0 history ours --revision="$(field deployment/ours \
  '{.metadata.annotations.deployment\.kubernetes\.io/revision}')"
printed 'Pod Template:'

# --- errors, and what they say ---

ends 1 status nothing
complained 'there is no deployment, rollout or replicationcontroller "nothing" in namespace'
ends 64 promote ours
complained 'kubectl windlass resume deployment/ours'
ends 64 abort ours
complained 'kubectl windlass undo deployment/ours'
ends 64 retry ours
complained 'a Deployment is never aborted'
ends 64 stauts ours
complained 'no command "stauts"'
ends 1 resume ours
complained 'deployments.apps "ours" is not paused'
ends 1 pause ours --as nobody
complained "ask for the right, and check it with kubectl auth can-i get deployments.apps"
ends 1 get --context nowhere
complained 'context "nowhere" is not defined'

# --- several objects: labels, and files ---

kubectl get deployment ours -o yaml >"$WORK/ours.yaml"
kubectl label deployment ours team=a >/dev/null
ends 0 pause deployment -l team=a
printed 'deployment.apps/ours paused'
ends 0 resume -f "$WORK/ours.yaml"
ends 0 restart theirs ours --dry-run=server
printed 'deployment.apps/theirs restarted (server dry run)'
ends 0 get deployment theirs ours
printed 'Deployment   theirs'
ends 64 abort rollout/shop deployment/ours
ends 0 status theirs ours --timeout=60s

# --- a rollout that is held, one that takes too long, one that fails ---

ends 0 pause ours
set_image deployment/ours registry.example/app:v3
ends 4 status ours
complained 'deployment "ours" is paused'
kubectl patch deployment ours --type=merge -p '{"spec":{"progressDeadlineSeconds":5}}' >/dev/null
set_image deployment/ours registry.example/app:never-pull-404
ends 0 resume ours
ends 3 status ours --timeout=1s
complained 'timed out waiting for the condition'
ends 2 status ours
printed 'ErrImagePull'
complained 'deployment "ours" exceeded its progress deadline'
ends 0 get ours
printed 'Stalled'
cat "$WORK/out"
ends 0 undo ours

# --- Rollouts ---

rollout shop 4 registry.example/shop:v1 \
  '{steps: [{setUpdated: 1}, {pause: {}}, {setUpdated: 2}, {pause: {duration: 1s}}]}' |
  kubectl apply -f - >/dev/null
ends 0 status rollout/shop
set_image rollout/shop registry.example/shop:v2
ends 4 status rollout/shop
complained 'kubectl windlass promote rollout/shop'
ends 1 retry rollout/shop
complained 'rollout "shop" is not aborted'
ends 0 abort wro shop
ends 5 status rollout/shop
ends 5 promote rollout/shop --full
complained 'kubectl windlass retry rollout/shop'
until_true 60 "all Pods are back" have_images shop '4 registry.example/shop:v1'
# A Pod on its way out may have been one of them.
counted() { [ "$(field wro/shop '{.status.updatedReplicas}')" = 4 ]; }
until_true 60 "and are counted" counted
ends 0 get rollout/shop
printed 'Asked for   revision 2, app registry.example/shop:v2'
printed '4 desired, 4 stable'
[ "$(grep -cE '(new|old)$' "$WORK/out")" = 0 ] || fail "called new or old: $(cat "$WORK/out")"
cat "$WORK/out"
ends 0 retry rollout/shop
printed 'rollout.windlass.dev/shop no longer aborted'
ends 4 status rollout/shop

# The canary loses its image at the pause: no promotion passes it, until the Pod is good again.
# The aborted one may still be on its way out.
hash=$(kubectl get replicasets -l app=shop -o json | jq -r '[.items[] |
  select(.spec.template.spec.containers[0].image == "registry.example/shop:v2")]
  [0].metadata.labels["pod-template-hash"]')
canary=pod/$(kubectl get pods -l "pod-template-hash=$hash" -o json |
  jq -r '.items[].metadata | select(.deletionTimestamp == null).name')
set_pod_image() { # IMAGE
  kubectl patch "$canary" -p "{\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"$1\"}]}}" \
    >/dev/null
}
available() { [ "$(field wro/shop '{.status.availableReplicas}')" = "$1" ]; }
set_pod_image registry.example/shop:never-pull-404
until_true 60 "the canary is not available" available 3
promoted=$(field wro/shop '{.metadata.annotations.windlass\.dev/promote}')
for full in '' --full; do
  # shellcheck disable=SC2086
  ends 4 promote rollout/shop $full
  complained "canary not available: ${canary#pod/}: app: "
  cat "$WORK/messages"
done
expect "the annotation after two refusals" \
  "$(field wro/shop '{.metadata.annotations.windlass\.dev/promote}')" "$promoted"
set_pod_image registry.example/shop:v2
until_true 60 "the canary is available" available 4
ends 4 status rollout/shop
ends 0 promote rollout/shop
ends 0 status rollout/shop
ends 1 promote rollout/shop --full
complained 'no rollout is under way'
ends 0 get rollout/shop
printed 'Step       4 of 4 done'

# All steps at once; and by force, although no Pod of the step is available.
set_image rollout/shop registry.example/shop:v3
ends 4 status rollout/shop
ends 0 promote rollout/shop --full
printed 'promoted past all steps, step 2 of 4 included'
ends 0 status rollout/shop
set_image rollout/shop registry.example/shop:never-pull-404
at_step() { [ "$(field wro/shop '{.status.step.index}')" = "$1" ]; }
until_true 60 "the first step begins" at_step 1
ends 0 promote rollout/shop --full --force
printed 'promoted past all steps, step 1 of 4 included, by force'
until_true 60 "all steps are over" at_step 5
ends 0 abort rollout/shop
ends 0 undo rollout/shop
until_true 60 "the rollback is done" no_rollback_to shop
ends 0 retry rollout/shop
ends 0 status rollout/shop
ends 0 restart rollout/shop
ends 0 pause rollout/shop
ends 4 status rollout/shop
ends 0 resume rollout/shop
ends 4 status rollout/shop
ends 0 undo rollout/shop
ends 0 status rollout/shop
ends 0 pause rollout/shop
ends 4 restart rollout/shop
ends 0 undo rollout/shop
complained 'is paused by spec.paused. To let it go back: kubectl windlass resume rollout/shop -n '
ends 4 status rollout/shop
complained 'as spec.rollbackTo asks'
ends 0 get rollout/shop
printed 'lets it go back to revision '
[ -n "$(field wro/shop '{.spec.rollbackTo}')" ] || fail "the rollback did not wait"
ends 0 resume rollout/shop
complained 'now, as spec.rollbackTo asks'
until_true 60 "the rollback is done" no_rollback_to shop
# It skips the steps only if that revision was complete once.
kubectl windlass status rollout/shop >/dev/null 2>&1 || ends 0 promote rollout/shop --full
ends 0 status rollout/shop
ends 0 history rollout/shop
cat "$WORK/out"

# --- ReplicationControllers, by the planner in the plugin ---

deployment old 2 registry.example/rc:v1 | sed -e 's|^apiVersion: apps/v1|apiVersion: v1|' \
  -e 's|^kind: Deployment|kind: ReplicationController|' -e '/^  strategy:/d' \
  -e 's|{matchLabels: \(.*\)}|\1|' | kubectl apply -f - >/dev/null
ends 64 rolling-update old
complained 'Must specify --filename or --image for new controller'
complained "See 'kubectl windlass rolling-update -h' for help and examples"
ends 2 rolling-update old --image=registry.example/rc:v1 --local
complained '--image-pull-policy (Always|Never|IfNotPresent) must be provided'
ends 0 rolling-update old new --image=registry.example/rc:v2 --dry-run=client -o name
printed 'replicationcontroller/new'
# What the API server would drop, or could not read, is refused before anything is written.
bad_file() { # SPEC TEXT
  echo "{apiVersion: v1, kind: ReplicationController, metadata: {name: new}, spec: {$1}}" \
    >"$WORK/bad.yaml"
  ends 1 rolling-update old -f "$WORK/bad.yaml"
  complained "$2"
  ends 1 rolling-update old -f "$WORK/bad.yaml" --local
  complained "$2"
  expect "ReplicationControllers" "$(kubectl get rc -o name)" replicationcontroller/old
}
template_of() { # APP: prints a template
  echo "template: {metadata: {labels: {app: $1}}, spec: {containers: [{name: app, image: app:v2}]}}"
}
bad_file "selector: {app: fresh}, replcas: 3, $(template_of fresh)" 'unknown field "spec.replcas"'
bad_file "selector: {app: fresh}, $(template_of 7)" 'cannot unmarshal number'
local_update() {
  kubectl-windlass rolling-update "$@" --local --poll-interval=100ms >"$WORK/out" 2>"$WORK/messages"
}
# It is interrupted after the first step, taken back, and carried out.
# Not by the function, whose process would be a shell's.
kubectl-windlass rolling-update old new --image=registry.example/rc:v2 --local \
  --poll-interval=100ms --update-period=1h >"$WORK/out" 2>"$WORK/messages" &
update=$!
OTHER_PIDS="$OTHER_PIDS $update"
until_true 60 "the update scales" grep -q 'Scaling new up to 1' "$WORK/out"
kill -INT "$update"
status=0
wait "$update" || status=$?
expect "exit code of an update that was interrupted" "$status" 130
complained 'Run the same command again to continue it, or use --rollback to take it back'
local_update old new --rollback --update-period=0s || fail "rollback: $(cat "$WORK"/{out,messages})"
cat "$WORK/out"
expect "controllers after the rollback" "$(kubectl get rc -o name)" replicationcontroller/old
local_update old --image=registry.example/rc:v2 --update-period=0s ||
  fail "rolling-update: $(cat "$WORK"/{out,messages})"
cat "$WORK/out"
expect "controllers after the update" "$(kubectl get rc -o name)" replicationcontroller/old
expect "the new image" "$(field rc/old '{.spec.template.spec.containers[0].image}')" \
  registry.example/rc:v2
ends 0 get rc/old
printed '2 desired, 2 present'

# A Service that selects only the old Pods loses them.
kubectl apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Service
metadata: {name: narrow}
spec:
  selector: {deployment: "$(field rc/old '{.spec.selector.deployment}')"}
  ports: [{port: 80}]
YAML
ends 0 rolling-update rc/old --image=registry.example/rc:v2 --image-pull-policy=Always --local \
  --update-period=0s --poll-interval=100ms -o name
expect "what -o name prints" "$(cat "$WORK/out")" replicationcontroller/old
complained 'Warning: Service narrow selects the label deployment'
kubectl delete service narrow >/dev/null

say "by Windlass"
ends 1 rolling-update odl new --image=registry.example/rc:v3
complained 'replicationcontrollers "odl" not found'
expect "updates of what does not exist" "$(kubectl get replicationcontrollerupdates -o name)" ""
ends 0 rolling-update old --image=registry.example/rc:v3 --dry-run=server
expect "updates after a dry run" "$(kubectl get replicationcontrollerupdates -o name)" ""
ends 0 rolling-update old new --image=registry.example/rc:v3 --update-period=0s
printed 'Scaling new up to 1'
printed 'replicationcontroller/new rolling updated to "new"'
cat "$WORK/out"
expect "controllers after the update" "$(kubectl get rc -o name)" replicationcontroller/new

say "steered by the commands of all kinds"
ends 0 rolling-update new next --image=registry.example/rc:v4 --update-period=5s --no-wait
ends 3 status rc/new --timeout=1s
printed 'Waiting for the rolling update of replicationcontroller "new" to finish'
scaled() { [ "$(field rc/next '{.spec.replicas}')" = 1 ]; }
until_true 60 "the update scales" scaled
ends 0 pause rc/next --dry-run=server
printed 'paused (server dry run)'
ends 0 pause rc/next
ends 4 status rc/new
complained 'kubectl windlass resume rc/new'
ends 0 get rc
printed 'spec.paused'
ends 0 history rc/new
printed 'Scaling next up to 1'
cat "$WORK/out"
ends 0 undo rc/new
ends 0 status rc/new
ends 1 abort rc/new
complained 'has no rolling update under way'
expect "controllers after the rollback" "$(kubectl get rc -o name)" replicationcontroller/new

# The same command again replaces the Pods again.
pods() { kubectl get pods -l app=old -o jsonpath='{range .items[*]}{.metadata.uid}{"\n"}{end}'; }
two_pods() { [ "$(pods | wc -l)" = 2 ]; } # none is left that is being deleted
for try in first second; do
  until_true 60 "two Pods before the $try update" two_pods
  pods | sort >"$WORK/pods.before"
  ends 0 rolling-update new --image=registry.example/rc:v3 --image-pull-policy=Always \
    --update-period=0s -o json
  expect "the phase of the $try update" "$(jq -r .status.phase "$WORK/out")" Succeeded
  complained 'Renaming new-'
  until_true 60 "two Pods after the $try update" two_pods
  pods | sort >"$WORK/pods.after"
  expect "Pods that outlived the $try update" "$(comm -12 "$WORK"/pods.{before,after})" ""
done

# --- get and version ---

ends 0 get rollout/shop
printed '4 desired, 4 updated'
ends 0 get -A -o name
printed "rollout.windlass.dev/shop"
ends 0 get
printed 'ReplicationController   new '
ends 0 version
printed "CRD rollouts.windlass.dev:                       revision $(needed_revision rollout)"
printed "CRD replicationcontrollerupdates.windlass.dev:   revision $(
  needed_revision replication_controller)"
cat "$WORK/out"

# --- in a terminal ---

in_terminal 0 get rollout/shop
in_terminal 0 get rollout/shop --watch --timeout=2s
grep -q $'\e\[J' "$WORK/out" || fail "get --watch did not draw again"
[ "$(tr -d '\r' <"$WORK/out" | awk 'length > 200' | wc -l)" = 0 ] || fail "lines are not cut"
NO_COLOR=1 in_terminal 0 get ours
if grep -q $'\e\[3' "$WORK/out"; then fail "colours although NO_COLOR is set"; fi
in_terminal 0 status rollout/shop
in_terminal 0 history ours
in_terminal 0 pause ours
in_terminal 0 resume ours
in_terminal 0 restart ours
in_terminal 0 undo ours
in_terminal 1 abort rollout/shop # nothing is under way
set_image rollout/shop registry.example/shop:v5
ends 4 status rollout/shop
in_terminal 0 abort rollout/shop
in_terminal 5 promote rollout/shop
in_terminal 0 abort rollout/shop --end
in_terminal 1 retry rollout/shop
grep -q 'is not aborted' "$WORK/out" || fail "not said: $(cat "$WORK/out")"
in_terminal 64 promote ours
in_terminal 64 stauts ours
in_terminal 1 status nothing
in_terminal 0 rolling-update new --image=registry.example/rc:v4 --update-period=0s
in_terminal 0 version

# --- a credential plugin that asks in the terminal ---

cat >"$WORK/login" <<'SH'
#!/bin/sh
read -r token
printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",'
printf '"status":{"token":"%s"}}\n' "$token"
SH
chmod +x "$WORK/login"
token=$(kubectl -n windlass-system create token windlass)
kubectl config view --raw --minify -o json | jq --arg login "$WORK/login" '.users[0].user = {exec:
  {apiVersion: "client.authentication.k8s.io/v1", command: $login, interactiveMode: "Always"}}' \
  >"$WORK/login.kubeconfig"
ends 1 version --kubeconfig "$WORK/login.kubeconfig" </dev/null
complained 'Always requires a terminal'
# The answer is typed once the plugin waits for it: the terminal keeps it until then.
TERM=xterm script -qec "stty -echo; kubectl-windlass get deployments -o name \
  --kubeconfig $WORK/login.kubeconfig" /dev/null <<<"$token" >"$WORK/out" 2>&1 ||
  fail "the plugin could not ask: $(cat "$WORK/out")"
printed 'deployment.apps/ours'
say "ok: a credential plugin asked in the terminal"

# --- completion, as kubectl's own completion asks for it ---

completes() { # WANTED WORD…
  local wanted=$1
  shift
  kubectl __complete windlass "$@" >"$WORK/out" 2>/dev/null || fail "completion of $* failed"
  grep -q "^$wanted" "$WORK/out" || fail "completion of $*: $(cat "$WORK/out")"
  say "ok: completion of 'kubectl windlass $*' offers $wanted"
}
completes status sta
completes ours status o
completes rollout/shop undo rollout/s
for verb in promote abort retry; do completes shop "$verb" ''; done
completes zsh completion z
completes --force promote rollout/shop --fo
completes retry re
completes cluster status --context c
completes :4 status rollout/s

say "everything as expected"
