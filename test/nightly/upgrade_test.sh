#!/usr/bin/env bash
# Upgrades from v0.1.0 in the middle of rollouts in place, with each setting that v0.1.0 had and
# this version has not. v0.1.0 is killed; then the rights and the daemon of this version are
# installed.
#
#   reserve-patched   in-place-pdb: Reserve; one Pod is patched and holds a reservation
#   reserve-drained   in-place-pdb: Reserve; one Pod is drained and holds a reservation
#   fields            in-place-fields: image; one Pod is drained by its readinessGate
#   init              in-place-init-images: PatchOnly; an init container's image changes too
#   kept-patched      as reserve-patched; the user removes the setting before the upgrade
#   kept-drained      as reserve-drained; the user removes the setting before the upgrade
#   defaults          in-place-fields and in-place-init-images with their default values
#   metadata          a rollout that changes only an annotation
#   strict, rest      in a namespace that --in-place-namespace-selector no longer selects:
#                     in the middle of a rollout, and at rest
#
# The first four have a setting that is now invalid, and IfPossible. Windlass finishes them with new
# Pods, and the Event and the condition say what to do. The others keep their Pods. After two
# minutes nothing is stuck.
#
# v0.1.0 is built from the commit that CHANGELOG.md names, or is OLD_WINDLASS=<binary>. The exit
# code is 77 if the repository does not have that commit.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/in_place_lib.sh"

OLD_VERSION=v0.1.0
NEW_WINDLASS=$WINDLASS
COUNT=4 UNAVAILABLE=1 GRACE=60 # budgets and Deployments allow one of four Pods to be missing
V1=app:v1-slow-stop-20s V2=app:v2 V3=app:v3
LABEL=windlass.dev/in-place
SELECTOR=--in-place-namespace-selector=$LABEL=allowed
INVALID='reserve-patched reserve-drained fields init'
KEPT='kept-patched kept-drained defaults'

# --- v0.1.0 ---

old_version() { # prints one line; ends the test with 77 if the commit is missing
  local status=0
  "$ROOT/tools/old-version.sh" $OLD_VERSION "$@" >"$WORK/old-version" || status=$?
  tail -n 1 "$WORK/old-version"
  return "$status"
}
COMMIT=$(old_version --commit) || {
  status=$?
  say "$COMMIT"
  exit "$status"
}
OLD_WINDLASS=${OLD_WINDLASS:-$(old_version)} || fail "$OLD_VERSION cannot be built"
for manifest in rbac rbac-in-place; do
  git -C "$ROOT" show "$COMMIT:deploy/$manifest.yaml" >"$WORK/$manifest.yaml"
done

# --- what a Deployment and its Pods are ---

in_namespace() { kubectl config set-context --current --namespace="$1" >/dev/null; }
reserving() { echo "windlass.dev/in-place-pdb: Reserve${1:+, $1}"; }
DRAIN='windlass.dev/in-place-drain: "Label:traffic=on/off",
    windlass.dev/in-place-drain-seconds: "3600"'
GATE='windlass.dev/in-place-drain: Gate, windlass.dev/in-place-drain-seconds: "3600"'
# with_traffic NAME: adds the label to the Pods that a drain takes away.
with_traffic() { sed "s/labels: {app: $1}}/labels: {app: $1, traffic: \"on\"}}/"; }
if_possible() { sed 's/in-place: Only/in-place: IfPossible/'; }

budget() { # NAME
  kubectl create poddisruptionbudget "$1" --selector="app=$1" --max-unavailable=1 >/dev/null
}
allows_one() {
  [ "$(field "pdb/$1" '{.status.expectedPods}/{.status.disruptionsAllowed}')" = "$COUNT/1" ]
}
reserved() { # NAME: prints the Pods with a reservation
  field "pdb/$1" '{.status.disruptedPods}' | tr ',' '\n' | sed -n 's/.*"\([^"]*\)":"[0-9].*/\1/p'
}
is_reserved() { [ -n "$(reserved "$1")" ]; }
not_reserved() { ! is_reserved "$1"; }
drained() { [ -n "$(kubectl get pods -l "app=$1,traffic=off" --no-headers 2>/dev/null)" ]; }
none_drained() { ! drained "$1"; }
closed_gates() { # NAME: prints how many Pods are out of traffic because of their gate
  kubectl get pods -l "app=$1" -o jsonpath="{range .items[*]}{.status.conditions[?(@.type==\
'windlass.dev/in-place-ready')].status}{'\n'}{end}" | grep -c False || true
}
gate_closed() { [ "$(closed_gates "$1")" != 0 ]; }
no_gate_closed() { [ "$(closed_gates "$1")" = 0 ]; }
checksums() { # NAME CHECKSUM: prints how many Pods have that checksum
  kubectl get pods -l "app=$1" --no-headers \
    -o custom-columns='C:.metadata.annotations.checksum/config' | grep -cx "$2" || true
}
checksum() { # NAME CHECKSUM: changes the checksum, as helm upgrade does
  kubectl patch "deployment/$1" --type=merge --patch \
    "{\"spec\": {\"template\": {\"metadata\": {\"annotations\": {\"checksum/config\": \"$2\"}}}}}" \
    >/dev/null
}
has_checksum() { [ "$(checksums "$1" "$2")" = "$3" ]; }
original() { # NAME: prints how many of the Pods noted before still exist
  identities "$1" | awk '{print $2}' | grep -cFf - "$WORK/$1.pods" || true
}
none_original() { [ "$(original "$1")" = 0 ]; }
# finished NAME NAME…: true if all Pods of each Deployment run its newest template.
finished() {
  local status='{.status.observedGeneration} {.status.replicas} {.status.updatedReplicas}'
  [ "$(kubectl get deployments "$@" -o jsonpath="{range .items[*]}{.metadata.generation} $status \
{.status.availableReplicas} {.spec.replicas}{'\n'}{end}" | awk '
    $1 == $2 && $3 == $6 && $4 == $6 && $5 == $6' | wc -l)" = $# ]
}
told_by_event() { # NAME TEXT
  kubectl get events --field-selector "reason=InPlaceInvalidConfig,involvedObject.name=$1" \
    -o jsonpath='{.items[*].message}' | grep -F "$2"
}
message_has() { condition "$1" message | grep -F "$2"; }
setting() { # NAME: prints the annotation that is invalid
  case $1 in
    reserve-*) echo windlass.dev/in-place-pdb ;;
    fields) echo windlass.dev/in-place-fields ;;
    init) echo windlass.dev/in-place-init-images ;;
  esac
}

start_cluster --nodes 3 --rbac "$WORK/rbac.yaml,$WORK/rbac-in-place.yaml"
start_witness
kubectl create namespace other >/dev/null
kubectl label namespace default other $LABEL=allowed >/dev/null

say "$OLD_VERSION begins a rollout with each setting"
WINDLASS=$OLD_WINDLASS start_windlass "$SELECTOR" --controllers=deployment
{
  in_place reserve-patched $COUNT $V1 "$(reserving)" | if_possible
  in_place reserve-drained $COUNT $V1 "$(reserving "$DRAIN")" |
    with_traffic reserve-drained | if_possible
  in_place fields $COUNT $V1 "windlass.dev/in-place-fields: image, $GATE" \
    '' 'readinessGates: [{conditionType: windlass.dev/in-place-ready}]' | if_possible
  in_place init $COUNT $V1 'windlass.dev/in-place-init-images: PatchOnly' \
    '' 'initContainers: [{name: setup, image: "setup:v1-exits-1s"}]' | if_possible
  in_place kept-patched $COUNT $V1 "$(reserving)"
  in_place kept-drained $COUNT $V1 "$(reserving "$DRAIN")" | with_traffic kept-drained
  in_place defaults $COUNT $V1 \
    'windlass.dev/in-place-fields: "Image, metadata,tolerations",
     windlass.dev/in-place-init-images: Recreate'
  in_place metadata $COUNT $V1 'windlass.dev/in-place-partition: "2"' | if_possible
} | kubectl apply -f - >/dev/null
for name in $INVALID $KEPT metadata; do
  rolled_out "$name" 120s
  note_pods "$name"
done
RESERVING='reserve-patched reserve-drained kept-patched kept-drained'
for name in $RESERVING; do budget "$name"; done
for name in $RESERVING; do until_true 60 "budget $name is counted" allows_one "$name"; done
in_namespace other
for name in strict rest; do in_place "$name" $COUNT $V1 | kubectl apply -f - >/dev/null; done
for name in strict rest; do
  rolled_out "$name" 120s
  note_pods "$name"
done
set_image strict $V2
until_true 60 "a Pod of strict is patched" at_least strict $V2 1
kubectl label namespace other $LABEL- >/dev/null
until_true 60 "strict is told so" says strict NotPossible
until_true 60 "rest is told so" says rest NotSelected
in_namespace default

for name in reserve-patched reserve-drained fields kept-patched kept-drained defaults; do
  set_image "$name" $V2
done
kubectl set image deployment/init app=$V2 setup=setup:v2-exits-1s >/dev/null
checksum metadata 2
for name in reserve-patched init kept-patched defaults; do
  until_true 60 "a Pod of $name is patched" at_least "$name" $V2 1
done
for name in reserve-drained kept-drained; do
  until_true 60 "a Pod of $name is drained" drained "$name"
done
until_true 60 "the gate of a Pod of fields is closed" gate_closed fields
until_true 60 "two Pods of metadata have the annotation" has_checksum metadata 2 2
until_true 60 "metadata stops at its partition" says metadata Partitioned

say "$OLD_VERSION is killed in the middle of them all"
kill_windlass
for name in $RESERVING; do
  is_reserved "$name" || fail "no Pod of $name holds a reservation: it proves nothing"
  say "$name: $(with_image "$name" $V2) of $COUNT patched, reserved: $(reserved "$name")"
done
for name in reserve-patched init kept-patched defaults; do
  patched=$(with_image "$name" $V2)
  [ "$patched" -lt $COUNT ] || fail "all Pods of $name were patched: it proves nothing"
done

say "the upgrade: rights, the policy, the daemon"
kubectl apply -f "$ROOT/deploy/base/rbac.yaml" -f "$ROOT/deploy/base/rbac-in-place.yaml" \
  -f "$ROOT/deploy/in-place-namespaces-policy.yaml" >/dev/null
account=system:serviceaccount:windlass-system:windlass
for right in 'get poddisruptionbudgets.policy' \
  'patch poddisruptionbudgets.policy --subresource=status' 'list namespaces' 'watch namespaces'
do
  # shellcheck disable=SC2086 # several words
  expect "may $right" "$(kubectl auth can-i $right -A --as=$account 2>/dev/null || true)" no
done
refuses() { # FLAG REMEDY: the removed flag ends the daemon with a line that says what to do
  local status=0
  timeout 20 "$NEW_WINDLASS" --kubeconfig "$DATA/windlass.kubeconfig" --leader-elect=false \
    --metrics-bind-address=0 "$1" 2>"$WORK/refused" || status=$?
  expect "exit code with ${1%%=*}" "$status" 2
  expect "lines" "$(wc -l <"$WORK/refused")" 1
  grep -F -e "${1%%=*}" "$WORK/refused" | grep -F -e "$2" >/dev/null ||
    fail "it does not say what to do: $(cat "$WORK/refused")"
  say "ok: $(cat "$WORK/refused")"
}
refuses "$SELECTOR" in-place-namespaces-policy.yaml

annotate kept-patched windlass.dev/in-place-pdb-
annotate kept-drained windlass.dev/in-place-pdb- windlass.dev/in-place-drain-seconds=1
from=$(wc -l <"$WORK/windlass.log")
WINDLASS=$NEW_WINDLASS start_windlass --controllers=deployment # as the old manifests say

say "two minutes later nothing is stuck but what a reservation holds up"
# shellcheck disable=SC2086 # several names
until_true 120 "all rollouts end that wait for no reservation" finished $INVALID defaults

say "invalid now: the event and the condition say what to do"
for name in $INVALID; do
  key=$(setting "$name")
  expect "the condition of $name" "$(in_place_reason "$name")" InvalidConfig
  for text in "$key" emove; do
    message_has "$name" "$text" >/dev/null ||
      fail "the condition of $name lacks '$text': $(condition "$name" message)"
  done
  until_true 60 "so does an event of $name" told_by_event "$name" "$key"
  say "ok: $(condition "$name" message)"
  until_true 60 "the Pods of $name are other ones" none_original "$name"
  expect "images of $name" "$(images "$name" | sort -u | paste -sd/)" $V2
  expect "Pods of $name that were patched or drained" \
    "$(log_since "$from" | grep -cE " (patch|drain) pod .*pod=$name-" || true)" 0
done
# A Pod that is not let back before its ReplicaSet shrinks goes first, because it is not ready.
for name in reserve-drained fields; do
  let_back=$(log_since "$from" | grep -c " undrain pod deployment=default/$name " || true)
  ((let_back <= 1)) || fail "$let_back Pods of $name were let back, and one was drained"
  say "ok: Pods of $name that were let back = $let_back"
done
until_true 60 "all Pods of reserve-drained take traffic" none_drained reserve-drained
until_true 60 "the gates of fields are open" no_gate_closed fields

say "default values: they are ignored with a warning, and the rollout goes on in place"
until_true 60 "a warning" message_has defaults windlass.dev/in-place-fields
until_true 60 "and another" message_has defaults windlass.dev/in-place-init-images
until_true 60 "so does an event" told_by_event defaults windlass.dev/in-place-fields
say "ok: $(condition defaults message)"
in_order defaults $V2 60s
same_pods defaults
restarted defaults 1

say "a namespace that was not selected: nothing is held back any more"
in_namespace other
in_order strict $V2 120s
same_pods strict
restarted strict 1
same_pods rest
not_told() { ! says rest NotSelected; }
until_true 60 "rest is not told NotSelected any more" not_told
in_namespace default

say "metadata alone: the rollout under way ends in place, the next one makes new Pods"
annotate metadata windlass.dev/in-place-partition-
rolled_out metadata 120s
same_pods metadata
expect "Pods with the annotation" "$(checksums metadata 2)" $COUNT
restarted metadata 0
checksum metadata 3
until_true 60 "the condition says why" message_has metadata MetadataOnly
rolled_out metadata 120s
until_true 60 "the Pods are other ones" none_original metadata
expect "Pods with the annotation" "$(checksums metadata 3)" $COUNT

say "Kubernetes drops the reservations after two minutes, and what they held up goes on"
for name in $RESERVING; do
  until_true 180 "nothing is reserved for $name any more" not_reserved "$name"
done
for name in kept-patched kept-drained; do
  in_order "$name" $V2 180s
  same_pods "$name"
  restarted "$name" 1
  until_true 60 "all take traffic" none_drained "$name"
done

say "while a setting is invalid, new Pods take traffic as well"
kubectl scale deployment/fields --replicas=$((COUNT + 1)) >/dev/null
rolled_out fields 60s

say "the user removes the settings: the next rollout is in place"
kubectl scale deployment/fields --replicas=$COUNT >/dev/null
for name in $INVALID; do
  annotate "$name" "$(setting "$name")-" windlass.dev/in-place-drain-seconds-
  not_invalid() { ! says "$1" InvalidConfig; }
  until_true 60 "$name is valid" not_invalid "$name"
done
scaled() { [ "$(identities fields | wc -l)" = $COUNT ]; }
until_true 60 "fields has $COUNT Pods" scaled
for name in $INVALID; do
  note_pods "$name"
  set_image "$name" $V3
done
for name in $INVALID; do
  in_order "$name" $V3 180s
  same_pods "$name"
  restarted "$name" "$([ "$name" = init ] && echo "0 1" || echo 1)"
done

stop_windlass
check_witness --settled
if log_since "$from" | grep -E ' (error|warning) '; then fail "the log holds warnings"; fi
say passed
