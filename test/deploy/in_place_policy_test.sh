#!/usr/bin/env bash
# The shipped policy on a real API server: whatever rights it has, Windlass changes nothing of a Pod
# but images, labels, annotations and tolerations, of Pods of ReplicationControllers labels alone.
# Everybody else is left alone. An update of a ReplicationController, which labels Pods, is carried
# out under the policy.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/replication_controller_lib.sh"

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
  --serviceaccount=windlass-system:windlass --serviceaccount=windlass-rollout:windlass \
  --serviceaccount=windlass-replication-controller:windlass

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
controller old 2 app:v1 'app: old' | kubectl apply -f -
kubectl run alone --image=app:v1 --annotations=windlass.dev/in-place-state={}
until_true 30 "Pods run" kubectl wait --for=condition=Ready pod --all --timeout=1s
pod=$(kubectl get pods -l app=web -o name | sed -n 1p)
pod=${pod#pod/}
of_controller=$(kubectl get pods -l app=old -o name | sed -n 1p)
of_controller=${of_controller#pod/}

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
refused 'Pods of ReplicaSets and ReplicationControllers only' alone "$image"
refused 'whose a Pod is' "$pod" "$state,"'{"op":"remove","path":"/metadata/ownerReferences"}'
refused 'finalizers' "$pod" \
  "$state,"'{"op":"add","path":"/metadata/finalizers","value":["a.example/b"]}'
refused 'deadline' "$pod" \
  "$state,"'{"op":"add","path":"/spec/activeDeadlineSeconds","value":60}'

say "a resize is allowed, with a note"
cpu='{"op":"replace","path":"/spec/containers/0/resources/requests/cpu","value":"20m"}'
refused 'annotation windlass.dev/in-place-state' "$pod" "$cpu" --subresource=resize
kubectl patch pod "$pod" --type=json -p "[$state]"
allowed "$pod" "$cpu" --subresource=resize
kubectl patch pod "$pod" --type=json -p "[$forget]"

say "of a ReplicationController's Pod it may change labels, and nothing else"
label='{"op":"add","path":"/metadata/labels/deployment","value":"abc"}'
note='{"op":"add","path":"/metadata/annotations","value":{"a.example/b":"c"}}'
allowed "$of_controller" "$label"
refused 'labels only of Pods of ReplicationControllers' "$of_controller" "$image"
refused 'labels only of Pods of ReplicationControllers' "$of_controller" "$state,$image"
refused 'labels only of Pods of ReplicationControllers' "$of_controller" "$label,$note"
refused 'whose a Pod is' "$of_controller" '{"op":"remove","path":"/metadata/ownerReferences"}'
account=system:serviceaccount:windlass-replication-controller:windlass
allowed "$of_controller" "$label"
refused 'labels only of Pods of ReplicationControllers' "$of_controller" "$image"
refused 'this kind of owner' "$pod" "$label"
refused 'this kind of owner' "$pod" "$state,$image"

say "the Windlass of deploy/overlays/rollout may do no more"
account=system:serviceaccount:windlass-rollout:windlass
refused 'annotation windlass.dev/in-place-state' "$pod" "$image"
allowed "$pod" "$state,$image"
refused 'this kind of owner' "$of_controller" "$label"

say "nobody else is concerned"
account=admin
kubectl create clusterrolebinding admin --clusterrole=cluster-admin --user=admin
allowed "$pod" "$image"
allowed "$of_controller" "$image"

say "an update of a ReplicationController is carried out under the policy"
install_updates
start_windlass --controllers=deployment,replicationcontrollerupdate
ask old 'image: "app:v2", updatePeriod: 1s'
updated_to old Succeeded
until_true 60 "both Pods run app:v2" run_images old '2 app:v2'
expect "Pods that were labelled" "$(grep -c ' label pod ' "$WORK/windlass.log")" 2
stop_windlass

say "passed"
