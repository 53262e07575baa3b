#!/usr/bin/env bash
# The CustomResourceDefinition of Rollouts is missing, then older than Windlass, then new enough,
# then deleted, then back. /readyz has one line each time, with the command that helps; Windlass
# waits, and goes on with Deployments. Windlass looks once a minute, so this takes five minutes.
. "$(dirname "$0")/../e2e/lib.sh"

DEPLOY=$ROOT/deploy
CRD=$ROOT/crds/windlass.dev_rollouts.yaml
REMEDY='kubectl apply --server-side -f crds/windlass.dev_rollouts.yaml'
apply_crd() { kubectl apply --server-side -f - >/dev/null; }
readyz_says() { http_body /readyz | grep -F -- "$1"; }
readyz_is_ok() { [ "$(http_body /readyz)" = ok ]; }
rollout() { # NAME: prints a manifest
  deployment "$1" 2 app:v1 |
    sed -e 's|^apiVersion: apps/v1|apiVersion: windlass.dev/v1alpha1|' \
      -e 's|^kind: Deployment|kind: Rollout|'
}
replica_sets_of() { kubectl get replicasets -l "app=$1" --no-headers 2>/dev/null | wc -l; }
# updates IMAGE: Deployment web is rolled out to IMAGE.
updates() {
  kubectl set image deployment/web app="$1" >/dev/null
  rolled_out web
}
# noted TEXT: /readyz has one note with TEXT, and the process is ready.
noted() {
  until_true 150 "/readyz says: $1" readyz_says "$1"
  until_true 20 "the process is ready" windlass_ready
  expect "lines of /readyz" "$(http_body /readyz | wc -l)" 2 # ok, and the note
  say "ok: $(http_body /readyz | tail -n 1)"
}

start_cluster --nodes 1 \
  --rbac "$DEPLOY/base/rbac.yaml,$DEPLOY/base/rbac-in-place.yaml,$DEPLOY/rollout/rbac-rollout.yaml"

say "it is missing"
launch_windlass --controllers=deployment,rollout
noted "rollouts.windlass.dev is not served: $REMEDY"
deployment web 2 app:v1 | kubectl apply -f - >/dev/null
rolled_out web

say "it is older than Windlass"
sed 's|windlass.dev/crd-revision: .*|windlass.dev/crd-revision: "0"|' "$CRD" | apply_crd
until_true 60 "Rollouts are served" kubectl get rollouts.windlass.dev
rollout shop | kubectl apply -f - >/dev/null
noted "has revision 0, and this version of Windlass needs"
readyz_says "$REMEDY" >/dev/null || fail "/readyz does not say what helps"
updates app:v2
expect "ReplicaSets of shop" "$(replica_sets_of shop)" 0

say "it is new enough"
apply_crd <"$CRD"
until_true 150 "/readyz is ok" readyz_is_ok
kubectl wait --for=condition=Ready rollout/shop --timeout=120s

say "it is deleted while Windlass runs"
kubectl delete crd rollouts.windlass.dev >/dev/null
noted "rollouts.windlass.dev is not served: $REMEDY"
no_replica_sets() { [ "$(replica_sets_of shop)" = 0 ]; }
until_true 60 "the ReplicaSet of shop is gone" no_replica_sets
updates app:v3
expect "ReplicaSets of shop" "$(replica_sets_of shop)" 0

say "it is back"
apply_crd <"$CRD"
until_true 60 "Rollouts are served" kubectl get rollouts.windlass.dev
rollout shop | kubectl apply -f - >/dev/null
until_true 150 "/readyz is ok" readyz_is_ok
kubectl wait --for=condition=Ready rollout/shop --timeout=120s
stop_windlass
say "passed"
echo "proves: RO-100 RO-101"
