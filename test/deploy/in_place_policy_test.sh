#!/usr/bin/env bash
# The shipped policy on a real API server: whatever rights it has, Windlass changes nothing of a Pod
# but images, labels, annotations and tolerations, and everybody else is left alone.
. "$(dirname "$0")/../e2e/lib.sh"

account=system:serviceaccount:windlass-system:windlass
state='{"op":"add","path":"/metadata/annotations","value":{"windlass.dev/in-place-state":"{}"}}'
image='{"op":"replace","path":"/spec/containers/0/image","value":"app:v2"}'

# try POD OPERATIONS [options]: a dry run as Windlass; what the server says is in $WORK/said.
try() {
  local pod=$1 operations=$2
  shift 2
  kubectl patch pod "$pod" --type=json -p "[$operations]" --dry-run=server --as="$account" "$@" \
    >"$WORK/said" 2>&1
}
allowed() { try "$@" || fail "refused: $(cat "$WORK/said")"; }
# refused WORDS POD OPERATIONS [options]: by the policy, with these words.
refused() {
  local words=$1
  shift
  if try "$@"; then fail "allowed: $*"; fi
  grep -q "windlass-in-place.*$words" "$WORK/said" || fail "$* said: $(cat "$WORK/said")"
}

start_cluster --nodes 1
kubectl apply -f "$ROOT/deploy/in-place-policy.yaml"
kubectl create clusterrole patch-pods --verb=get,patch \
  --resource=pods,pods/status,pods/resize,pods/ephemeralcontainers
kubectl create clusterrolebinding patch-pods --clusterrole=patch-pods \
  --serviceaccount=windlass-system:windlass --serviceaccount=windlass-rollout:windlass

kubectl apply -f - <<'YAML'
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: app, image: "app:v1", resources: {requests: {cpu: 10m}}}]
YAML
kubectl run alone --image=app:v1 --annotations=windlass.dev/in-place-state={}
until_true 30 "Pods run" kubectl wait --for=condition=Ready pod --all --timeout=1s
pod=$(kubectl get pods -l app=web -o name | head -n 1)
pod=${pod#pod/}

say "the policy is in force"
in_force() { ! try "$pod" "$image"; }
until_true 30 "an image without a note is refused" in_force

say "what an update in place writes is allowed"
allowed "$pod" "$state,$image"
allowed "$pod" "$state,$image,$(
  printf '{"op":"add","path":"/metadata/labels/windlass.dev~1revision","value":"6"},'
  printf '{"op":"add","path":"/spec/tolerations/-","value":{"key":"a","operator":"Exists"}}'
)"

say "a Pod that was drained and never patched takes traffic again, and forgets it"
kubectl patch pod "$pod" --type=json -p "[$state]"
traffic='{"op":"add","path":"/metadata/labels/traffic","value":"on"}'
forget='{"op":"remove","path":"/metadata/annotations/windlass.dev~1in-place-state"}'
allowed "$pod" "$forget,$traffic"
refused 'annotation windlass.dev/in-place-state' "$pod" "$forget,$image"
kubectl patch pod "$pod" --type=json -p "[$forget]"
allowed "$pod" "$traffic" # somebody else's doing, made good

say "nothing else is"
refused 'annotation windlass.dev/in-place-state' "$pod" "$image"
refused 'Pods of ReplicaSets only' alone "$image"
refused 'whose a Pod is' "$pod" "$state,"'{"op":"remove","path":"/metadata/ownerReferences"}'
refused 'finalizers' "$pod" \
  "$state,"'{"op":"add","path":"/metadata/finalizers","value":["a.example/b"]}'
refused 'deadline' "$pod" \
  "$state,"'{"op":"add","path":"/spec/activeDeadlineSeconds","value":60}'
refused 'resize Pods' "$pod" "$state,$(
  printf '{"op":"replace","path":"/spec/containers/0/resources/requests/cpu","value":"20m"}'
)" --subresource=resize

say "the Windlass of deploy/overlays/rollout may do no more"
account=system:serviceaccount:windlass-rollout:windlass
refused 'annotation windlass.dev/in-place-state' "$pod" "$image"
allowed "$pod" "$state,$image"

say "nobody else is concerned"
account=admin
kubectl create clusterrolebinding admin --clusterrole=cluster-admin --user=admin
allowed "$pod" "$image"

say "passed"
