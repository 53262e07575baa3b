#!/usr/bin/env bash
# The contract suite of API behaviour, on the real API server: the same list of cases that sim_test
# runs on the model. What differs is a mistake of the model.
. "$(dirname "$0")/lib.sh"

# Other controllers would write to the objects that the cases look at.
start_cluster --nodes 0 --no-scheduler \
  --controllers=garbage-collector-controller,namespace-controller,serviceaccount-controller
# An API server that was started anew remembers no past: old revisions are gone, as they should be.
cluster kill apiserver
cluster start apiserver
"$ROOT/build/release/test/sim/api_contract_real" --kubeconfig "$DATA/admin.kubeconfig" ||
  fail "the real API server answers otherwise than the suite says"
say "passed"
