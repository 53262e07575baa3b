#!/usr/bin/env bash
# Runs the upstream end-to-end specs that specs.txt names, unchanged, against Windlass. They are
# compiled from the Kubernetes release of test/cluster. The reports stay in build/conformance.
#
#   CONTROLLER=stock test/conformance/conformance_test.sh    the same against upstream's controller
#   SPEC=rollover test/conformance/conformance_test.sh       only specs with that in their names
#   MINUTES=60 test/conformance/conformance_test.sh          more time, if many specs may fail
#   PROCESSES=1 test/conformance/conformance_test.sh         one spec at a time instead of three
#   WINDLASS_KUBERNETES=1.31 test/conformance/conformance_test.sh    an older release and its specs
#
# If a release lacks some of the specs, or has another name for them, the file absent-RELEASE.txt
# names them.
. "$(dirname "$0")/../e2e/lib.sh"

CONTROLLER=${CONTROLLER:-windlass}
RELEASE=${WINDLASS_KUBERNETES:-1.37}
REPORTS=$ROOT/build/conformance${WINDLASS_KUBERNETES:+/$WINDLASS_KUBERNETES}
JUNIT=$REPORTS/junit.xml OUTPUT=$REPORTS/output.txt
if [ "$CONTROLLER" != windlass ]; then
  JUNIT=$REPORTS/junit-$CONTROLLER.xml OUTPUT=$REPORTS/output-$CONTROLLER.txt
fi

# lines FILE: prints the file without comments.
lines() { sed '/^#/d; /^$/d' "$1"; }
ABSENT=$(dirname "$0")/absent-$RELEASE.txt
[ -f "$ABSENT" ] || ABSENT=/dev/null
specs() {
  awk 'FILENAME == ARGV[1] { absent[$0]; next }
    { name = $0; sub(/^[^ ]* /, "", name) }
    !(name in absent)' <(lines "$ABSENT") <(lines "$(dirname "$0")/specs.txt") |
    grep -F -e "${SPEC:-}" || true
}
# Prints the names of the specs that were run and passed.
passed_specs() {
  sed -n 's/^ *<testcase name="\[It\] \([^"]*\)".* status="passed".*/\1/p' "$JUNIT" |
    sed 's/&gt;/>/g; s/&lt;/</g; s/&amp;/\&/g'
}

# Each prints names of specs. Serial specs are those that upstream runs alone.
names() { specs | cut -d' ' -f2-; }
serial() { names | grep -F '[Serial]' || true; }
parallel() { names | grep -vF '[Serial]' || true; }

# start_specs PART: runs the specs named on standard input, in a process of its own. A failing spec
# may wait five minutes. The report is written before the time-out of tools/test.sh.
start_specs() {
  local name focus=()
  while read -r name; do
    focus+=("--ginkgo.focus= $(sed 's/[][().+*?]/\\&/g' <<<"$name")\$")
  done
  if [ ${#focus[@]} = 0 ]; then return 0; fi
  # The program leaves folders in the folder for temporary files.
  TMPDIR=$WORK "$E2E" --kubeconfig="$DATA/admin.kubeconfig" --kubectl-path="$(command -v kubectl)" \
    --provider=skeleton --report-dir="$WORK/reports-$1" \
    --ginkgo.timeout="$((${MINUTES:-14} * 60 - SECONDS))s" \
    --ginkgo.no-color "${focus[@]}" >"$WORK/output-$1.txt" 2>&1 &
  OTHER_PIDS="$OTHER_PIDS $!"
}
status=0
await_specs() {
  local pid
  for pid in $OTHER_PIDS; do wait "$pid" || status=$?; done
  OTHER_PIDS=
}

[ "$(specs | wc -l)" -gt 0 ] || fail "no spec has '${SPEC:-}' in its name"
E2E=$("$ROOT/test/cluster/build" --e2e | tail -n 1)
"$E2E" --list-tests >"$WORK/all-specs" || fail "upstream's tests do not say their names"
while read -r name; do
  if grep -qF -e ": $name" "$WORK/all-specs"; then fail "the release has this spec: $name"; fi
  say "not in Kubernetes $RELEASE: $name"
done < <(lines "$ABSENT")

start_cluster --nodes 3
case $CONTROLLER in
  stock) start_stock ;;
  windlass) start_windlass ;;
  *) fail "CONTROLLER is stock or windlass" ;;
esac

PROCESSES=${PROCESSES:-3} # a spec waits most of its time
say "$(specs | wc -l) specs against $CONTROLLER"
mkdir -p "$REPORTS"
rm -f "$JUNIT"
for part in $(seq "$PROCESSES"); do
  start_specs "$part" < <(parallel | awk -v n="$PROCESSES" -v part="$part" 'NR % n == part - 1')
done
await_specs
start_specs serial < <(serial)
await_specs
cat "$WORK"/output-*.txt >"$OUTPUT"
cat "$WORK"/reports-*/junit_01.xml >"$WORK/junit.xml" || {
  tail -n 60 "$OUTPUT"
  fail "no report"
}
{ # joins all reports
  echo '<?xml version="1.0" encoding="UTF-8"?>'
  echo '<testsuites>'
  grep -vE '^ *(<\?xml|</?testsuites)' "$WORK/junit.xml"
  echo '</testsuites>'
} >"$JUNIT"

# A spec that is not found or is skipped has not passed: upstream may have renamed it.
passed_specs >"$WORK/passed"
proves='' passed=0 failed=0
while read -r id name; do
  if grep -qFx -e "$name" "$WORK/passed"; then
    say "passed  $name"
    passed=$((passed + 1))
    [ "$id" = - ] || proves+=" $id"
  else
    say "FAILED  $name"
    failed=$((failed + 1))
  fi
done < <(specs)
if [ "$failed" != 0 ] || [ "$status" != 0 ]; then
  grep -E '^ *\[FAIL' -A 1 "$OUTPUT" || tail -n 60 "$OUTPUT" # that file keeps every detail
fi
echo "$passed specs passed, $failed failed against $CONTROLLER; report: ${JUNIT#"$ROOT/"}"
echo "proves:$proves"
[ "$failed" = 0 ] && [ "$status" = 0 ] || fail "the suite ended with $status"
