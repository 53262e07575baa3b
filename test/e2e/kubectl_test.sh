#!/usr/bin/env bash
# What a person at a terminal sees: kubectl's commands for Deployments in one scenario, first with
# upstream's controller and then with Windlass. Output and exit codes must be the same, except for
# random or hashed names, times and identities.
#
#   PARTS="sizes stuck" test/e2e/kubectl_test.sh     only these parts
. "$(dirname "$0")/lib.sh"

# k [arguments of kubectl]: records the command, its output and its exit code.
k() {
  local status=0
  echo "\$ kubectl $*"
  kubectl "$@" 2>&1 || status=$?
  [ "$status" = 0 ] || echo "exit code $status"
}
table() { k "$@" | sed 's/  */ /g'; }
# Lines that begin with "~" are sorted in the end, because several Events happen within a second.
described() {
  k describe "$@" | sed 's/  */ /g; /^Events:/,$ s/^/~/'
}

# Replaces everything random, hashed or of the clock by names, in the order of first appearance.
# kubectl quotes a hash of digits only, as in pod-template-hash: "8569966859"; about one of a
# hundred is such a hash.
normalised() {
  local drawn='[2456789bcdfghjklmnpqrstvwxz]'
  sed -E "s/kubectl-(stock|windlass)/NAMESPACE/g
    s/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/g
    s/[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]+ [+-][0-9]{4}/TIME/g
    s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UID/g
    s/resourceVersion: \"[0-9]+\"/resourceVersion: VERSION/g
    s/terminatingReplicas: [0-9]+/terminatingReplicas: FEW/
    s/(pod-template-hash: )\"([0-9]+)\"/\1\2/
    s/(-|=|: )($drawn{6,10})(-$drawn{5})?\b/\1@\2\3@/g
    s/(^| )[0-9]+[smh]([0-9]+s)?\b/\1AGE/g" |
    awk '
      {
        line = ""
        while (match($0, /@[^@]*@/)) {
          token = substr($0, RSTART, RLENGTH)
          if (!(token in name)) name[token] = "HASH" ++count
          line = line substr($0, 1, RSTART - 1) name[token]
          $0 = substr($0, RSTART + RLENGTH)
        }
        line = line $0
        if (line ~ /^~/) {
          print line | "sort"
          sorting = 1
          next
        }
        if (sorting) close("sort")
        sorting = 0
        print line
        fflush() # what is sorted comes after it
      }'
}

# event_texts CONTROLLER: prints standard input with the Event texts of Kubernetes 1.37. Windlass
# writes those on every release. The stock controller of 1.31 writes two of them in another way:
#   - "to 2 from 1", where 1.37 writes "from 1 to 2";
#   - "Scaled up replica set web-5d to 2", where 1.37 writes "from 0 to 2" about a new ReplicaSet.
event_texts() {
  if [ "$1" = stock ] && [ -n "$OLD_TEXTS" ]; then
    sed -E '/ScalingReplicaSet/ {
      s/ to ([0-9]+) from ([0-9]+)/ from \2 to \1/
      s/(Scaled up replica set [^ ]+) to ([0-9]+)/\1 from 0 to \2/
    }'
  else
    cat
  fi
}

# settled NAME REPLICAS: rolled out, observed by its controller, and without old Pods.
settled() {
  local status='{.status.replicas} {.status.updatedReplicas} {.status.readyReplicas} '
  status+='{.status.availableReplicas} {.status.observedGeneration}={.metadata.generation}'
  [[ "$(field "deployment/$1" "$status")" =~ ^(${2#0}\ ){4}([0-9]+)=([0-9]+)$ ]] &&
    [ "${BASH_REMATCH[2]}" = "${BASH_REMATCH[3]}" ] &&
    [ "$(kubectl get pods -l "app=$1" --no-headers 2>/dev/null | wc -l)" = "$2" ]
}
settle() { until_true 120 "$1 settles at $2" settled "$1" "$2"; }
revision='{.metadata.annotations.deployment\.kubernetes\.io/revision}'
revision_is() { [ "$(field "deployment/$1" "$revision")" = "$2" ]; }
# rolled NAME REVISION REPLICAS: waits until the rollout that kubectl asked for began, and ended.
rolled() {
  until_true 120 "$1 is at revision $2" revision_is "$1" "$2"
  settle "$1" "$3"
}
# told NAME COUNT: its Events report that many scalings. An Event is written after what it reports.
# An autoscaler of the same name has Events, too.
scalings() { # scalings NAME JSONPATH
  kubectl get events --field-selector "involvedObject.name=$1,reason=ScalingReplicaSet" \
    -o jsonpath="{range .items[*]}$2{\"\\n\"}{end}"
}
counted() { [ "$(scalings "$1" '{.count}' | awk '{ n += $1 } END { print n + 0 }')" = "$2" ]; }
told() {
  until_true 60 "$1 has told of $2 scalings" counted "$1" "$2"
  described "deployment/$1"
  scalings "$1" '~{.type} {.reason} {.message} {.count}'
}

manifest() { # manifest NAME IMAGE [more of its spec]
  deployment "$1" 2 "$2" '{type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}' |
    sed "s/^  replicas:/  ${3:-minReadySeconds: 0}\n&/"
}

# Each part has a Deployment of its own, and fewer than 25 scalings. With more, the number of Events
# depends on time (D-536).

revisions() {
  manifest web app:v1 >"$WORK/web.yaml"
  k apply -f "$WORK/web.yaml"
  settle web 2
  k rollout status deployment/web
  table get deployment/web
  described deployment/web
  described replicaset -l app=web
  k rollout history deployment/web
  k rollout history deployment/web --revision=1
  k rollout history deployment/web --revision=9
  k rollout undo deployment/web
  k rollout undo deployment/web --to-revision=1

  k set image deployment/web app=app:v2
  k annotate deployment/web kubernetes.io/change-cause=second
  rolled web 2 2
  caused() { kubectl rollout history deployment/web | grep -q second; }
  until_true 60 "the change's cause is in the history" caused
  k rollout history deployment/web
  k rollout history deployment/web --revision=2
  k rollout status deployment/web --revision=1
  k rollout status deployment/web --revision=2

  k rollout undo deployment/web
  rolled web 3 2
  k rollout history deployment/web
  k rollout undo deployment/web --to-revision=2
  rolled web 4 2
  k rollout undo deployment/web --to-revision=77
  k rollout undo deployment/web --to-revision=4
  k rollout restart deployment/web
  rolled web 5 2
  k rollout history deployment/web
  k get replicasets -l app=web --sort-by="$revision" -o yaml
  k get deployment/web -o yaml
  told web 17

  k delete deployment/web --cascade=orphan
  table get replicasets -l app=web --sort-by="$revision" \
    -o custom-columns=NAME:.metadata.name,SIZE:.spec.replicas,OWNERS:.metadata.ownerReferences
  k apply -f "$WORK/web.yaml" # adopts all three; the first is the newest again
  rolled web 6 2
  k rollout history deployment/web
  k get replicasets -l app=web --sort-by="$revision" -o yaml
  k delete deployment/web
  gone() { [ -z "$(kubectl get replicasets,pods -l app=web -o name)" ]; }
  until_true 120 "ReplicaSets and Pods are gone" gone
}

pausing() {
  k create deployment pausing --image=app:v1 --replicas=2
  settle pausing 2
  k rollout pause deployment/pausing
  paused() { field deployment/pausing '{.status.conditions[*].reason}' | grep -q DeploymentPaused; }
  until_true 60 "paused" paused
  k rollout pause deployment/pausing
  k set image deployment/pausing app=app:v3
  k scale deployment/pausing --replicas=3
  counters='{.status.availableReplicas} {.status.updatedReplicas}'
  at_3() { [ "$(field deployment/pausing "$counters")" = '3 ' ]; }
  until_true 60 "scaled though paused" at_3
  k rollout status deployment/pausing --watch=false
  k rollout status deployment/pausing --timeout=1s
  k rollout undo deployment/pausing
  k rollout restart deployment/pausing
  table get deployment/pausing
  told pausing 2
  k rollout resume deployment/pausing
  k rollout resume deployment/pausing
  rolled pausing 2 3
  k rollout status deployment/pausing
  k rollout history deployment/pausing
  told pausing 8
}

sizes() {
  manifest sizes app:v1 | kubectl apply -f - >/dev/null
  settle sizes 2
  k scale deployment/sizes --replicas=0
  settle sizes 0
  table get deployment/sizes
  k scale deployment/sizes --replicas=2 --current-replicas=5
  k scale deployment/sizes --replicas=1
  settle sizes 1
  k wait deployment/sizes --for=condition=Available --timeout=10s
  k wait deployment/sizes --for=jsonpath='{.status.updatedReplicas}'=1 --timeout=10s
  k wait deployment/sizes --for=condition=ReplicaFailure --timeout=1s
  k get --raw "/apis/apps/v1/namespaces/$NAMESPACE/deployments/sizes/scale" |
    sed 's/"resourceVersion":"[0-9]*"/"resourceVersion":VERSION/'
  k autoscale deployment/sizes --min=3 --max=5 "$CPU_80"
  settle sizes 3
  k get horizontalpodautoscaler/sizes \
    -o jsonpath='{.status.currentReplicas} {.status.desiredReplicas}{"\n"}'
  k delete horizontalpodautoscaler/sizes
  k create poddisruptionbudget sizes --selector=app=sizes --max-unavailable=34%
  counters='{.status.expectedPods} {.status.disruptionsAllowed}'
  budget() { [ "$(field pdb/sizes "$counters")" = '3 2' ]; }
  until_true 60 "the budget counts the Deployment's Pods" budget
  table get poddisruptionbudget/sizes
  told sizes 4
}

# Asks for an image that does not exist, sees the failure, and undoes the change.
stuck() {
  manifest stuck app:v1 "progressDeadlineSeconds: 3" | kubectl apply -f - >/dev/null
  settle stuck 2
  k set image deployment/stuck app=app:missing
  k rollout status deployment/stuck --timeout=60s | tail -n 2
  table get deployment/stuck
  k wait deployment/stuck --for=condition=Progressing=false --timeout=10s
  told stuck 2
  k rollout undo deployment/stuck
  # Upstream may still report that the deadline was exceeded (B-08); Windlass may not.
  status=$(k rollout status deployment/stuck --timeout=60s | tail -n 1)
  case $NAMESPACE-$status in
    kubectl-stock-* | *"successfully rolled out") ;;
    *) fail "after the undo: $status" ;;
  esac
  settle stuck 2
  k get deployment/stuck -o yaml
}

applying() {
  manifest applied app:v1 >"$WORK/applied.yaml"
  k apply --server-side -f "$WORK/applied.yaml"
  settle applied 2
  k apply --server-side -f "$WORK/applied.yaml"
  k scale deployment/applied --replicas=3
  settle applied 3
  sed -i s/app:v1/app:v2/ "$WORK/applied.yaml"
  k apply --server-side -f "$WORK/applied.yaml"
  k apply --server-side --force-conflicts -f "$WORK/applied.yaml"
  rolled applied 2 2
  k rollout history deployment/applied
  k apply -f "$WORK/applied.yaml"
  k apply -f "$WORK/applied.yaml"
  sed -i s/app:v2/app:v3/ "$WORK/applied.yaml"
  k diff -f "$WORK/applied.yaml" | grep -E '^([-+] |exit)'
  k set image deployment/applied app=app:v4 --field-manager=someone
  rolled applied 3 2
  k apply view-last-applied deployment/applied
  k apply -f "$WORK/applied.yaml"
  rolled applied 4 2
  k get deployment/applied -o yaml
  k delete -f "$WORK/applied.yaml" --cascade=foreground
  k get replicasets,pods -l app=applied
}

read -ra parts <<<"${PARTS:-revisions pausing sizes stuck applying}"
scenario() { # scenario CONTROLLER
  NAMESPACE=kubectl-$1
  kubectl create namespace "$NAMESPACE" >/dev/null
  kubectl config set-context --current --namespace="$NAMESPACE" >/dev/null
  for part in "${parts[@]}"; do
    say "with $1: $part"
    if ! (trap - EXIT && $part) >"$WORK/transcript"; then
      tail -n 20 "$WORK/transcript"
      fail "$part did not come to its end with $1"
    fi
    event_texts "$1" <"$WORK/transcript" | normalised >"$WORK/$1-$part.txt"
  done
}

start_cluster --nodes 3
cp "$DATA/admin.kubeconfig" "$WORK/kubeconfig" # its namespace will change
export KUBECONFIG=$WORK/kubeconfig
OLD_TEXTS=
if kubernetes_before 36; then OLD_TEXTS=1; fi
CPU_80=--cpu=80%
if [[ $(kubectl autoscale --help) != *--cpu=* ]]; then CPU_80=--cpu-percent=80; fi
left_by_stock() { kubectl get deployments,replicasets -n kubectl-stock -o yaml; }
start_stock
scenario stock
stop_stock
left_by_stock >"$WORK/left"
start_windlass
scenario windlass
cmp <(left_by_stock) "$WORK/left" || fail "Windlass wrote what the stock controller had completed"

# comparable CONTROLLER PART: prints what can be compared. Recorders combine Events of one reason
# from the eleventh on, and which Events are combined depends on timing. If either controller's
# Events were combined, that reason is left out.
comparable() {
  if grep -q 'combined from similar events' "$WORK"/{stock,windlass}-"$2".txt; then
    sed '/^~.*ScalingReplicaSet/d' "$WORK/$1-$2.txt"
  else
    cat "$WORK/$1-$2.txt"
  fi
}

different=0
for part in "${parts[@]}"; do
  if diff -u <(comparable stock "$part") <(comparable windlass "$part") >"$WORK/difference"; then
    say "ok: $part: the same $(comparable stock "$part" | wc -l) lines"
  else
    cat "$WORK/difference"
    different=1
  fi
done
[ "$different" = 0 ] || fail "a person at a terminal would see a difference"
[ -n "${PARTS:-}" ] ||
  echo "proves: D-620 D-621 D-622 D-623 D-624 D-625 D-626 D-627 D-628 D-629 D-630 D-632"
say passed
