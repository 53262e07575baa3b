#!/usr/bin/env bash
# Every C++ test under AddressSanitizer and UndefinedBehaviorSanitizer, the objects that threads
# share under ThreadSanitizer, and the simulator's trace hashes of two compilers next to each other.
# For the night: it builds everything three times.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

clang=${CLANGXX:-$(command -v clang++-19 clang++ clang++-14 | head -n 1)}
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
  # Address randomisation of newer kernels is more than the sanitizer's shadow expects.
  run setarch -R "$(find build/tsan/test -name "${name}_test" -type f)"
done

step "Trace hashes of two compilers"
part "trace hashes"
quietly cmake --preset debug -B build/clang -DCMAKE_CXX_COMPILER="$clang"
quietly cmake --build build/clang --target sim_test
hashes() { "$1/test/sim/sim_test" "[.trace-hash]" | sed -n 's/^ *\(seed [0-9]*: [0-9]*\)$/\1/p'; }
gcc_hashes=$(hashes build/asan)
clang_hashes=$(hashes build/clang)
[ -n "$gcc_hashes" ] || die "no trace hash was printed"
[ "$gcc_hashes" = "$clang_hashes" ] ||
  die "the hashes differ: $gcc_hashes with the first compiler, $clang_hashes with $clang"
say "the same with $clang: ${gcc_hashes//$'\n'/, }"
