#!/usr/bin/env bash
# Runs the contract cases of API behaviour on the real API server. sim_test runs the same cases on
# the model. Where they differ, the model is wrong.
. "$(dirname "$0")/lib.sh"

# Other controllers would write to the objects of the cases.
start_cluster --nodes 0 --no-scheduler \
  --controllers=garbage-collector-controller,namespace-controller,serviceaccount-controller
# Windlass' own resources have cases, too.
kubectl apply -k "$ROOT/crds"
# kubectl wait fails if a new CRD has no conditions yet.
until_true 60 "the CRDs are established" kubectl wait --for=condition=Established --timeout=5s \
  crd/rollouts.windlass.dev crd/replicationcontrollerupdates.windlass.dev
# A restarted API server does not remember old revisions; the cases expect that they are gone.
cluster kill apiserver
cluster start apiserver
until_true 30 "Rollouts are served" kubectl get rollouts.windlass.dev
until_true 30 "updates of ReplicationControllers are served" \
  kubectl get replicationcontrollerupdates.windlass.dev
"$ROOT/build/release/test/sim/api_contract_real" --kubeconfig "$DATA/admin.kubeconfig" ||
  fail "the real API server answers otherwise than the suite says"
say "passed"
