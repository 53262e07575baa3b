#!/usr/bin/env bash
# Runs upstream's own tests against Windlass: its end-to-end specs, then its tests of kubectl. The
# JUnit report of the specs stays in build/conformance/junit.xml. CONTROLLER=stock runs the same
# tests against upstream's controller. WINDLASS_KUBERNETES=1.36, or 1.31, runs those of that
# release; their report stays in build/conformance/1.36, or 1.31.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

need_go
"$root/tools/packages.sh" build --check
cd "$root"
step "Build: Windlass, the control plane and upstream's tests"
quietly cmake --preset release
quietly cmake --build build/release --target windlass
run "$root/test/cluster/build" >"$scratch/built"
run "$root/test/cluster/build" --e2e >"$scratch/built"

failed=0
for script in "$root"/test/conformance/*_test.sh; do
  step "${script#"$root/"}"
  run "$script" || failed=1
done
exit "$failed"
