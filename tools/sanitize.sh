#!/usr/bin/env bash
# Runs every C++ test under AddressSanitizer and UndefinedBehaviorSanitizer, and the tests of
# objects that threads share under ThreadSanitizer. Compares the simulator's trace hashes of two
# compilers. For the night: it builds everything once more, and the product another time.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

clang=${CLANGXX:-$(command -v clang++-19 || command -v clang++ || command -v clang++-14 || true)}
[ -n "$clang" ] || die "clang++ is missing; remedy: tools/packages.sh nightly"
"$root/tools/packages.sh" test --check
cd "$root"

on_exit() { print_times; }

step "AddressSanitizer and UndefinedBehaviorSanitizer: all tests"
part "address and undefined behaviour"
quietly cmake --preset asan
quietly cmake --build build/asan
run ctest --test-dir build/asan -j "$(nproc)" --output-on-failure --no-tests=error --timeout 3600 \
  --label-exclude slow

step "ThreadSanitizer: what threads share"
part "threads"
quietly cmake --preset tsan
quietly cmake --build build/tsan --target base_test cmd_test shared_objects_test
for name in base cmd shared_objects; do
  # Newer kernels randomise addresses more than the sanitizer's shadow memory expects.
  run setarch -R "$(find build/tsan/test -name "${name}_test" -type f)"
done

step "Trace hashes of two compilers"
part "trace hashes"
quietly cmake --preset release -DBUILD_TESTING=ON
quietly cmake --build build/release --target trace_hashes
quietly cmake --preset debug -B build/clang -DWINDLASS_JOIN=ON \
  -DCMAKE_CXX_COMPILER="$clang"
quietly cmake --build build/clang --target trace_hashes
hashes() { "$1/test/sim/trace_hashes" test/differential/scripts >"$1/trace-hashes.txt"; }
hashes build/release
hashes build/clang
diff build/release/trace-hashes.txt build/clang/trace-hashes.txt >&2 ||
  die "the hashes above differ: < with the first compiler, > with $clang"
runs=$(wc -l <build/clang/trace-hashes.txt)
[ "$runs" -ge 750 ] || die "only $runs trace hashes were printed, and 750 or more were expected"
say "$runs runs have the same hash with $clang"
