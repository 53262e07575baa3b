#!/usr/bin/env bash
# Every test: C++ (ctest), Go (test/cluster), manifests, end to end, upstream's own. The last line
# printed is exactly "N passed, N failed"; the exit code is 0 only if something passed and nothing
# failed.
#
# WINDLASS_SLOW_TESTS=1 adds the slow ones (the container image); WINDLASS_E2E=<part of a name> runs
# only the scripts called so; WINDLASS_E2E_SECONDS is the time-out of one.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

passed=0 failed=0 skipped=0 failures=() incomplete=1
proved=$root/build/release/proved # test/proves.h

on_exit() {
  if ((incomplete)); then
    failed=$((failed + 1))
    failures+=("the run itself: ended before all tests were run")
  fi
  print_times
  if ((failed)); then
    step "Failed"
    printf '    %s\n' "${failures[@]}"
  fi
  printf '%d passed, %d failed\n' "$passed" "$failed"
}

failure() {
  failed=$((failed + 1))
  failures+=("$1")
}

# Prints "passed N" and "failed NAME" lines of a JUnit file as ctest writes it. A Catch2 executable
# counts as its test cases; what ended without Catch2's summary counts as one.
read_junit() {
  awk '
    /<testcase / {
      match($0, /name="[^"]*"/); name = substr($0, RSTART + 6, RLENGTH - 7)
      failed = $0 !~ /status="run"/; skipped = cases_passed = cases_failed = 0
    }
    /<skipped message="SKIP_RETURN_CODE=/ { skipped = 1 }
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

cpp_tests() {
  local junit=$scratch/junit.xml slow=(--label-exclude slow) status=0 verdict value
  if [ "${WINDLASS_SLOW_TESTS:-}" = 1 ]; then slow=(); fi
  run setsid ctest --test-dir "$root/build/release" -j 2 --output-on-failure --no-tests=error \
    --timeout 900 --output-junit "$junit" --test-output-truncation head "${slow[@]}" || status=$?
  [ -f "$junit" ] || touch "$junit"
  while read -r verdict value; do
    case $verdict in
      passed) passed=$((passed + value)) ;;
      failed) failure "ctest: $value" ;;
    esac
  done < <(read_junit "$junit")
  if ((status != 0 && failed == 0)); then failure "ctest: exit code $status"; fi
}

# Rules that passed tests say they prove, as "rule<TAB>test": a line "proves: D-001 IT-05" of a
# script, or of t.Log in a Go test.
script_proofs() {
  sed -n 's/^ *proves: *//p' | tr -s ' ' '\n' | sed "/./!d; s|\$|\t$1|"
}
go_proofs() {
  awk -v folder="$1" '
    /^=== (RUN|CONT|NAME) / { test = $3 }
    /proves: / { told[test] = told[test] " " substr($0, index($0, "proves: ") + 8) }
    /^ *--- PASS: / {
      split(told[$3], rules, " ")
      for (i in rules) print rules[i] "\t" folder ": " $3
    }'
}

# go_tests FOLDER: each top-level test counts; a package that does not build counts as one failure.
go_tests() {
  local log=$scratch/go status=0 name before=$failed
  cd "$root/$1"
  # As test/cluster/build compiles, so that its packages are not compiled again.
  run setsid env CGO_ENABLED=0 go test -trimpath -v ./... >"$log" 2>&1 || status=$?
  cd "$root"
  if ((status != 0)); then cat "$log"; else grep '^ok' "$log" || true; fi
  go_proofs "$1" <"$log" >"$proved/go-${1//\//-}.list"
  passed=$((passed + $(grep -c '^--- PASS' "$log" || true)))
  while read -r name; do failure "go test $1: $name"; done \
    < <(sed -n 's/^--- FAIL: \([^ ]*\).*/\1/p; s/^FAIL\t\(.*\[.*failed\]\)$/\1/p' "$log")
  if ((status != 0 && failed == before)); then failure "go test $1: exit code $status"; fi
}

# script_test FILE: one test. Exit code 77 says: cannot be run here.
script_test() {
  local log=$scratch/script status=0 began=$SECONDS name=${1#"$root/"}
  run timeout --kill-after=30 "${WINDLASS_E2E_SECONDS:-900}" "$1" >"$log" 2>&1 || status=$?
  case $status in
    0)
      passed=$((passed + 1))
      script_proofs "$name" <"$log" >"$proved/${name##*/}.list"
      say "passed  $name ($((SECONDS - began)) s)"
      ;;
    77)
      skipped=$((skipped + 1))
      say "skipped $name: $(tail -n 1 "$log")"
      ;;
    *)
      cat "$log"
      say "FAILED  $name (exit code $status after $((SECONDS - began)) s)"
      failure "$name"
      ;;
  esac
}

need_go

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
run "$root/test/cluster/build" --e2e >"$scratch/built"
run "$root/test/cluster/build" --stock >"$scratch/built"

rm -rf "$proved"
mkdir -p "$proved"

step "C++ tests"
part "C++ tests"
cpp_tests

step "Go tests"
part "Go tests"
go_tests test/cluster

step "Manifests and end to end, each against a control plane of its own"
part "manifests and end-to-end tests"
export WINDLASS=$root/build/release/cmd/windlass/windlass
for script in "$root"/test/deploy/{manifests,in_place_policy,in_place_namespaces_policy}_test.sh \
  "$root"/test/{e2e,conformance}/*_test.sh; do
  case $script in *"${WINDLASS_E2E:-}"*) script_test "$script" ;; esac
done

step "Which rules of the contract that has proved"
if ((failed > 0 || skipped > 0)) || [ -n "${WINDLASS_E2E:-}" ]; then
  say "not judged: not everything has run and passed"
elif "$root/tools/contract-coverage.sh" --check --strict; then
  passed=$((passed + 1))
else
  failure "contract coverage"
fi

incomplete=0
if ((failed > 0 || passed == 0)); then exit 1; fi
