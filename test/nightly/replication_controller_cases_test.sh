#!/usr/bin/env bash
# What unit tests and the simulator show of updates of ReplicationControllers, on a real control
# plane, whose replication controller makes the Pods: Pods that are made late while the label is
# added, another ReplicationController with the same selector, names of which one begins with the
# other, a size that a rollback once restored, from 5 Pods to 7 and back, one Pod with a bad image,
# the same image, a second container, every state that kubectl 1.17 may leave behind, and what
# kubectl would find of an update that was begun here. The cases run beside each other, and a
# witness judges every committed state.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/replication_controller_lib.sh"

CASES_MAX=${CASES_MAX:-6} # at one time: each case asks for the state again and again
PLUGIN=${PLUGIN:-$ROOT/build/release/cmd/kubectl-windlass/kubectl-windlass}
annotation() { field "rc/$1" "{.metadata.annotations.kubectl\\.kubernetes\\.io/$2}"; }
message() { field "$RCU/$1" '{.status.message}'; }
# owned_by NAME APP: prints the uids of the Pods that the ReplicationController NAME owns.
owned_by() { pods_of "$2" | awk -v owner="$1" '$3 == owner {print $2}'; }
has_new() { [ "$(field "rc/$1" '{.spec.replicas}')" -ge "$2" ]; } # NAME SIZE
# ended_as NAME CONTROLLER IMAGES: expects that CONTROLLER alone is left, with all Pods.
ended_as() {
  expect "ReplicationControllers of $1" "$(controllers_of "$1")" "$2"
  until_true 60 "$1 has $3, and not $(images_of "$1")" run_images "$1" "$3"
  expect "Pods of $1 without an owner" "$(pods_of "$1" | grep -c '<none>' || true)" 0
  no_traces "$2"
}

# --- Pods that are made late (T-C7): kube-controller-manager stops, so this runs alone ---

waits_for_template() { message "$1" | grep -F "to observe the template of $1" >/dev/null; }
late_pods() {
  begin_controller late 3 app:v1
  cluster kill kcm --signal STOP >/dev/null
  kubectl delete "$(kubectl get pods -l app=late -o name | sed -n 1p)" --wait=false >/dev/null
  ask late 'image: "app:v2", updatePeriod: 0s'
  until_true 60 "the update waits for the replication controller" waits_for_template late
  expect "the selector meanwhile" "$(field rc/late '{.spec.selector}')" \
    '{"app":"late","version":"one"}'
  # It has not seen the label of the template when it makes up for the Pod.
  cluster kill kcm --signal CONT >/dev/null
  updated_to late Succeeded
  ended_as late late "3 app:v2"
}

# --- another ReplicationController with the same selector (T-C8) ---

# collision NAME: two ReplicationControllers, whose selector is app=NAME.
collision() {
  controller "$1-other" 2 app:other "app: $1" | kubectl create -f - >/dev/null
  until_true 60 "the Pods of $1-other are available" sized "$1-other" 2
  begin_controller "$1" 3 app:v1 "app: $1"
}
same_selector() {
  collision shared
  local before
  before=$(owned_by shared-other shared)
  ask shared 'image: "app:v2", newName: shared-2, updatePeriod: 0s'
  updated_to shared Succeeded
  expect "Pods of the other one" "$(owned_by shared-other shared)" "$before"
  until_true 60 "old Pods are gone" run_images shared "2 app:other, 3 app:v2"
  expect "Pods of shared-2" "$(owned_by shared-2 shared | wc -l)" 3
  no_traces shared-2
}
same_selector_renamed() {
  collision taken
  local before
  before=$(owned_by taken-other taken)
  ask taken 'image: "app:v2", updatePeriod: 0s'
  updated_to taken Failed
  say "the message: $(message taken)"
  message taken | grep -F taken-other >/dev/null || fail "the other one is not named"
  expect "Pods of the other one" "$(owned_by taken-other taken)" "$before"
  expect "Pods of taken" "$(owned_by taken taken | wc -l)" 3
  kubectl delete rc taken-other --cascade=foreground >/dev/null
  change taken '{"timeout":"6m"}' # it was refused, and has ended
  updated_to taken Succeeded
  ended_as taken taken "3 app:v2"
}

# --- names of which one begins with the other (T-C9) ---

prefix() {
  begin_controller foo 2 app:v1
  begin_controller foobar 2 app:v1
  local before
  before=$(owned_by foo foo)
  ask foobar 'image: "app:v2", updatePeriod: 1h'
  until_true 60 "foobar is on its way" run_images foobar "2 app:v1, 1 app:v2"
  # kubectl took what replaces foobar for what replaces foo.
  if "$PLUGIN" rolling-update foo --rollback --local >"$WORK/foo" 2>&1; then
    fail "there was nothing to take back: $(cat "$WORK/foo")"
  fi
  grep -F 'nothing to roll back' "$WORK/foo" || fail "$(cat "$WORK/foo")"
  expect "Pods of foo" "$(owned_by foo foo)" "$before"
  ask foo 'image: "app:v3", updatePeriod: 0s'
  updated_to foo Succeeded
  ended_as foo foo "2 app:v3"
  expect "Pods of foobar" "$(images_of foobar)" "2 app:v1, 1 app:v2"
  change foobar '{"updatePeriod":"0s"}'
  updated_to foobar Succeeded
  ended_as foobar foobar "2 app:v2"
}

# --- sizes (T-C5, T-C10) ---

# back_from NAME SIZE IMAGES: takes an update from 5 Pods to 7 back once the new one has SIZE.
back_from() {
  begin_controller "$1" 5 app:v1
  ask "$1" "newName: $1-2, updatePeriod: 0s, $(file_content "$1" app:v2 7)"
  until_true 120 "$1-2 has $2 Pods" has_new "$1-2" "$2"
  change "$1" '{"rollback":true}'
  updated_to "$1" RolledBack
  ended_as "$1" "$1" "5 app:v1"
}
stale_size() {
  back_from stale 2
  # Windlass leaves no size behind. kubectl does.
  kubectl annotate rc stale kubectl.kubernetes.io/original-replicas=5 >/dev/null
  kubectl scale rc stale --replicas=2 >/dev/null
  until_true 60 "stale has 2 Pods" sized stale 2
  change stale '{"rollback":false,"updatePeriod":"1h"}'
  until_true 60 "stale-2 has a Pod" has_new stale-2 1
  expect "the size that is noted" "$(annotation stale original-replicas)" 2
  change stale '{"rollback":true,"updatePeriod":"0s"}'
  updated_to stale RolledBack
  ended_as stale stale "2 app:v1"
  expect "the size" "$(field rc/stale '{.spec.replicas}')" 2
}
bad_image() {
  begin_controller single 1 app:v1
  local before
  before=$(owned_by single single)
  ask single 'image: "app:v2-never-ready", updatePeriod: 0s, timeout: 2s'
  updated_to single Failed
  expect "Pods" "$(images_of single)" "1 app:v1, 1 app:v2-never-ready"
  change single '{"rollback":true}'
  updated_to single RolledBack
  ended_as single single "1 app:v1"
  expect "the Pod" "$(owned_by single single)" "$before"
}

# --- the same image, and a second container (T-C11) ---

same_image() {
  begin_controller again 2 app:v1
  local before
  before=$(owned_by again again)
  ask again 'image: "app:v1", updatePeriod: 0s'
  updated_to again Failed
  expect "message" "$(message again)" "--image-pull-policy (Always|Never|IfNotPresent) must be \
provided when --image is the same as existing container image"
  change again '{"imagePullPolicy":"Never"}'
  updated_to again Succeeded
  ended_as again again "2 app:v1"
  expect "pull policy" \
    "$(field rc/again '{.spec.template.spec.containers[0].imagePullPolicy}')" Never
  expect "Pods of before" "$(owned_by again again | grep -cxF "$before" || true)" 0
}
images_of_template() { field "rc/$1" '{.spec.template.spec.containers[*].image}'; }
second_container() {
  controller pair 2 app:v1 |
    sed 's/^      - {name: app/      - {name: side, image: "side:v1"}\n&/' |
    kubectl create -f - >/dev/null
  until_true 60 "the Pods of pair are available" sized pair 2
  ask pair 'image: "app:v2", updatePeriod: 0s'
  updated_to pair Failed
  expect "message" "$(message pair)" \
    "must specify container to update when updating a multi-container pod"
  change pair '{"container":"nothing"}'
  updated_to pair Failed
  expect "message" "$(message pair)" "container nothing not found in pod"
  change pair '{"container":"app"}'
  updated_to pair Succeeded
  expect "images" "$(images_of_template pair)" "side:v1 app:v2"
  expect "ReplicationControllers" "$(controllers_of pair)" pair
  no_traces pair
}

# --- what kubectl 1.17 leaves behind, and what it would find ---

# left_behind NAME OLD NEW: kubectl 1.17 ended at these sizes of 3 replicas.
left_behind() {
  controller "$1" "$2" app:v1 "app: $1, deployment: abc-orig" | kubectl create -f - >/dev/null
  kubectl annotate rc "$1" "kubectl.kubernetes.io/next-controller-id=$1-abc" >/dev/null
  # It notes the size before the first scaling.
  if [ "$3" -gt 0 ]; then
    kubectl annotate rc "$1" kubectl.kubernetes.io/original-replicas=3 >/dev/null
  fi
  controller "$1-abc" "$3" app:v2 "app: $1, deployment: abc" | kubectl create -f - >/dev/null
  kubectl annotate rc "$1-abc" kubectl.kubernetes.io/desired-replicas=3 \
    "kubectl.kubernetes.io/update-source-id=$1:$(field "rc/$1" '{.metadata.uid}')" >/dev/null
  until_true 60 "the old Pods of $1 are available" sized "$1" "$2"
  until_true 60 "the new Pods of $1 are available" sized "$1-abc" "$3"
}
# from_kubectl OLD NEW
from_kubectl() {
  left_behind "left-$1-$2" "$1" "$2"
  local name=left-$1-$2 before
  before=$(owned_by "$name-abc" "$name")
  ask "$name" 'image: "app:v2", updatePeriod: 0s'
  updated_to "$name" Succeeded
  ended_as "$name" "$name" "3 app:v2"
  expect "Pods of $name-abc" "$(pods_of "$name" | grep -c "^$name-abc-")" 3
  expect "Pods that are gone" "$(comm -23 <(sort <<<"$before") <(owned_by "$name" "$name" | sort) |
    grep -c . || true)" 0

  left_behind "back-$1-$2" "$1" "$2"
  name=back-$1-$2
  before=$(owned_by "$name" "$name")
  ask "$name" 'image: "app:v2", rollback: true, updatePeriod: 0s'
  updated_to "$name" RolledBack
  ended_as "$name" "$name" "3 app:v1"
  expect "Pods that are gone" "$(comm -23 <(sort <<<"$before") <(owned_by "$name" "$name" | sort) |
    grep -c . || true)" 0
}
# kubectl finds the new one by next-controller-id, and knows it by its source; it tells the Pods of
# both apart by the label, and takes the sizes from the annotations.
for_kubectl() {
  local next uid
  begin_controller begun 3 app:v1
  uid=$(field rc/begun '{.metadata.uid}')
  ask begun 'image: "app:v2", updatePeriod: 1h'
  until_true 60 "the first new Pod of begun is there" run_images begun "3 app:v1, 1 app:v2"
  next=$(field $RCU/begun '{.status.newName}')
  expect "next-controller-id" "$(annotation begun next-controller-id)" "$next"
  expect "original-replicas" "$(annotation begun original-replicas)" 3
  expect "update-source-id" "$(annotation "$next" update-source-id)" "begun:$uid"
  expect "desired-replicas" "$(annotation "$next" desired-replicas)" 3
  grep -Ex 'begun-[0-9a-f]{32}' <<<"$next" || fail "kubectl makes up other names than $next"
  expect "the label of the new one" "$(field "rc/$next" '{.spec.selector.deployment}')" \
    "${next#begun-}"
  field rc/begun '{.spec.selector.deployment}' | grep -Ex '[0-9a-f]{32}-orig' ||
    fail "the label of the old one: $(field rc/begun '{.spec.selector.deployment}')"
  change begun '{"updatePeriod":"0s"}'
  updated_to begun Succeeded
  ended_as begun begun "3 app:v2"
}

# --- all of them ---

RUNNING=() STARTED=()
# beside NAME COMMAND…: runs it as soon as there is room. What it prints is shown at the end.
beside() {
  local name=$1
  shift
  while has_no_room; do wait -n "${RUNNING[@]}" || true; done
  ( # no "&&": what fails ends the case
    "$@"
    touch "$WORK/$name.passed"
  ) >"$WORK/$name.out" 2>&1 &
  RUNNING+=($!) STARTED+=("$name")
}
has_no_room() {
  local pid left=()
  for pid in "${RUNNING[@]}"; do
    if kill -0 "$pid" 2>/dev/null; then left+=("$pid"); fi
  done
  RUNNING=("${left[@]}")
  [ "${#RUNNING[@]}" -ge "$CASES_MAX" ]
}

start_cluster --nodes 3
install_updates
start_witness --replication-controllers
start_windlass --controllers=replicationcontrollerupdate
say "Pods that are made late"
late_pods
say "the other cases, $CASES_MAX at a time"
beside same-selector same_selector
beside same-selector-renamed same_selector_renamed
beside prefix prefix
beside stale-size stale_size
beside back-at-6 back_from wide 6
beside bad-image bad_image
beside same-image same_image
beside second-container second_container
beside for-kubectl for_kubectl
for sizes in '3 0' '3 1' '2 1' '2 2' '1 2' '1 3' '0 3'; do
  # shellcheck disable=SC2086
  beside "from-kubectl-at-${sizes/ /-}" from_kubectl $sizes
done
for pid in "${RUNNING[@]}"; do wait "$pid" || true; done
failed=
for name in "${STARTED[@]}"; do
  say "--- $name"
  cat "$WORK/$name.out"
  [ -e "$WORK/$name.passed" ] || failed="$failed $name"
done
[ -z "$failed" ] || fail "not as expected:$failed"
stop_windlass
check_witness --settled
say "passed"
