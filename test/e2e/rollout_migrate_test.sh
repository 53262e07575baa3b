#!/usr/bin/env bash
# A Deployment of COUNT Pods becomes a Rollout, and a Deployment again, by the commands of
# docs/rollouts-migrate.md, while the stock Deployment controller runs untouched. Each way is gone
# at rest and in the middle of a rollout. kill -9 ends Windlass right before and right after each of
# its writes meanwhile. On the ways at rest, an autoscaler changes the size between the first two
# steps: the size is kept. The audit log tells what was made and deleted:
# - at rest, no ReplicaSet and no Pod;
# - in the middle, none until the rollout is resumed, and after that no ReplicaSet, no old Pod, and
#   each new Pod once.
#
# make nightly runs it. build/rollouts/migrate-*.txt has each command with its output.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/rollout_lib.sh"

command -v jq >/dev/null || { echo "not run: jq is missing, which the docs use" && exit 77; }

COUNT=${COUNT:-20}
SURGE=5 UNAVAILABLE=5
NEW=$((SURGE + UNAVAILABLE)) # Pods of the new revision while none of them is available
DOCS=$ROOT/docs/rollouts-migrate.md
OUT=${OUT:-$ROOT/build/rollouts}
WRITE='^(POST|PATCH|PUT|DELETE) [^ ]*/(rollouts|replicasets|pods)'

# --- Windlass is killed ---

KILLS=0     # how often, so far
ENDS=before # on which side of its first write the process that runs is killed

# The program that is started in place of Windlass: it arms the proxy with its own pid, then becomes
# Windlass. So no write escapes.
write_armed() {
  cat >"$WORK/armed" <<SH
#!/usr/bin/env bash
armed() { grep -ac '^armed' '$WORK/proxy.out'; }
count=\$(armed)
echo "\$ENDS 1 \$\$ $WRITE" >&8
until [ "\$(armed)" -gt "\$count" ]; do sleep 0.02; done
exec '$WINDLASS' "\$@"
SH
  chmod +x "$WORK/armed"
}
kills() { grep -ac '^killed' "$WORK/proxy.out" || true; }
# begin_kills: from here on each process of Windlass is killed at its first write: one right before
# it, the next one right after it, and so on.
begin_kills() {
  stop_windlass
  launch_armed
}
launch_armed() {
  # Only the last process that was started is ended with the test.
  [ -z "$WINDLASS_PID" ] || until_true 30 "the killed Windlass has ended" gone "$WINDLASS_PID"
  export ENDS
  WINDLASS=$WORK/armed launch_windlass --controllers=rollout
  disown "$WINDLASS_PID" 2>/dev/null || true # or the shell prints how it ended
}
# survive DESCRIPTION COMMAND…: until COMMAND succeeds, starts Windlass anew when it was killed.
survive() {
  local deadline=$((SECONDS + 600)) what=$1
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || fail "$what: not within the time given"
    if [ "$(kills)" -gt "$KILLS" ]; then
      KILLS=$(kills)
      say "$(grep -a '^killed' "$WORK/proxy.out" | tail -n 1 | tr -d '\0' |
        sed 's/^killed [0-9]*/killed Windlass/')"
      ENDS=$([ "$ENDS" = before ] && echo after || echo before)
      launch_armed
    fi
    sleep 0.1 # between two checks
  done
}
# end_kills: lets Windlass go on in peace.
end_kills() {
  echo "before 1 $$ ^nothing" >&8 # in place of the fault that is armed
  until_true 10 "the proxy is disarmed" disarmed
  # The proxy may have killed Windlass since survive looked last. The next survive must not take
  # that for a kill of the next process.
  KILLS=$(kills)
  kill -9 "$WINDLASS_PID" 2>/dev/null || true
  until_true 30 "Windlass has ended" gone "$WINDLASS_PID"
  WINDLASS_PID=
  start_windlass --controllers=rollout
}
disarmed() { grep -a '^armed' "$WORK/proxy.out" | tail -n 1 | grep -aF 'nothing'; }
gone() { ! kill -0 "$1" 2>/dev/null; }

# --- the commands ---

# commands BLOCK STEP: prints the commands of a step of the BLOCK-th shell block of the docs.
commands() {
  awk -v block="$1" -v step="$2" '
    /^```sh$/ {n++; inside = n == block; next}
    /^```$/ {inside = 0}
    inside && /^# [0-9]+\./ {at = $2 + 0; next}
    inside && at == step' "$DOCS"
}
TYPING= # the process group that types the commands of a step
at_exit() { [ -z "$TYPING" ] || kill -- "-$TYPING" 2>/dev/null; }
# type_step WAY BLOCK STEP: types the commands of a step; Windlass is started anew meanwhile.
type_step() {
  commands "$2" "$3" >"$WORK/commands"
  [ -s "$WORK/commands" ] || fail "${DOCS##*/} has no step $3 in its block $2"
  local status=0
  set -m # the commands are a process group, so that at_exit ends all of them
  (cd "$WORK/typed" && type_in "$WORK/commands") >"$WORK/said" &
  TYPING=$!
  set +m
  survive "step $3 of the way $1" gone "$TYPING"
  wait "$TYPING" || status=$?
  TYPING=
  tee -a "$OUT/migrate-$1.txt" <"$WORK/said"
  ((status == 0)) || fail "step $3 of the way $1"
}

# --- what must stay ---

# has_owner KIND: true if each ReplicaSet of web has one owner, of that kind.
has_owner() {
  kubectl get rs -l app=web --no-headers \
    -o custom-columns='O:.metadata.ownerReferences[*].kind' >"$WORK/owners"
  [ "$(sort -u "$WORK/owners")" = "$1" ]
}
kinds() { kubectl get deployments,rollouts.windlass.dev -o name; }
# counted KIND PODS: true if the object of that kind has observed its spec, and counts its Pods.
counted() {
  local status='{.status.observedGeneration}={.metadata.generation} {.status.replicas}'
  local line
  line=$(field "$1/web" "$status")
  [ "${line#* }" = "$2" ] && [ "$(cut -d ' ' -f 1 <<<"$line" | tr = '\n' | sort -u | wc -l)" = 1 ]
}
revision_of() { # KIND
  if [ "$1" = deployment ]; then
    field deployment/web '{.metadata.annotations.deployment\.kubernetes\.io/revision}'
  else
    field wro/web '{.status.currentRevision}'
  fi
}
# snapshot FILE: names, uids, revisions and sizes of ReplicaSets; names, uids and restarts of Pods
# that are not being deleted.
snapshot() {
  {
    kubectl get rs -l app=web --sort-by=.metadata.name --no-headers -o custom-columns="\
N:.metadata.name,U:.metadata.uid,R:.metadata.annotations.deployment\.kubernetes\.io/revision,\
S:.spec.replicas"
    kubectl get pods -l app=web --sort-by=.metadata.name --no-headers -o custom-columns="\
N:.metadata.name,U:.metadata.uid,R:.status.containerStatuses[*].restartCount,\
D:.metadata.deletionTimestamp" | grep '<none>$'
  } >"$WORK/$1"
}
stayed() {
  snapshot now
  diff "$WORK/before" "$WORK/now" >&2 || fail "ReplicaSets or Pods are not the same any more"
  say "ok: $(wc -l <"$WORK/now") ReplicaSets and Pods are as before"
}
# nothing_made MARK: expects that no ReplicaSet and no Pod was made or deleted since then.
nothing_made() {
  local resource
  for resource in replicasets pods; do
    expect "$resource made or deleted" \
      "$(made_since "$1" "$resource" 'create|delete|deletecollection')" 0
  done
}

# --- the ways ---

counts() { # KIND
  field "$1/web" '{.status.replicas} {.status.updatedReplicas} {.status.availableReplicas}'
}
# at_rest KIND: true if all Pods have the image, and those that were deleted are gone.
at_rest() {
  [ "$(counts "$1")" = "$COUNT $COUNT $COUNT" ] && have_images web "$COUNT $IMAGE" &&
    [ "$(kubectl get pods -l app=web --no-headers | wc -l)" = "$COUNT" ]
}
# stuck KIND: true if the rollout has gone as far as it can while no new Pod counts as available.
stuck() {
  [ "$(counts "$1")" = "$((COUNT + SURGE)) $NEW $((COUNT - UNAVAILABLE))" ] &&
    [ "$(kubectl get pods -l app=web --no-headers -o custom-columns="\
D:.metadata.deletionTimestamp,R:.status.conditions[?(@.type=='Ready')].status" |
      sort | uniq -c | awk '{$1 = $1; print}')" = "$((COUNT + SURGE)) <none> True" ]
}
# begin_rollout KIND IMAGE: new Pods become ready, and count as available an hour later.
begin_rollout() {
  IMAGE=$2
  kubectl patch "$1" web --type=json -p "[
    {\"op\":\"add\",\"path\":\"/spec/minReadySeconds\",\"value\":3600},
    {\"op\":\"add\",\"path\":\"/spec/progressDeadlineSeconds\",\"value\":7200},
    {\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\"$2\"}]" \
    >/dev/null
  until_true 180 "the rollout of $2 is in the middle" stuck "$1"
}
end_wait() { # KIND
  kubectl patch "$1" web --type=json \
    -p '[{"op":"replace","path":"/spec/minReadySeconds","value":0}]' >/dev/null
}

# migrate WAY BLOCK FROM TO PODS [SIZE]: goes the way of a block of the docs. With SIZE, an
# autoscaler gives the first object that many Pods after the first step.
migrate() {
  local way=$1 block=$2 from=$3 to=$4 pods=$5 size=${6:-} mark revision kills_before=$KILLS
  say "--- $way"
  until_true 30 "$from counts its Pods" counted "$from" "$pods"
  revision=$(revision_of "$from")
  snapshot before
  mark=$(audit_mark)
  begin_kills
  type_step "$way" "$block" 1
  survive "both are there, and the Rollout was seen" both_there
  if [ -n "$size" ]; then
    say "meanwhile an autoscaler scales $from/web from $COUNT to $size"
    kubectl scale "$from/web" --replicas="$size" >/dev/null
    COUNT=$size pods=$size
    survive "$from has that many Pods" at_rest "$from"
    snapshot before
    mark=$(audit_mark)
  fi
  type_step "$way" "$block" 2
  survive "ReplicaSets have the owner $to" has_owner "${to^}"
  survive "$to counts its Pods" counted "$to" "$pods"
  type_step "$way" "$block" 3
  expect "what is there" "$(kinds | wc -l)" 1
  stayed
  nothing_made "$mark"
  if [ "$pods" != "$COUNT" ]; then
    end_wait "$to"
    mark=$(audit_mark)
  fi
  type_step "$way" "$block" 4
  survive "$to is rolled out" at_rest "$to"
  expect "revision" "$(revision_of "$to")" "$revision"
  if [ "$pods" = "$COUNT" ]; then
    stayed
    nothing_made "$mark"
  else
    expect "ReplicaSets made or deleted" \
      "$(made_since "$mark" replicasets 'create|delete|deletecollection')" 0
    expect "Pods made" "$(made_since "$mark" pods create)" $((COUNT - NEW))
  fi
  end_kills
  say "ok: Windlass was killed $((KILLS - kills_before)) times on the way"
}
both_there() {
  [ "$(kinds | wc -l)" = 2 ] && rollout_observed web
}

[ -f "$DOCS" ] || fail "there is no $DOCS"
mkdir -p "$OUT" "$WORK/typed"
rm -f "$OUT"/migrate-*.txt
start_cluster --nodes 3 --controllers='*'
install_rollouts
start_witness --rollouts
start_fault_proxy
write_armed
start_windlass --controllers=rollout

mark=$(audit_mark)
deployment web "$COUNT" app:v1 \
  "{rollingUpdate: {maxSurge: $SURGE, maxUnavailable: $UNAVAILABLE}}" |
  kubectl apply -f - >/dev/null
rolled_out web
expect "Pods that the audit log tells of" "$(made_since "$mark" pods create)" "$COUNT"
expect "ReplicaSets that it tells of" "$(made_since "$mark" replicasets create)" 1
kubectl set image deployment/web app=app:v2 >/dev/null
rolled_out web
IMAGE=app:v2
until_true 60 "old Pods are gone" at_rest deployment

migrate to-a-rollout 1 deployment rollout "$COUNT" $((COUNT + 3))
expect "replicas of the Rollout" "$(field wro/web '{.spec.replicas}')" "$COUNT"
[ "$KILLS" -ge 6 ] || fail "Windlass was killed $KILLS times: it proves nothing"
migrate back-to-a-deployment 2 rollout deployment "$COUNT" $((COUNT - 3))
expect "replicas of the Deployment" "$(field deployment/web '{.spec.replicas}')" "$COUNT"

begin_rollout deployment app:v3
migrate to-a-rollout-midway 1 deployment rollout $((COUNT + SURGE))
begin_rollout wro app:v4
migrate back-to-a-deployment-midway 2 rollout deployment $((COUNT + SURGE))
[ "$KILLS" -ge 12 ] || fail "Windlass was killed $KILLS times: it proves nothing"

say "the way back once more, to a revision from before the Rollout"
kubectl rollout undo deployment/web --to-revision=1 >/dev/null
rolled_out web
IMAGE=app:v1
until_true 60 "Pods have its image" at_rest deployment
expect "ReplicaSets" "$(kubectl get rs -l app=web --no-headers | wc -l)" 4
stop_windlass
check_witness --settled
check_quotes "$OUT/migrate-*.txt" "$DOCS"
say "every command and its output: $OUT/migrate-*.txt"
say "passed"
