#!/usr/bin/env bash
# The shipped manifests on a real API server without a Deployment controller: all are accepted, the
# Pods meet the restricted Pod Security level, the roles grant what Windlass uses and no more, each
# overlay runs its controllers with their rights, and Windlass makes its own first ReplicaSet.
. "$(dirname "$0")/../e2e/lib.sh"

account=system:serviceaccount:windlass-system:windlass
deployed() { kubectl -n windlass-system get deployment windlass -o jsonpath="$1"; }
bootstrap() { kubectl create --dry-run=client -f "$ROOT/deploy/bootstrap.yaml" -o jsonpath="$1"; }

start_cluster --nodes 1

say "everything can be applied, and is then what the manifests say"
kubectl apply -k "$ROOT/deploy"
expect "difference" "$(kubectl diff -k "$ROOT/deploy")" ""

say "the overlays are what tools/overlays.sh writes"
"$ROOT/tools/overlays.sh" "$WORK/written"
for kind in rollout replication-controller; do
  diff "$WORK/written/$kind/windlass.yaml" "$ROOT/deploy/overlays/$kind/windlass.yaml" ||
    fail "run tools/overlays.sh"
done

say "each overlay runs its controllers, and has their roles"
controllers_in() { sed -n 's/^ *- --controllers=//p' "$1" | paste -sd ' '; }
roles_in() {
  awk '/^kind: / { role = $2 == "ClusterRole" } role && /^  name: / { print $2 }' "$1" |
    LC_ALL=C sort | paste -sd ' '
}
for overlay in rollout both replication-controller; do
  manifest=$WORK/$overlay.yaml
  kubectl kustomize "$ROOT/deploy/overlays/$overlay" >"$manifest"
  # A dry run in a namespace needs the namespace.
  sed -n '/^kind: Namespace$/,/^---$/s/^  name: //p' "$manifest" | while read -r namespace; do
    kubectl get namespace "$namespace" >/dev/null 2>&1 || kubectl create namespace "$namespace"
  done
  kubectl apply --dry-run=server -f "$manifest" >"$WORK/said" 2>&1 || fail "$(cat "$WORK/said")"
done
kubectl kustomize "$ROOT/deploy" >"$WORK/deployment.yaml"
expect "controllers of deploy" "$(controllers_in "$WORK/deployment.yaml")" deployment
expect "controllers of rollout" "$(controllers_in "$WORK/rollout.yaml")" rollout
expect "controllers of both" "$(controllers_in "$WORK/both.yaml")" 'rollout deployment'
expect "controllers of replication-controller" \
  "$(controllers_in "$WORK/replication-controller.yaml")" replicationcontrollerupdate
deployment_roles='windlass-deployment windlass-in-place'
rollout_roles='windlass-rollout windlass-rollout-edit windlass-rollout-in-place'
rollout_roles+=' windlass-rollout-view'
expect "roles of deploy" "$(roles_in "$WORK/deployment.yaml")" "$deployment_roles"
expect "roles of rollout" "$(roles_in "$WORK/rollout.yaml")" "$rollout_roles"
expect "roles of both" "$(roles_in "$WORK/both.yaml")" "$deployment_roles $rollout_roles"
prefix=windlass-replication-controller
expect "roles of replication-controller" "$(roles_in "$WORK/replication-controller.yaml")" \
  "$prefix $prefix-edit $prefix-view"

# Prints the entries of lists in the ResourceQuota.
quota_classes_in() {
  awk '/^kind: / { quota = $2 == "ResourceQuota" } quota && $1 == "-" && NF == 2 { print $2 }' "$1"
}
say "the quota admits the class that the Pods have, wherever they are installed"
class=$(deployed '{.spec.template.spec.priorityClassName}')
expect "class" "$class" system-cluster-critical
for manifest in "$WORK"/{deployment,rollout,both,replication-controller}.yaml; do
  expect "classes of the quotas in ${manifest##*/}" \
    "$(quota_classes_in "$manifest" | sort -u)" "$class"
done
expect "Pods of the quota" "$(kubectl -n windlass-system get resourcequota windlass-critical-pods \
  -o jsonpath='{.spec.hard.pods}')" 10

say "the examples are accepted"
kubectl apply --server-side -f "$ROOT/crds/windlass.dev_rollouts.yaml"
until_true 30 "Rollouts are served" kubectl get rollouts.windlass.dev
for example in "$ROOT"/examples/*.yaml; do kubectl apply --dry-run=server -f "$example"; done

say "the image is this version's"
version=$(sed -n 's/^project(windlass VERSION \([0-9.]*\).*/\1/p' "$ROOT/CMakeLists.txt")
expect "image" "$(deployed '{.spec.template.spec.containers[*].image}')" "windlass:$version"

say "the bootstrap Pod is the Deployment's Pod"
for field in serviceAccountName priorityClassName securityContext tolerations \
  terminationGracePeriodSeconds 'containers[0].image' 'containers[0].args' \
  'containers[0].resources' 'containers[0].securityContext'; do
  expect "$field" "$(bootstrap "{.spec.$field}")" "$(deployed "{.spec.template.spec.$field}")"
done

say "the role grants what is used"
may() {
  case $(kubectl auth can-i "$@" --as="$account" || true) in
    yes) return 0 ;;
    no*) return 1 ;;
    *) fail "no answer to: may $*" ;;
  esac
}
for right in 'get deployments.apps' 'list deployments.apps' 'watch deployments.apps' \
  'patch deployments.apps' \
  'patch deployments.apps --subresource=status' 'create replicasets.apps' \
  'patch replicasets.apps' 'delete replicasets.apps' 'list pods' 'watch pods' \
  'create events' 'patch events' \
  'get pods' 'patch pods' 'patch pods --subresource=status' \
  'list nodes' 'watch nodes' 'list poddisruptionbudgets.policy' \
  'watch poddisruptionbudgets.policy' 'list rollouts.windlass.dev'; do
  # shellcheck disable=SC2086 # several words
  may $right -A || fail "may not $right"
done
may update leases.coordination.k8s.io/windlass -n windlass-system || fail "may not renew its Lease"

may watch leases.coordination.k8s.io/windlass -n windlass-system || fail "may not watch its Lease"

say "a flooded API server tells its calls from other workloads' (L-015)"
# flow_schema PATH: which FlowSchema the API server puts a request of the account under.
flow_schema() {
  local uid
  uid=$(kubectl get --raw "$1" --as="$account" -v=8 2>&1 >/dev/null |
    sed -n 's/.*X-Kubernetes-Pf-Flowschema-Uid: \([^ ]*\).*/\1/p' | head -n 1)
  kubectl get flowschemas -o jsonpath="{.items[?(@.metadata.uid=='$uid')].metadata.name}"
}
expect "FlowSchema of a list" "$(flow_schema /apis/apps/v1/deployments)" windlass
leases=/apis/coordination.k8s.io/v1/namespaces/windlass-system/leases/windlass
expect "FlowSchema of the Lease" "$(flow_schema "$leases")" windlass-leader-election

say "and no more"
for right in 'get secrets' 'get configmaps' 'delete pods' 'update pods' 'create pods' \
  'update deployments.apps' 'delete deployments.apps' \
  'update replicasets.apps' 'deletecollection replicasets.apps' 'create deployments.apps' \
  'create serviceaccounts --subresource=token' 'get nodes' 'patch nodes' \
  'get namespaces' 'list namespaces' 'watch namespaces' 'patch namespaces' \
  'get poddisruptionbudgets.policy' 'patch poddisruptionbudgets.policy' \
  'patch poddisruptionbudgets.policy --subresource=status' \
  'update poddisruptionbudgets.policy --subresource=status' \
  'get rollouts.windlass.dev' 'watch rollouts.windlass.dev' 'patch rollouts.windlass.dev' \
  'escalate clusterroles.rbac.authorization.k8s.io'; do
  # shellcheck disable=SC2086
  if may $right -A; then fail "may $right"; fi
done
lease=leases.coordination.k8s.io
if may get $lease/other -n windlass-system; then fail "may read other Leases"; fi
if may update $lease/windlass -n kube-system; then fail "may lease elsewhere"; fi

say "the namespace takes restricted Pods only"
kubectl -n windlass-system run rooted --image=app:v1 2>"$WORK/refused" && fail "took any Pod"
grep -q 'violates PodSecurity "restricted' "$WORK/refused" || fail "$(cat "$WORK/refused")"
# `kubectl run` above proves that the level is enforced; this Pod meets it.
kubectl create -f "$ROOT/deploy/bootstrap.yaml"
kubectl delete -f "$ROOT/deploy/bootstrap.yaml" --wait=false

say "Windlass makes its own ReplicaSet, whose Pods are taken"
start_windlass
own_pods() {
  [ "$(kubectl -n windlass-system get pods --no-headers \
    -l app.kubernetes.io/component=controller | wc -l)" = 2 ]
}
until_true 60 "two Pods of its own" own_pods
stop_windlass

say "the role for Rollouts grants what is used for them, and nothing of Deployments"
# The API server hears of bindings a moment later. `kubectl auth can-i` has to know the resource.
may_not() { ! may "$@"; }
kubectl apply -f "$ROOT/deploy/rollout/rbac-rollout.yaml"
kubectl delete clusterrolebinding windlass-deployment windlass-in-place
for right in 'get rollouts.windlass.dev' 'list rollouts.windlass.dev' \
  'watch rollouts.windlass.dev' 'patch rollouts.windlass.dev' \
  'patch rollouts.windlass.dev --subresource=status' \
  'update rollouts.windlass.dev --subresource=finalizers' \
  'get replicasets.apps' 'list replicasets.apps' 'watch replicasets.apps' \
  'create replicasets.apps' 'patch replicasets.apps' 'delete replicasets.apps' \
  'list pods' 'watch pods' 'create pods' 'create events' 'patch events' \
  'get customresourcedefinitions.apiextensions.k8s.io/rollouts.windlass.dev' \
  'get namespaces/kube-system'; do
  # shellcheck disable=SC2086
  until_true 30 "may $right" may $right -A
done
for right in 'get deployments.apps' 'list deployments.apps' 'patch deployments.apps' \
  'patch deployments.apps --subresource=status' 'create rollouts.windlass.dev' \
  'update rollouts.windlass.dev' 'delete rollouts.windlass.dev' \
  'patch rollouts.windlass.dev --subresource=scale' 'get pods' 'patch pods' 'delete pods' \
  'list nodes' 'get secrets' 'list customresourcedefinitions.apiextensions.k8s.io' \
  'get customresourcedefinitions.apiextensions.k8s.io/others.example.com' \
  'patch customresourcedefinitions.apiextensions.k8s.io/rollouts.windlass.dev'; do
  # shellcheck disable=SC2086
  until_true 30 "may not $right" may_not $right -A
done

say "passed"
