#!/usr/bin/env bash
# Upstream's own end-to-end specs, unchanged, against Windlass: those named in specs.txt, compiled
# from the Kubernetes release of test/cluster. The reports stay in build/conformance.
#
#   CONTROLLER=stock test/conformance/conformance_test.sh    the same against upstream's controller
#   SPEC=rollover test/conformance/conformance_test.sh       only specs with that in their names
#   MINUTES=60 test/conformance/conformance_test.sh          waits longer, where many are to fail
. "$(dirname "$0")/../e2e/lib.sh"

CONTROLLER=${CONTROLLER:-windlass}
REPORTS=$ROOT/build/conformance
JUNIT=$REPORTS/junit.xml OUTPUT=$REPORTS/output.txt
if [ "$CONTROLLER" != windlass ]; then
  JUNIT=$REPORTS/junit-$CONTROLLER.xml OUTPUT=$REPORTS/output-$CONTROLLER.txt
fi

specs() { sed '/^#/d; /^$/d' "$(dirname "$0")/specs.txt" | grep -F -e "${SPEC:-}" || true; }
# The names of the specs that were run and passed.
passed_specs() {
  sed -n 's/^ *<testcase name="\[It\] \([^"]*\)".* status="passed".*/\1/p' "$JUNIT" |
    sed 's/&gt;/>/g; s/&lt;/</g; s/&amp;/\&/g'
}

focus=()
while read -r _ name; do
  focus+=("--ginkgo.focus= $(sed 's/[][().+*?]/\\&/g' <<<"$name")\$")
done < <(specs)
[ "${#focus[@]}" -gt 0 ] || fail "no spec has '${SPEC:-}' in its name"

start_cluster --nodes 3
case $CONTROLLER in
  stock) start_stock ;;
  windlass) start_windlass ;;
  *) fail "CONTROLLER is stock or windlass" ;;
esac

say "${#focus[@]} specs against $CONTROLLER"
mkdir -p "$REPORTS"
rm -f "$JUNIT"
status=0
# A spec may wait five minutes in vain; the report is written before tools/test.sh loses patience.
# It leaves folders where temporary files go.
TMPDIR=$WORK "$("$ROOT/test/cluster/build" --e2e | tail -n 1)" \
  --kubeconfig="$DATA/admin.kubeconfig" --kubectl-path="$(command -v kubectl)" \
  --provider=skeleton --report-dir="$WORK/reports" \
  --ginkgo.timeout="${MINUTES:-14}m" --ginkgo.no-color "${focus[@]}" >"$OUTPUT" 2>&1 &
OTHER_PIDS=$!
wait "$OTHER_PIDS" || status=$?
OTHER_PIDS=
mv "$WORK/reports/junit_01.xml" "$JUNIT" || { tail -n 60 "$OUTPUT" && fail "no report"; }

# A spec that is not found, or is skipped, has not passed: upstream may rename one.
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
  grep -E '^ *\[FAIL' -A 1 "$OUTPUT" || tail -n 60 "$OUTPUT" # every detail stays in that file
fi
echo "$passed specs passed, $failed failed against $CONTROLLER; report: ${JUNIT#"$ROOT/"}"
echo "proves:$proves"
[ "$failed" = 0 ] && [ "$status" = 0 ] || fail "the suite ended with $status"
