#!/usr/bin/env bash
# tools/scripts.sh: what runs beside each other is counted, told of and ended.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
WORK=$(mktemp -d "${TMPDIR:-/tmp}/windlass-jobs.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM

fail() {
  echo "FAILED: $*" >&2
  cat "$WORK/said" >&2
  exit 1
}
says() { grep -q -- "$1" "$WORK/said" || fail "it does not say '$1'"; }
last_line() { [ "$(tail -n 1 "$WORK/said")" = "$1" ] || fail "the last line is not '$1'"; }

unset WINDLASS_E2E_SLOTS WINDLASS_E2E_CLUSTER KEEP_DATA

# A repository of our own, with scripts that pass, fail, skip themselves, and never end.
mkdir "$WORK/tools" "$WORK/test" "$WORK/tmp"
cp "$ROOT"/tools/{common,scripts}.sh "$WORK/tools"
script() { # NAME COMMANDS
  printf '#!/usr/bin/env bash\n%s\n' "$2" >"$WORK/test/$1.sh"
  chmod +x "$WORK/test/$1.sh"
}
script passes 'echo "proves: D-001"'
script fails 'echo "word of ${WHO:-nobody}"; exit 3'
script skips 'echo "no buildah here"; exit 77'
script lacks 'echo "not run: promtool, which is missing"'
script meets 'echo >"$FOLDER/$ME" & read -r _ <"$FOLDER/$OTHER"; wait'
script endless 'trap "echo \$\$ >>$FOLDER/ended; exit 130" TERM
  sleep 300 & echo $! >>"$FOLDER/pids"; while :; do wait; done'

# try COMMANDS: what a tool does with them, in $WORK/said and $status.
try() {
  cat >"$WORK/tools/try.sh" <<SCRIPT
. "\$(dirname "\$0")/common.sh"
. "\$root/tools/scripts.sh"
$1
SCRIPT
  status=0
  TMPDIR=$WORK/tmp timeout 120 bash "$WORK/tools/try.sh" >"$WORK/said" 2>&1 || status=$?
}
closing='incomplete=0; finish_run'

try "proved=\$root; queue_script test/passes.sh; run_jobs; $closing"
last_line "1 passed, 0 failed"
[ "$status" = 0 ] || fail "exit code $status"
says '^    passed  test/passes.sh'
printf 'D-001\ttest/passes.sh\n' | cmp - "$WORK/passes.sh.list" || fail "the proof is not reported"
if grep -q narrowed "$WORK/said"; then fail "nothing was left out"; fi

try "queue_script test/passes.sh; queue_script test/fails.sh WHO=me; queue_script test/skips.sh
  run_jobs; $closing"
last_line "1 passed, 1 failed"
[ "$status" = 1 ] || fail "exit code $status"
says '^word of me$'
says '^    FAILED  test/fails.sh WHO=me (exit code 3'
says '^    skipped test/skips.sh: no buildah here$'
[ "$(tail -n 2 "$WORK/said" | head -n 1)" = "narrowed: 1 tests not run" ] || fail "not narrowed"

try "queue_script test/lacks.sh; run_jobs; echo \$not_run; $closing"
last_line "1 passed, 0 failed"
says '^    skipped test/lacks.sh: promtool, which is missing$'
says '^0$' # the script itself has run
[ "$(tail -n 2 "$WORK/said" | head -n 1)" = "narrowed: 1 tests not run" ] || fail "not narrowed"

try "incomplete=0; finish_run"
last_line "0 passed, 0 failed"
[ "$status" = 1 ] || fail "exit code $status though nothing has passed"

# Two that wait for each other end only if both run at once; a third has to wait.
export FOLDER=$WORK/tmp
mkfifo "$FOLDER/one" "$FOLDER/two"
try "slots=2
  queue_script test/meets.sh ME=one OTHER=two
  queue_script test/meets.sh ME=two OTHER=one
  queue_script test/passes.sh; run_jobs; $closing"
last_line "3 passed, 0 failed"
rm "$FOLDER/one" "$FOLDER/two"

# A job that weighs more than there is runs all the same, alone.
try "slots=2
  told() { say \"told \$1 \$2\"; }
  queue_job 9 heavy told false
  queue_script test/passes.sh
  run_jobs; $closing"
says '^    told heavy 1$'
last_line "1 passed, 0 failed"

# Interrupted: everything it started ends, and the run has failed.
try "slots=2
  queue_script test/endless.sh
  queue_script test/endless.sh
  both() { [ \"\$(wc -l 2>/dev/null <\"\$FOLDER/pids\")\" = 2 ]; }
  (until both; do sleep 0.1; done; kill -TERM \$\$) &
  run_jobs; $closing"
last_line "0 passed, 1 failed"
says 'the run itself: ended before all tests were run'
# Each may be asked twice: by what ends the run, and by `timeout`, which passes on what it gets.
[ "$(sort -u "$FOLDER/ended" | wc -l)" = 2 ] || fail "a script was not asked to end"
while read -r pid; do
  if kill -0 "$pid" 2>/dev/null; then fail "process $pid still runs"; fi
done <"$FOLDER/pids"
rm "$FOLDER/ended" "$FOLDER/pids"
[ -z "$(ls -A "$FOLDER")" ] || fail "left: $(ls -A "$FOLDER")"
echo passed
