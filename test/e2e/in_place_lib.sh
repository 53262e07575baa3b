# Functions of the scripts about updates in place. Sourced after lib.sh.

# start_in_place [options of test/cluster/up]: starts a control plane and a witness.
start_in_place() {
  start_cluster "$@"
  start_witness
}

# in_place NAME REPLICAS IMAGE [MORE ANNOTATIONS] [MORE OF THE SPEC] [MORE OF THE POD'S SPEC]:
# prints a manifest. At most 20 % of the Pods may be unavailable.
in_place() {
  cat <<YAML
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: $1
  annotations: {windlass.dev/in-place: Only${4:+, $4}}
spec:
  replicas: $2
  strategy: {rollingUpdate: {maxUnavailable: ${UNAVAILABLE:-20%}}}
  selector: {matchLabels: {app: $1}}
  ${5:-}
  template:
    metadata: {labels: {app: $1}}
    spec:
      terminationGracePeriodSeconds: ${GRACE:-2}
      ${6:-}
      containers:
      - {name: app, image: "$3"}
YAML
}

# --- Pods ---

# identities NAME: prints name, uid, node and address of each Pod, one Pod on a line.
identities() {
  kubectl get pods -l "app=$1" --sort-by=.metadata.name --no-headers -o custom-columns="\
N:.metadata.name,U:.metadata.uid,O:.spec.nodeName,A:.status.podIP"
}
# images NAME: prints the first container's image of each Pod that is not being deleted.
images() {
  kubectl get pods -l "app=$1" --no-headers -o custom-columns="\
I:.spec.containers[0].image,D:.metadata.deletionTimestamp" | awk '$2 == "<none>" {print $1}'
}
# with_image NAME IMAGE: prints how many Pods have IMAGE
with_image() { images "$1" | grep -cx "$2" || true; }
# restarts NAME: prints the restarts of all containers of each Pod, sidecars first.
restarts() {
  kubectl get pods -l "app=$1" --sort-by=.metadata.name --no-headers -o custom-columns="\
S:.status.initContainerStatuses[*].restartCount,C:.status.containerStatuses[*].restartCount"
}
all_of() { # NAME IMAGE
  [ "$(images "$1" | sort -u)" = "$2" ]
}
at_least() { [ "$(with_image "$1" "$2")" -ge "$3" ]; } # NAME IMAGE COUNT

# --- the Deployment ---

revision() { field "deployment/$1" '{.metadata.annotations.deployment\.kubernetes\.io/revision}'; }
in_place_reason() { condition "$1" reason; }
condition() { # NAME FIELD
  field "deployment/$1" "{.status.conditions[?(@.type=='windlass.dev/InPlace')].$2}"
}
says() { [ "$(in_place_reason "$1")" = "$2" ]; } # NAME REASON
set_image() { kubectl set image "deployment/$1" "app=$2" >/dev/null; }
annotate() { # NAME KEY=VALUE…
  kubectl annotate "deployment/$1" --overwrite "${@:2}" >/dev/null
}

# same_pods NAME: expects the Pods that note_pods has noted.
note_pods() { identities "$1" >"$WORK/$1.pods"; }
same_pods() {
  identities "$1" >"$WORK/now.pods"
  diff "$WORK/$1.pods" "$WORK/now.pods" >&2 || fail "Pods of $1 are not the same any more"
  say "ok: names, uids, nodes and addresses of $(wc -l <"$WORK/now.pods") Pods are the same"
}
# restarted NAME LINE: expects that every Pod's containers have these numbers of restarts.
restarted() {
  expect "restarts of every Pod of $1" \
    "$(restarts "$1" | tr -s ' ' | sed 's/<none> //; s/ *$//' | sort -u | paste -sd/)" "$2"
}
# in_order NAME IMAGE: expects that the rollout is over, and that it left no Pod out.
in_order() {
  rolled_out "$1" "${3:-120s}"
  expect "images of $1" "$(images "$1" | sort -u | paste -sd/)" "$2"
  until_true 10 "$1 is at rest" says "$1" Complete
}

# --- faults ---

# fault before|after N KIND: lets the proxy kill Windlass at its N-th write of that kind.
fault() {
  : >"$WORK/proxy.out"
  disown "$WINDLASS_PID" # or the shell prints how it ended
  echo "$1 $2 $WINDLASS_PID $3" >&8
  until_true 10 "the fault is armed" grep -q armed "$WORK/proxy.out"
}
killed() {
  until_true "${1:-60}" "Windlass is killed" grep -q killed "$WORK/proxy.out"
  WINDLASS_PID=
  say "$(tail -n 1 "$WORK/proxy.out" | sed "s/^killed [0-9]*/killed Windlass/")"
}
# Kinds of writes.
CREATE='POST .*/replicasets'
PATCH_POD='PATCH .*/pods/.*/image'
EXCHANGE='internal.windlass.dev(~1|/)exchange'
X1="PATCH .*/replicasets/.*\"add\",\"path\":\"[^\"]*$EXCHANGE\""
X2="PATCH .*/replicasets/.*\"path\":\"/spec/template\" !! $EXCHANGE"
X3="PATCH .*/replicasets/.*$EXCHANGE !! \"path\":\"/spec/template\""
