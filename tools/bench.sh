#!/usr/bin/env bash
# Compares Windlass with the stock Deployment controller: bench.sh, or bench.sh deployments.
# bench.sh rollouts compares Rollouts with Deployments under Windlass, and with Argo Rollouts.
# bench.sh metrics compares this Windlass with one that has no metrics of rollouts, both scraped.
# bench.sh plugin compares commands of kubectl windlass with kubectl's own.
# docs/benchmarks.md says what is measured, and which variables make a benchmark smaller. The table
# is printed, and kept in build/bench.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

script=${1:-deployments}
case $script in
  deployments | rollouts | metrics | plugin) ;;
  *) die "usage: bench.sh [deployments|rollouts|metrics|plugin]" ;;
esac

need_go
"$root/tools/packages.sh" build --check
cd "$root"

step "Build: Windlass, the control plane and the stock controller"
part "building"
quietly cmake --preset release
quietly cmake --build build/release --target windlass kubectl-windlass
run "$root/test/cluster/build" >"$scratch/built"
run "$root/test/cluster/build" --stock >"$scratch/built"

step "Measurement"
part "measuring"
export WINDLASS=$root/build/release/cmd/windlass/windlass
run setsid "$root/test/bench/$script.sh"
