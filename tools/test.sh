#!/usr/bin/env bash
# Runs every test: C++ (ctest), Go (test/cluster, test/conditions, test/dashboards), manifests, end
# to end, upstream's own, beside each other. The last line printed is exactly "N passed, N failed".
# The exit code is 0 only if something passed and nothing failed.
#
#   WINDLASS_SLOW_TESTS=1             adds the slow tests (the container image)
#   WINDLASS_E2E=PART-OF-A-NAME       runs only scripts with that in their names
#   WINDLASS_E2E_SECONDS=N            the time-out of a script
#   WINDLASS_E2E_SLOTS=N              how many scripts run at a time
#   SEED=N                            replaces the seed of the commit (tools/seed.sh)
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$root/tools/scripts.sh"

proved=$root/build/release/proved # test/proves.h
times=$scratch/times              # test/times.cc

# Prints "passed N", "failed NAME", "skipped NAME" and "took SECONDS NAME" lines of a JUnit file
# from ctest. A Catch2 program counts as its test cases. A test without Catch2's summary counts as
# one.
read_junit() {
  awk '
    function attribute(key) {
      if (!match($0, " " key "=\"[^\"]*\"")) return ""
      return substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 4)
    }
    /<testcase / {
      name = attribute("name")
      print "took", attribute("time") + 0, name
      failed = attribute("status") != "run"; skipped = cases_passed = cases_failed = 0
    }
    /<skipped message="SKIP_RETURN_CODE=/ { skipped = 1; print "skipped", name }
    { sub(/^\t*<system-out>/, "") }
    /^All tests passed \(/ {
      match($0, /in [0-9]+ test/)
      cases_passed = substr($0, RSTART + 3) + 0
    }
    /^test cases: +[0-9]+ \|/ {
      for (i = 3; i < NF; i++) {
        if ($(i + 1) == "passed") cases_passed = $i
        if ($(i + 1) == "failed") cases_failed = $i
      }
    }
    /<\/testcase>/ && !skipped {
      if (failed && !cases_failed) cases_failed = 1
      if (!failed && !cases_passed) cases_passed = 1
      if (cases_passed) print "passed", cases_passed
      for (i = 0; i < cases_failed; i++) print "failed", name
    }' "$1"
}

# say_ended FAILED-BEFORE NAME SECONDS
say_ended() {
  local word=passed
  if ((failed > $1)); then word=FAILED; fi
  say "$word  $2 ($(printf %.0f "$3") s)"
}

cpp_skipped=0 # skipped C++ tests; none of them proves a rule
cpp_ended() {
  local status=$2 log=$3 verdict value before=$failed
  if ((status != 0)); then cat "$log"; fi
  while read -r verdict value; do
    case $verdict in
      passed) passed=$((passed + value)) ;;
      failed) failure "ctest: $value" ;;
      skipped)
        cpp_skipped=$((cpp_skipped + 1)) not_run=$((not_run + 1))
        say "skipped ctest: $value"
        ;;
      # The file of a Catch2 program has a line for each of its test cases.
      took) [ -f "$times/${value#* }_test" ] || echo "$value" >>"$test_seconds" ;;
    esac
  done < <(if [ -f "$junit" ]; then read_junit "$junit"; fi)
  if ((status != 0 && failed == before)); then failure "ctest: exit code $status"; fi
  cat "$times"/* >>"$test_seconds" 2>/dev/null || true # none if no program of Catch2 ran
  say_ended "$before" "C++ tests" "$4"
}

search_ended() { count_ended "$@" "$(grep '^search: .* a second' "$3" | sed 's/^search: //')"; }

go_proofs() {
  awk -v folder="$1" '
    /^=== (RUN|CONT|NAME) / { test = $3 }
    /proves: / { told[test] = told[test] " " substr($0, index($0, "proves: ") + 8) }
    /^ *--- PASS: / {
      split(told[$3], rules, " ")
      for (i in rules) print rules[i] "\t" folder ": " $3
    }'
}

# go_ended FOLDER STATUS LOG SECONDS: counts each top-level test. A package that does not build
# counts as one failure.
go_ended() {
  local folder=$1 status=$2 log=$3 name before=$failed
  if ((status != 0)); then cat "$log"; fi
  go_proofs "$folder" <"$log" >"$proved/go-${folder//\//-}.list"
  passed=$((passed + $(grep -c '^--- PASS' "$log" || true)))
  sed -n "s|^--- [A-Z]*: \([^ ]*\) (\([0-9.]*\)s)$|\2 $folder: \1|p" "$log" >>"$test_seconds"
  while read -r name; do failure "go test $folder: $name"; done \
    < <(sed -n 's/^--- FAIL: \([^ ]*\).*/\1/p; s/^FAIL\t\(.*\[.*failed\]\)$/\1/p' "$log")
  if ((status != 0 && failed == before)); then failure "go test $folder: exit code $status"; fi
  say_ended "$before" "go test $folder" "$4"
}

# Prints the scripts, the longest first, so that no long script starts last.
scripts() {
  local file first=(
    test/e2e/kubectl_test.sh
    test/e2e/rights_test.sh
    test/e2e/differential_test.sh
    test/e2e/takeover_test.sh
    test/e2e/in_place_crash_test.sh
    test/conformance/conformance_test.sh
    test/conformance/cmd_test.sh
    test/e2e/rotation_test.sh
    test/e2e/in_place_takeover_test.sh
    test/e2e/in_place_change_test.sh
    test/e2e/cache_test.sh
    test/e2e/in_place_failure_test.sh
    test/e2e/fleet_test.sh
  )
  {
    for file in "${first[@]}"; do if [ -f "$root/$file" ]; then echo "$file"; fi; done
    cd "$root"
    # ctest builds the image, if that was asked for. make nightly runs the long scripts of Rollouts.
    printf '%s\n' test/{tools,package,deploy,alerts,e2e,conformance,toy}/*_test.sh |
      grep -vE 'deploy/image_test.sh|e2e/rollout_(migrate|session)_test.sh'
  } | awk '!seen[$0]++'
}

need_go
SEED=$("$root/tools/seed.sh")
export SEED RC_PARAMS=${RC_PARAMS:-seed=$SEED} # for RapidCheck
say "SEED=$SEED"

step "Packages"
part "Debian packages"
run "$root/tools/packages.sh" test

step "Build: Windlass and its tests"
part "building Windlass and its tests"
cd "$root"
quietly cmake --preset release -DBUILD_TESTING=ON
quietly cmake --build build/release

step "Build: the control plane of the tests (about 5 minutes the first time)"
part "building the control plane"
run "$root/test/cluster/build" >"$scratch/built"
for program in --kubectl --e2e --stock --differential; do
  run "$root/test/cluster/build" "$program" >"$scratch/built"
done

rm -rf "$proved"
mkdir -p "$proved" "$times"

step "C++ and Go tests, manifests and end to end: at most $slots beside each other"
part "tests"
export WINDLASS=$root/build/release/cmd/windlass/windlass WINDLASS_TIMES=$times
junit=$scratch/junit.xml slow=(--label-exclude slow)
if [ "${WINDLASS_SLOW_TESTS:-}" = 1 ]; then slow=(); fi
queue_job "$(nproc)" "C++ tests" cpp_ended ctest --test-dir "$root/build/release" -j "$(nproc)" \
  --output-on-failure --no-tests=error --timeout 1800 --output-junit "$junit" \
  --test-output-truncation head "${slow[@]}"
queue_job 1 "search (2 minutes of fresh seeds)" search_ended env -C "$scratch" \
  "$root/build/release/test/sim/search" "${SEARCH_SECONDS:-120}"
# Uses the flags of test/cluster/build, so that its packages are not compiled again.
queue_job 1 test/cluster go_ended env -C "$root/test/cluster" CGO_ENABLED=0 \
  go test -trimpath -v ./...
queue_job 1 test/conditions go_ended env -C "$root/test/conditions" CGO_ENABLED=0 \
  go test -mod=readonly -trimpath -v ./...
queue_job 1 test/dashboards go_ended env -C "$root/test/dashboards" CGO_ENABLED=0 \
  go test -trimpath -v ./...
while read -r file; do
  case $file in
    *"${WINDLASS_E2E:-}"*) queue_script "$file" ;;
    *) not_run=$((not_run + 1)) ;;
  esac
done < <(scripts)
run_jobs

step "Which rules of the contract that has proved"
if ((failed > 0 || not_run > cpp_skipped)); then
  say "not judged: not everything has run and passed"
elif "$root/tools/rules.sh" --check --strict; then
  passed=$((passed + 1))
else
  failure "docs/rules"
fi

step "The ten slowest files of the build"
if [ -x "$root/tools/slowest-files.sh" ]; then
  "$root/tools/slowest-files.sh" "$root/build/release" >"$scratch/files"
fi
if [ -s "$scratch/files" ]; then cat "$scratch/files"; else say "nothing was compiled"; fi
incomplete=0
finish_run
