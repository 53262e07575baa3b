#!/usr/bin/env bash
# Runs every fuzz target of test/fuzz under libFuzzer, with AddressSanitizer and
# UndefinedBehaviorSanitizer, two at a time:
#
#   tools/fuzz.sh [SECONDS [TARGET…]]        600 seconds each, all targets
#
# Prints how many inputs each target ran and how much code they covered. Fails if a target found
# something. The finding is kept in build/fuzz/findings; build/fuzz/test/fuzz/fuzz_targets TARGET
# FILE runs it again. Inputs that reached new code are kept in build/fuzz/corpus, where the next run
# begins.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

duration=${1:-600}
[[ $duration =~ ^[0-9]+$ ]] || die "usage: fuzz.sh [SECONDS [TARGET…]]"
targets=("${@:2}")
clang=${CLANGXX:-$(command -v clang++-19 || command -v clang++ || command -v clang++-14 || true)}
[ -n "$clang" ] || die "clang++ is missing; remedy: tools/packages.sh nightly"
"$root/tools/packages.sh" test --check
cd "$root"

on_exit() { print_times; }

step "Build"
part "building the fuzz targets"
quietly cmake --preset fuzz -DCMAKE_CXX_COMPILER="$clang"
quietly cmake --build --preset fuzz

if [ ${#targets[@]} -eq 0 ]; then
  for corpus in test/fuzz/corpus/*/; do targets+=("$(basename "$corpus")"); done
fi
folder=$root/build/fuzz
mkdir -p "$folder/findings" "$folder/corpus" "$folder/logs"

# Runs one target and prints its row. libFuzzer's output is in the log.
fuzz_one() {
  local name=$1 log=$folder/logs/$1 status=0
  mkdir -p "$folder/corpus/$name"
  "$folder/test/fuzz/fuzz_targets" "$name" \
    -max_total_time="$duration" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$folder/findings/$name-" \
    "$folder/corpus/$name" "$root/test/fuzz/corpus/$name" >"$log" 2>&1 || status=$?
  awk -v name="$name" -v status="$status" '
    match($0, /cov: [0-9]+/) { edges = substr($0, RSTART + 5, RLENGTH - 5) }
    match($0, /ft: [0-9]+/) { features = substr($0, RSTART + 4, RLENGTH - 4) }
    /^stat::number_of_executed_units/ { executions = $2 }
    END { printf "    %-18s %14d %10d %10d  %s\n", name, executions, edges, features,
                 (status ? "FOUND SOMETHING" : "ok") }' "$log"
  if [ "$status" -ne 0 ]; then
    sed -n -E "/$said/ { s/^/      /; p; q }" "$log"
  fi
  return "$status"
}
export -f fuzz_one
# The beginnings of lines that report a finding, or that say why a target does not run.
said='^assertion failed|^no fuzz target|^==.*ERROR|runtime error'
export folder root duration said

step "${#targets[@]} targets for $duration s each"
part "fuzzing"
printf '    %-18s %14s %10s %10s\n' target executions edges features
printf '%s\n' "${targets[@]}" >"$scratch/targets"
# shellcheck disable=SC2016 # the inner shell expands it
run setsid xargs -a "$scratch/targets" -n 1 -P 2 bash -c 'fuzz_one "$1"' fuzz_one ||
  die "see $folder/logs and $folder/findings"
