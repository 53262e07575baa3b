#!/usr/bin/env bash
# Runs what `make test` has no time for. On two cores it takes three hours or more on a new machine,
# and less where build/ has what earlier runs built. The last line printed is exactly
# "N passed, N failed"; it counts the parts that compute, and each script. The line before it says
# how many parts were left out and how many scripts skipped themselves.
#
#   make nightly                              # every part
#   make nightly PARTS='sanitize mutants'     # only these
#
# Parts that compute on both cores take turns. A part of one core, or a script, which mostly waits,
# runs beside them. The benchmark runs last and alone. Each part reports when it ends, and its whole
# output stays in build/nightly/PART.log.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$root/tools/scripts.sh"

all_parts=(tidy sanitize mutants fuzz sweep search differential fleets in-place rollouts
  replication-controllers tenants upgrade prometheus kubernetes-1.36 kubernetes-1.31
  real-nodes bench)
mapfile -t chosen < <(tr -s ' ' '\n' <<<"${PARTS:-${all_parts[*]}}" | awk 'NF && !seen[$0]++')
unset PARTS # make exports it, and test/e2e/kubectl_test.sh has parts of its own
logs=$root/build/nightly

for name in "${chosen[@]}"; do
  [[ " ${all_parts[*]} " == *" $name "* ]] ||
    die "PARTS: there is no part $name; write some of: ${all_parts[*]}"
done
not_run=$((${#all_parts[@]} - ${#chosen[@]}))
is_chosen() { [[ " ${chosen[*]} " == *" $1 "* ]]; }

# part_ended NAME EXIT-CODE LOG SECONDS
part_ended() {
  cp "$3" "$logs/$1.log"
  count_left_out "$1" "$3"
  count_ended "$@" "$(tail -n 1 "$3" | sed 's/^ *//')"
}

# queue_part CORES NAME COMMAND…
queue_part() {
  if is_chosen "$2"; then queue_job "$1" "$2" part_ended nice -n 5 "${@:3}"; fi
}

need_go
cd "$root"
mkdir -p "$logs"
# Two slots hold a part of two cores, the third a part of one core or a script. If memory is short,
# there is no third slot.
slots=${WINDLASS_E2E_SLOTS:-$(($(default_slots) < 3 ? 2 : 3))}
SEED=$("$root/tools/seed.sh")
export SEED RC_PARAMS=${RC_PARAMS:-seed=$SEED} # for RapidCheck
export WINDLASS_E2E_SECONDS=${WINDLASS_E2E_SECONDS:-1800}
export WINDLASS=$root/build/release/cmd/windlass/windlass

step "Packages and builds"
part "packages and builds"
run "$root/tools/packages.sh" nightly
quietly cmake --preset release -DBUILD_TESTING=ON
quietly cmake --build build/release
run "$root/test/cluster/build" >"$scratch/built"
for program in --kubectl --e2e --stock --differential; do
  run "$root/test/cluster/build" "$program" >"$scratch/built"
done

for release in 1.36 1.31; do
  is_chosen "kubernetes-$release" || continue
  part "building the control plane of Kubernetes $release"
  for program in '' --kubectl --e2e --stock; do
    run env WINDLASS_KUBERNETES="$release" test/cluster/build ${program:+"$program"} \
      >"$scratch/built"
  done
done

if is_chosen real-nodes; then
  part "building containerd, runc and the images of real nodes"
  run test/cluster/build --runtime >"$scratch/built"
fi

step "Parts: ${chosen[*]}"
part "all parts but the benchmark"
queue_part 2 sanitize tools/sanitize.sh
queue_part 2 tidy tools/tidy.sh
queue_part 1 mutants tools/mutants.sh 1 all
queue_part 2 fuzz tools/fuzz.sh 60
queue_part 1 sweep tools/sweep.sh
queue_part 1 search env -C "$logs" "$root/build/release/test/sim/search" 3600
if is_chosen fleets; then
  queue_script test/e2e/takeover_test.sh COUNT=200
  queue_script test/e2e/fleet_test.sh COUNT=200
  queue_script test/e2e/cache_test.sh PAUSE=60 CUT_SECONDS=300 RESTORE=1
  queue_script test/e2e/failover_test.sh RUNS=20
fi
if is_chosen in-place; then
  queue_script test/e2e/in_place_crash_test.sh SIDES='before after' SLOW=1
  queue_script test/e2e/in_place_test.sh COUNT=100 LOAD=1
  queue_script test/e2e/lifecycle_test.sh IDLE=60
  queue_script test/nightly/resources_test.sh
fi
if is_chosen rollouts; then
  queue_script test/e2e/rollout_migrate_test.sh
  queue_script test/e2e/rollout_session_test.sh
  queue_script test/nightly/rollout_crd_test.sh
  queue_script test/e2e/differential_test.sh KIND=rollout SHARE=1000
fi
if is_chosen replication-controllers; then
  queue_script test/nightly/kubectl_windlass_test.sh
  queue_script test/nightly/kubectl_windlass_screen_test.sh
  queue_script test/nightly/replication_controller_crd_test.sh
  queue_script test/nightly/replication_controller_witness_test.sh
  queue_script test/nightly/replication_controller_crash_test.sh
  queue_script test/nightly/replication_controller_steps_test.sh
  queue_script test/nightly/replication_controller_cases_test.sh
  queue_script test/nightly/rolling_update_local_test.sh
fi
if is_chosen tenants; then queue_script test/nightly/tenants_test.sh; fi
if is_chosen upgrade; then queue_script test/nightly/upgrade_test.sh; fi
if is_chosen prometheus; then queue_script test/nightly/prometheus_test.sh; fi
if is_chosen real-nodes; then queue_script test/nightly/real_nodes_test.sh; fi
for release in 1.36 1.31; do # each script on a control plane of its own
  is_chosen "kubernetes-$release" || continue
  queue_script test/conformance/conformance_test.sh WINDLASS_KUBERNETES="$release"
  queue_script test/conformance/cmd_test.sh WINDLASS_KUBERNETES="$release"
  queue_script test/e2e/kubectl_test.sh WINDLASS_KUBERNETES="$release"
  queue_script test/e2e/takeover_test.sh WINDLASS_KUBERNETES="$release"
  queue_script test/e2e/cache_test.sh WINDLASS_KUBERNETES="$release"
  queue_script test/e2e/in_place_test.sh WINDLASS_KUBERNETES="$release" NODES=3
  queue_script test/e2e/rollout_test.sh WINDLASS_KUBERNETES="$release" NODES=3
  queue_script test/e2e/replication_controller_test.sh WINDLASS_KUBERNETES="$release"
  queue_script test/e2e/fleet_test.sh WINDLASS_KUBERNETES="$release" COUNT=10
done
if is_chosen differential; then queue_script test/e2e/differential_test.sh SHARE=1000; fi
run_jobs

if is_chosen bench; then
  part "the benchmarks"
  stop_clusters # nothing else may run beside it
  unset WINDLASS_E2E_CLUSTER
  queue_part 2 bench env DEPLOYMENTS=200 LARGE=20 ROLLOUTS=100 IDLE=30 GROWTH_IDLE=10 STORM=20 \
    STARTS=1 SETTINGS=equal tools/bench.sh
  queue_job 2 bench-rollouts part_ended nice -n 5 env COUNT=20 IDLE=15 QUIET=5 \
    tools/bench.sh rollouts
  run_jobs
fi
incomplete=0
finish_run
