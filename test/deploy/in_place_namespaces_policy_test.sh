#!/usr/bin/env bash
# The shipped policy that lets Deployments of labelled namespaces alone ask for updates in place, on
# a real API server: who is refused, who is not, and what goes on although the label is gone.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/in_place_lib.sh"

POLICY=windlass-in-place-namespaces
LABEL=windlass.dev/in-place
UNAVAILABLE=1

# shop has no label at all, denied has another value, and open allows updates in place.
in_namespace() { kubectl config set-context --current --namespace="$1" >/dev/null; }

# allowed COMMAND…: the API server takes it.
allowed() { "$@" >"$WORK/said" 2>&1 || fail "refused: $*: $(cat "$WORK/said")"; }
# refused WORDS COMMAND…: by the policy, with these words.
refused() {
  local words=$1
  shift
  if "$@" >"$WORK/said" 2>&1; then fail "allowed: $*"; fi
  grep -F "ValidatingAdmissionPolicy '$POLICY'" "$WORK/said" | grep -F -- "$words" >/dev/null ||
    fail "$* said: $(cat "$WORK/said")"
}
apply() { in_place "$@" | kubectl apply -f -; }
apply_server_side() { in_place "$@" | kubectl apply --server-side --force-conflicts -f -; }
create_generated() {
  in_place web 1 app:v1 | sed 's/name: web$/generateName: web-/' |
    kubectl create --dry-run=server -f -
}
edit() { # NAME SED: what a user changes in the editor; kubectl keeps what was refused
  KUBE_EDITOR="sed -i '$2'" TMPDIR=$WORK kubectl edit "deployment/$1"
}
annotation() { # OBJECT KEY
  field "$1" "{.metadata.annotations.$(printf %s "$2" | sed 's/\./\\./g')}"
}
replica_set() { # NAME REVISION
  kubectl get replicasets -l "app=$1" -o jsonpath="{range .items[?(@.metadata.annotations.\
deployment\.kubernetes\.io/revision=='$2')]}replicaset/{.metadata.name}{end}"
}
mirrored() { # NAME REVISION KEY VALUE
  [ "$(annotation "$(replica_set "$1" "$2")" "$3")" = "$4" ]
}
# two_revisions NAME: both with the annotations of the Deployment, at rest.
two_revisions() {
  allowed apply "$1" 2 app:v1
  rolled_out "$1"
  set_image "$1" app:v2
  rolled_out "$1"
  until_true 20 "revision 1 of $1 has the annotations" mirrored "$1" 1 "$LABEL" Only
}

start_cluster --nodes 2
start_windlass
kubectl create namespace shop
kubectl create namespace denied
kubectl create namespace open
kubectl label namespace denied $LABEL=yes
kubectl label namespace open $LABEL=allowed

say "before the policy, anybody may ask"
in_namespace shop
two_revisions early

kubectl apply -f "$ROOT/deploy/in-place-namespaces-policy.yaml"
asks() { in_place web 1 app:v1 | kubectl create --dry-run=server -f -; }
in_force() { ! asks; }
until_true 30 "the policy is in force" in_force

say "without the label, no annotation can be set"
for namespace in shop denied; do
  in_namespace $namespace
  refused "Deployment $namespace/web: metadata.annotations: $LABEL cannot be set or changed" \
    apply web 1 app:v1
  refused "kubectl label namespace $namespace $LABEL=allowed" apply web 1 app:v1
done
in_namespace shop
refused "Deployment shop/web: " apply_server_side web 1 app:v1
refused "Deployment shop/web-" create_generated
deployment web 1 app:v1 | kubectl apply -f -
refused "$LABEL cannot be" kubectl annotate deployment/web $LABEL=IfPossible
refused "$LABEL-partition cannot be" kubectl annotate deployment/web $LABEL-partition=1
refused "$LABEL cannot be" apply web 1 app:v1
refused "$LABEL cannot be" apply_server_side web 1 app:v1
refused "$LABEL cannot be" edit web "s|^  annotations:|&\\n    $LABEL: Only|"
refused "$LABEL cannot be" kubectl patch deployment/web --subresource=status --type=merge \
  -p "{\"metadata\":{\"annotations\":{\"$LABEL\":\"Only\"}}}"
# Whoever it is.
refused "$LABEL cannot be" kubectl annotate deployment/web $LABEL=Only \
  --as=system:serviceaccount:kube-system:deployment-controller --as-group=system:masters
expect "what got through" "$(annotation deployment/web $LABEL)" ""

say "and whatever else is written there is not judged"
allowed kubectl annotate deployment/web team=a example.com/in-place=1 windlass.dev/other=1
allowed kubectl set image deployment/web app=app:v2
allowed kubectl create deployment plain --image=app:v1

say "a Deployment that was annotated before stays opted in"
allowed apply early 2 app:v2
allowed apply_server_side early 2 app:v2
allowed kubectl annotate deployment/early team=a
allowed kubectl label deployment/early team=a
allowed edit early "s/team: a/team: b/"
allowed kubectl scale deployment/early --replicas=3
allowed kubectl patch deployment/early --subresource=scale --type=merge \
  -p '{"spec":{"replicas":2}}' \
  --as=system:serviceaccount:kube-system:horizontal-pod-autoscaler --as-group=system:masters
rolled_out early
two_pods() { [ "$(identities early | wc -l)" = 2 ]; }
until_true 60 "the third Pod is gone" two_pods
note_pods early
set_image early app:v3
in_order early app:v3
same_pods early

say "and is found"
# As docs/in-place-operations.md has it.
listed() {
  local asks
  asks='{range .items[?(@.metadata.annotations.windlass\.dev/in-place)]}'
  asks+='{.metadata.namespace}/{.metadata.name}{"\n"}{end}'
  kubectl get namespaces -l 'windlass.dev/in-place!=allowed' -o name | cut -d/ -f2 |
    while read -r namespace; do
      kubectl -n "$namespace" get deployments -o jsonpath="$asks"
    done
}
expect "Deployments that ask without the label" "$(listed)" shop/early

say "but changes none of it, and can take all of it away"
refused "$LABEL cannot be" kubectl annotate deployment/early --overwrite $LABEL=IfPossible
refused "$LABEL-pdb cannot be" kubectl annotate deployment/early $LABEL-pdb=Ignore
refused "$LABEL-drain" kubectl annotate deployment/early --overwrite \
  $LABEL=IfPossible $LABEL-drain=None
grep -E "$LABEL(,| cannot)" "$WORK/said" >/dev/null || fail "one of two: $(cat "$WORK/said")"
refused "$LABEL cannot be" edit early "s|$LABEL: Only|$LABEL: IfPossible|"

say "kubectl rollout undo brings back what the ReplicaSet has: allowed where that is the same"
allowed kubectl rollout undo deployment/early
in_order early app:v2
same_pods early

say "and refused where it differs"
stop_windlass # or the ReplicaSets would get the Deployment's annotations again
one=$(replica_set early 1)
[ -n "$one" ] || fail "no ReplicaSet of revision 1"
kubectl annotate "$one" --overwrite $LABEL=IfPossible
refused "Deployment shop/early: metadata.annotations: $LABEL cannot be set or changed" \
  kubectl rollout undo deployment/early --to-revision=1
kubectl annotate "$one" $LABEL-
allowed kubectl rollout undo deployment/early --to-revision=1 --dry-run=server
kubectl annotate "$one" $LABEL=Only $LABEL-partition=1
refused "metadata.annotations: $LABEL-partition cannot be set or changed" \
  kubectl rollout undo deployment/early --to-revision=1
kubectl annotate "$one" $LABEL-partition-

say "Windlass itself is not judged"
allowed kubectl annotate deployment/web $LABEL=Only --dry-run=server --as-group=system:masters \
  --as=system:serviceaccount:windlass-system:windlass
start_windlass

say "removing is allowed, one by one and all at once"
allowed kubectl annotate deployment/early $LABEL-
expect "left" "$(annotation deployment/early $LABEL)" ""
refused "$LABEL cannot be" kubectl annotate deployment/early $LABEL=Only
allowed kubectl patch deployment/early --type=json \
  -p '[{"op":"remove","path":"/metadata/annotations"}]'

say "with the label, everything is allowed"
in_namespace open
two_revisions web
allowed kubectl annotate deployment/web --overwrite $LABEL=IfPossible $LABEL-partition=0
allowed edit web "s|$LABEL: IfPossible|$LABEL: Only|"
allowed apply_server_side web 2 app:v2
allowed kubectl patch deployment/web --subresource=status --type=merge \
  -p "{\"metadata\":{\"annotations\":{\"$LABEL-drain\":\"None\"}}}"
expect "set by a write to /status" "$(annotation deployment/web $LABEL-drain)" None
allowed kubectl annotate deployment/web $LABEL-drain- $LABEL-partition-
stop_windlass
kubectl annotate "$(replica_set web 1)" --overwrite $LABEL=IfPossible
allowed kubectl rollout undo deployment/web --to-revision=1
expect "brought back" "$(annotation deployment/web $LABEL)" IfPossible
allowed kubectl annotate deployment/web --overwrite $LABEL=Only
start_windlass
in_order web app:v1

say "taking the label away stops no rollout under way"
allowed apply slow 4 app:v1-slow-stop-1s
rolled_out slow
note_pods slow
annotate slow $LABEL-partition=2
set_image slow app:v2-slow-stop-1s
until_true 30 "a Pod is patched" at_least slow app:v2-slow-stop-1s 1
kubectl label namespace open $LABEL-
forbidden() { ! kubectl annotate deployment/web $LABEL-pdb=Ignore --dry-run=server; }
until_true 10 "the label counts no more" forbidden
refused "$LABEL-pdb cannot be" kubectl annotate deployment/web $LABEL-pdb=Ignore
[ "$(with_image slow app:v2-slow-stop-1s)" -le 2 ] ||
  fail "all were patched before: it proves nothing"
allowed kubectl annotate deployment/slow $LABEL-partition-
in_order slow app:v2-slow-stop-1s
same_pods slow
stop_windlass

say "passed"
