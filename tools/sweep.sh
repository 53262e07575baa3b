#!/usr/bin/env bash
# Crashes Windlass before and after each of its API calls, and loses each reply, in every scenario
# of the simulator: those of test/sim/crash_scenarios.cc, and one for each script of
# test/differential. `make test` tries a sample of them.
#
#   tools/sweep.sh
#
# Then walks 3,000 random walks of updates in place, of which `make test` tries 60, 3,000 of updates
# of ReplicationControllers, of which it tries 30, and 20,000 of rollouts while the ReplicaSet
# controller lags, of which it tries 50. Rollouts with steps have 20,000 random walks that replace
# Pods, 5,000 that update them in place, and 5,000 that name Services, of which it tries 55.
#
# Prints how many runs there were and how many ended differently. Fails if any did.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$root/tools/packages.sh" test --check
cd "$root"

on_exit() { print_times; }

step "Build"
part "building the simulator"
quietly cmake --preset release -DBUILD_TESTING=ON
quietly cmake --build --preset release --target sim_test surge_walk rollout_walk

step "A fault at every call"
part "sweeping"
build/release/test/sim/sim_test "[.sweep]"

step "Updates in place, and of ReplicationControllers, whatever happens to them"
part "6,000 random walks"
build/release/test/sim/sim_test "[.seeds]"

step "Live Pods while the ReplicaSet controller lags"
part "20,000 random walks"
build/release/test/sim/surge_walk 1 20000

step "Pauses and stable revisions of Rollouts, whatever users do"
part "20,000 random walks"
build/release/test/sim/rollout_walk 1 20000
part "5,000 random walks in place"
build/release/test/sim/rollout_walk --in-place 1 5000
part "5,000 random walks with Services"
build/release/test/sim/rollout_walk --services 1 5000
