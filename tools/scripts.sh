# Sourced after common.sh by the tools that run tests (test.sh, nightly.sh): runs tests beside each
# other, counts their results, and prints the closing lines. The last line is exactly "N passed, N
# failed".
# shellcheck shell=bash
#
#   . "$(dirname "${BASH_SOURCE[0]}")/common.sh"
#   . "$root/tools/scripts.sh"
#   queue_script test/e2e/fleet_test.sh COUNT=200   # in the order in which they are to begin
#   run_jobs
#   incomplete=0      # every test was started; without this the run counts as failed
#   finish_run        # exit code 0 only if something passed and nothing failed
#
# The tool itself may add to the counts and failures: `passed=$((passed + 1))`, `failure NAME`.

passed=0 failed=0 failures=() incomplete=1
not_run=0 # scripts that were left out, or exited with 77
left_out=0 # parts of scripts that were left out, because a program is missing
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
  if ((not_run + left_out)); then
    printf 'narrowed: %d tests not run\n' "$((not_run + left_out))"
  fi
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

# Prints the number of slots: one more than cores, fewer if memory is short. A script uses one slot,
# because it mostly waits. With two slots for each core, waits of a minute sometimes ended in vain.
# A control plane needs about a gigabyte, and the shared control plane runs beside them.
default_slots() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1500000) - 1 }' /proc/meminfo)
  echo $((memory < 1 ? 1 : memory <= cores ? memory : cores + 1))
}
slots=${WINDLASS_E2E_SLOTS:-$(default_slots)}

job_names=() job_weights=() job_ends=() job_commands=()
declare -A job_of=() # pid to the index of its job

# queue_job WEIGHT NAME ENDED COMMAND…: queues COMMAND. When it has ended, ENDED is called with
# NAME, its exit code, the file with its output, and its duration in seconds.
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
      # A job that needs more than all slots runs alone.
      if ((job_weights[next] <= free || ${#beside[@]} == 0)); then
        start_job "$next"
        free=$((free - job_weights[next]))
      else
        later+=("$next")
      fi
    done
    waiting=("${later[@]}")
    sleep 0.2 # between two checks
    collect_jobs
  done
  job_names=() job_weights=() job_ends=() job_commands=() joining=0
}
start_job() {
  local log=$scratch/job-$1
  # The job leads a process group, so it ends with all that it started.
  eval "exec setsid ${job_commands[$1]}" >"$log" 2>&1 </dev/null &
  beside[$!]=${job_names[$1]} job_of[$!]=$1
  micros >"$log.began"
}
# Reports the jobs that have ended, and frees their slots.
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

# count_ended NAME EXIT-CODE LOG SECONDS [REMARK]: counts one more as passed or failed, and prints
# it.
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

# count_left_out NAME LOG: counts and names what NAME has left out, because a program is missing.
# The log has a line "not run: REASON" for each.
count_left_out() {
  local reason
  while read -r reason; do
    left_out=$((left_out + 1))
    say "skipped $1: $reason"
  done < <(sed -n 's/^not run: //p' "$2")
}

# --- scripts ---

joining=0 # 1 if a queued script joins the shared control plane

# The folder for the rules that passed scripts prove, one file for each script. Empty: not recorded.
proved=

# queue_script FILE [VARIABLE=VALUE…]: queues FILE, a path from the root of the repository.
queue_script() {
  local file=$1
  shift
  # A script that is given NODES starts a control plane of its own.
  if grep -q join_cluster "$root/$file" && [[ " $*" != *" NODES="* ]]; then joining=1; fi
  # A killed script leaves its files in our own folder, unless they are to be kept.
  local tmp=$scratch
  if [ -n "${KEEP_DATA:-}" ]; then tmp=${TMPDIR:-/tmp}; fi
  queue_job 1 "$file${*:+ $*}" script_ended env TMPDIR="$tmp" "$@" \
    timeout --kill-after=60 "${WINDLASS_E2E_SECONDS:-900}" "$root/$file"
}

# Prints the rules that a passed script proves, as "rule<TAB>test". The script prints a line
# "proves: D-001 IT-05".
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
  count_left_out "$name" "$log"
  count_ended "$@"
}

# start_shared_cluster: starts the control plane for all scripts that join one (test/e2e/lib.sh).
start_shared_cluster() {
  if ! run "$root/test/cluster/up" --data "$scratch/shared" --nodes 3 >"$scratch/up.log" 2>&1; then
    cat "$scratch/up.log"
    failure "the shared control plane: did not start" # scripts that join it start their own
    return 0
  fi
  export WINDLASS_E2E_CLUSTER=$scratch/shared
}
# Stops the shared control plane, and those that killed scripts left.
stop_clusters() {
  local file
  for file in "$scratch"/shared/cluster.json "$scratch"/windlass-e2e.*/cluster/cluster.json; do
    [ -f "$file" ] || continue
    "$root/test/cluster/down" --data "${file%/*}" --remove >/dev/null 2>&1 || true
  done
}
