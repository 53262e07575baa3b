# Functions of the scripts about updates of ReplicationControllers. Sourced after lib.sh.

# install_updates: installs the CustomResourceDefinition of ReplicationControllerUpdates and
# Windlass' rights to them. Scripts that share a control plane may call it at the same time.
install_updates() {
  flock "$DATA/updates.lock" kubectl apply \
    -f "$ROOT/crds/windlass.dev_replicationcontrollerupdates.yaml" \
    -f "$ROOT/deploy/replication-controller/rbac-replication-controller.yaml" >/dev/null
  until_true 60 "kubectl knows ReplicationControllerUpdates" \
    kubectl get replicationcontrollerupdates.windlass.dev
  local account=system:serviceaccount:windlass-system:windlass
  until_true 60 "Windlass has its rights" kubectl auth can-i patch \
    replicationcontrollerupdates.windlass.dev --subresource=status --as="$account"
}

# controller NAME REPLICAS IMAGE [LABELS]: prints a manifest. Its selector and its template have the
# labels app=NAME and version=one, or LABELS.
controller() {
  cat <<YAML
apiVersion: v1
kind: ReplicationController
metadata: {name: $1}
spec:
  replicas: $2
  selector: {${4:-app: $1, version: one}}
  template:
    metadata: {labels: {${4:-app: $1, version: one}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - {name: app, image: "$3", readinessProbe: {exec: {command: [ok]}, periodSeconds: 1}}
YAML
}
# begin_controller NAME REPLICAS IMAGE [LABELS]: creates it, and waits for its Pods.
begin_controller() {
  controller "$@" | kubectl apply -f - >/dev/null
  until_true 60 "the Pods of $1 are available" sized "$1" "$2"
}
# sized NAME SIZE: succeeds if the ReplicationController asks for SIZE Pods and all are available.
sized() {
  [ "$(field "rc/$1" \
    '{.spec.replicas} {.status.replicas} {.status.availableReplicas} {.status.observedGeneration}'
  )" = "$2 $2 ${2/#0/} $(field "rc/$1" '{.metadata.generation}')" ]
}

RCU=replicationcontrollerupdate
# ask NAME SPEC: asks for an update of the ReplicationController NAME. SPEC is in YAML, in one line.
ask() {
  kubectl apply -f - >/dev/null <<YAML
apiVersion: windlass.dev/v1alpha1
kind: ReplicationControllerUpdate
metadata: {name: $1}
spec: {$2}
YAML
}
# change NAME PATCH: applies a merge patch to the spec of an update.
change() { kubectl patch "$RCU/$1" --type=merge -p "{\"spec\":$2}" >/dev/null; }
# file_content NAME IMAGE [REPLICAS]: prints spec.controller of an update by file, in one line.
file_content() {
  local labels="app: $1, version: two"
  printf 'controller: {metadata: {labels: {%s}}, spec: {%sselector: {%s}, template: {' "$labels" \
    "${3:+replicas: $3, }" "$labels"
  printf 'metadata: {labels: {%s}}, spec: {terminationGracePeriodSeconds: 1, ' "$labels"
  printf 'containers: [{'
  printf 'name: app, image: "%s", ' "$2"
  printf 'readinessProbe: {exec: {command: [ok]}, periodSeconds: 1}}]}}}}'
}

# update_in NAME PHASE: succeeds if the status is about the present spec and has that phase.
update_in() {
  [ "$(field "$RCU/$1" '{.status.observedGeneration}={.metadata.generation} {.status.phase}')" = \
    "$(field "$RCU/$1" '{.metadata.generation}={.metadata.generation}') $2" ]
}
# updated_to NAME PHASE: waits for the end of an update.
updated_to() {
  until_true 90 "the update of $1 is $2" update_in "$1" "$2"
}

# pods_of APP: prints "NAME UID OWNER" of each live Pod, sorted.
pods_of() {
  kubectl get pods -l "app=$1" --no-headers -o custom-columns="\
D:.metadata.deletionTimestamp,N:.metadata.name,U:.metadata.uid,\
O:.metadata.ownerReferences[0].name" | awk '$1 == "<none>" {print $2, $3, $4}' | sort
}
# images_of APP: prints how many live Pods have which image, as "3 app:v1, 1 app:v2".
images_of() {
  kubectl get pods -l "app=$1" --no-headers -o custom-columns="\
I:.spec.containers[0].image,D:.metadata.deletionTimestamp" | awk '$2 == "<none>" {print $1}' |
    sort | uniq -c | awk '{printf "%s%s %s", comma, $1, $2; comma = ", "} END {print ""}'
}
run_images() { [ "$(images_of "$1")" = "$2" ]; } # APP IMAGES
controllers_of() { # APP: prints the names of its ReplicationControllers in one line
  kubectl get rc -l "app=$1" --no-headers -o custom-columns=N:.metadata.name | sort | paste -sd' '
}
# no_traces NAME: expects that an update left no annotation on the ReplicationController.
no_traces() {
  local left
  local keys='update-source-id|desired-replicas|original-replicas|next-controller-id'
  left=$(kubectl get rc "$1" -o json |
    grep -oE "\"(kubectl.kubernetes.io/($keys)|windlass.dev/[a-z-]+)\"" || true)
  expect "annotations that $1 keeps of the update" "$left" ""
}

# seconds_between TIME TIME: prints the seconds from one RFC 3339 time to another one.
seconds_between() { echo $(($(date -d "$2" +%s) - $(date -d "$1" +%s))); }

# judged updates|scalings: prints how many the witness' log has: updates, or sizes that Windlass or
# the plugin has written.
judged() {
  cluster check --log "$WORK/witness.jsonl" | tail -n 1 | grep -oE "[0-9]+ $1" | cut -d' ' -f1
}
