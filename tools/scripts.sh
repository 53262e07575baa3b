# Sourced after common.sh by what runs tests (test.sh, nightly.sh): tests beside each other, what
# came of them, and the closing lines, of which the last is exactly "N passed, N failed".
# shellcheck shell=bash
#
#   . "$(dirname "${BASH_SOURCE[0]}")/common.sh"
#   . "$root/tools/scripts.sh"
#   queue_script test/e2e/fleet_test.sh COUNT=200   # in the order in which they are to begin
#   run_jobs
#   incomplete=0      # every test was started; without this the run counts as failed
#   finish_run        # exit code 0 only if something passed and nothing failed
#
# Counts and failures may be added by the tool itself: `passed=$((passed + 1))`, `failure NAME`.

passed=0 failed=0 failures=() incomplete=1
not_run=0 # scripts left out, and scripts that exited with 77
test_seconds=$scratch/test-seconds # lines "SECONDS NAME"
: >"$test_seconds"

failure() {
  failed=$((failed + 1))
  failures+=("$1")
}

# --- how it ends ---

on_exit() {
  stop_clusters
  if ((incomplete)); then failure "the run itself: ended before all tests were run"; fi
  print_slowest
  print_times
  if ((failed)); then
    step "Failed"
    printf '    %s\n' "${failures[@]}"
  fi
  if ((not_run)); then printf 'narrowed: %d tests not run\n' "$not_run"; fi
  printf '%d passed, %d failed\n' "$passed" "$failed"
}
finish_run() {
  if ((failed > 0 || passed == 0)); then exit 1; fi
  exit 0
}

print_slowest() {
  if [ ! -s "$test_seconds" ]; then return 0; fi
  step "The ten slowest tests"
  sort -k 1,1 -rn "$test_seconds" | head -n 10 |
    while read -r seconds name; do printf '%7.1f s  %s\n' "$seconds" "$name"; done
}

# --- tests beside each other ---

# How many slots there are: one more than cores, fewer where memory is short. A script uses one
# slot: it mostly waits. With two for each core, waits of a minute ended in vain now and then. A
# control plane needs about a gigabyte, and the shared one runs beside them.
default_slots() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1500000) - 1 }' /proc/meminfo)
  echo $((memory < 1 ? 1 : memory <= cores ? memory : cores + 1))
}
slots=${WINDLASS_E2E_SLOTS:-$(default_slots)}

job_names=() job_weights=() job_ends=() job_commands=()
declare -A job_of=() # pid to its index

# queue_job WEIGHT NAME ENDED COMMAND…: ENDED is called with NAME, exit code, the file with what the
# command printed, and how many seconds it took.
queue_job() {
  job_weights+=("$1") job_names+=("$2") job_ends+=("$3")
  shift 3
  job_commands+=("$(printf '%q ' "$@")")
}

# run_jobs: runs all queued jobs in queue order, each as soon as enough slots are free.
run_jobs() {
  local next free=$slots waiting=() later
  if ((joining)) && [ -z "${WINDLASS_E2E_CLUSTER:-}" ]; then start_shared_cluster; fi
  for ((next = 0; next < ${#job_names[@]}; next++)); do waiting+=("$next"); done
  while ((${#waiting[@]} + ${#beside[@]})); do
    later=()
    for next in "${waiting[@]}"; do
      # A job heavier than all slots runs alone.
      if ((job_weights[next] <= free || ${#beside[@]} == 0)); then
        start_job "$next"
        free=$((free - job_weights[next]))
      else
        later+=("$next")
      fi
    done
    waiting=("${later[@]}")
    sleep 0.2 # between two looks
    collect_jobs
  done
  job_names=() job_weights=() job_ends=() job_commands=()
}
start_job() {
  local log=$scratch/job-$1
  # A process group of its own: it ends with all that it started.
  eval "exec setsid ${job_commands[$1]}" >"$log" 2>&1 </dev/null &
  beside[$!]=${job_names[$1]} job_of[$!]=$1
  micros >"$log.began"
}
# Those that have ended; gives their room back.
collect_jobs() {
  local pid index status log
  for pid in "${!beside[@]}"; do
    if kill -0 "$pid" 2>/dev/null; then continue; fi
    status=0
    wait "$pid" || status=$?
    index=${job_of[$pid]} log=$scratch/job-${job_of[$pid]}
    unset "beside[$pid]" "job_of[$pid]"
    free=$((free + job_weights[index]))
    "${job_ends[index]}" "${job_names[index]}" "$status" "$log" \
      "$(seconds_since "$(cat "$log.began")")"
    rm -f "$log" "$log.began"
  done
}

# count_ended NAME EXIT-CODE LOG SECONDS [REMARK]: one more that passed or failed, and says which.
count_ended() {
  local seconds
  seconds=$(printf '%.0f' "$4")
  echo "$4 $1" >>"$test_seconds"
  if (($2 == 0)); then
    passed=$((passed + 1))
    say "passed  $1 ($seconds s)${5:+: $5}"
  else
    cat "$3"
    say "FAILED  $1 (exit code $2 after $seconds s)"
    failure "$1"
  fi
}

# --- scripts ---

joining=0 # whether a script is queued that joins the shared control plane

# Folder for the rules that passed scripts prove, one file per script. Empty: not recorded.
proved=

# queue_script FILE [VARIABLE=VALUE…]: FILE from the root of the repository.
queue_script() {
  local file=$1
  shift
  if grep -q join_cluster "$root/$file"; then joining=1; fi
  # What a killed script leaves is in our own folder, unless it is to be kept.
  local tmp=$scratch
  if [ -n "${KEEP_DATA:-}" ]; then tmp=${TMPDIR:-/tmp}; fi
  queue_job 1 "$file${*:+ $*}" script_ended env TMPDIR="$tmp" "$@" \
    timeout --kill-after=60 "${WINDLASS_E2E_SECONDS:-900}" "$root/$file"
}

# Rules that passed tests say they prove, as "rule<TAB>test": a line "proves: D-001 IT-05" of a
# script.
script_proofs() {
  sed -n 's/^ *proves: *//p' | tr -s ' ' '\n' | sed "/./!d; s|\$|\t$1|"
}

script_ended() {
  local name=$1 status=$2 log=$3
  if ((status == 77)); then
    not_run=$((not_run + 1))
    say "skipped $name: $(tail -n 1 "$log")"
    return 0
  fi
  if ((status == 0)) && [ -n "$proved" ]; then
    script_proofs "${name%% *}" <"$log" >"$proved/$(basename "${name%% *}").list"
  fi
  count_ended "$@"
}

# start_shared_cluster: the control plane of all scripts that join one (test/e2e/lib.sh).
start_shared_cluster() {
  if ! run "$root/test/cluster/up" --data "$scratch/shared" --nodes 3 >"$scratch/up.log" 2>&1; then
    cat "$scratch/up.log"
    failure "the shared control plane: did not start" # scripts that join it start their own
    return 0
  fi
  export WINDLASS_E2E_CLUSTER=$scratch/shared
}
# Stops the shared control plane and those of killed scripts.
stop_clusters() {
  local file
  for file in "$scratch"/shared/cluster.json "$scratch"/windlass-e2e.*/cluster/cluster.json; do
    [ -f "$file" ] || continue
    "$root/test/cluster/down" --data "${file%/*}" --remove >/dev/null 2>&1 || true
  done
}
