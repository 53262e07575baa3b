#!/usr/bin/env bash
# Do the tests notice when a rule of the contract is broken? Plants faults, one at a time, and runs
# the test cases that report the rule (test/proves.h) or have its id in their names. The run fails
# if the test cases pass in spite of a fault.
#
#   mutants.sh [SEED [COUNT]]     COUNT faults (20, or all) of test/contract/mutants.txt, drawn by
#                                 SEED (1)
#   mutants.sh --check            plants none; fails if one of them no longer changes its file
#
# Works on a copy of the tracked files in build/mutants, and keeps the copy. There, each file is
# compiled by itself and without optimization, which takes seconds: a fault takes four of them once
# the copy is built, and all faults take an hour and a quarter on a core.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

faults() { grep -v -e '^#' -e '^$' "$root/test/contract/mutants.txt"; }

# A line of mutants.txt has three parts: "RULES % FILE % SED".
if [ "${1:-}" = --check ]; then
  cd "$root"
  stale=0
  while IFS= read -r line; do
    rest=${line#* % }
    if [ -f "${rest%% % *}" ]; then
      sed "${rest#* % }" "${rest%% % *}" | cmp -s - "${rest%% % *}" || continue
    fi
    echo "test/contract/mutants.txt: this fault changes nothing: $line" >&2
    stale=$((stale + 1))
  done < <(faults)
  say "$(faults | wc -l) faults, $stale of them stale"
  exit "$((stale > 0))"
fi

seed=${1:-1} count=${2:-20}
tree=$root/build/mutants build=$root/build/mutants/build/release

# Prints the test program that judges faults in a file.
program_of() {
  case $1 in
    cmd/windlass/metrics_text.cc | cmd/windlass/*_metrics.cc) echo cmd_test ;;
    cmd/windlass/readiness.cc | cmd/windlass/snapshot.* | cmd/windlass/heartbeat.*) echo cmd_test ;;
    cmd/windlass/*) echo daemon_test ;;
    cmd/kubectl-windlass/*) echo kubectl_test ;;
    controller/api/*) echo controller_api_test ;;
    controller/core/* | controller/runtime/*) echo runtime_test ;;
    controller/deployment/*) echo deployment_test ;;
    controller/kind/watch/*) echo kind_watch_test ;;
    controller/kind/*) echo kind_test ;;
    controller/replication_controller/watch/*) echo replication_controller_watch_test ;;
    controller/replication_controller/*) echo replication_controller_test ;;
    controller/rollout/*) echo rollout_test ;;
    controller/workload/watch/rollout_observer.*) echo sim_test ;;
    controller/workload/watch/rollout_state.*) echo rollout_test ;;
    controller/workload/watch/*) echo workload_watch_test ;;
    kubeclient/api/*) echo api_test ;;
    kubeclient/base/*) echo base_test ;;
    kubeclient/cache/*) echo cache_test ;;
    kubeclient/client/*) echo client_test ;;
    kubeclient/lease/*) echo lease_test ;;
    kubeclient/transport/*) echo transport_test ;;
    controller/in_place/batch/rollout_pods.*) echo in_place_phases_test ;;
    controller/in_place/batch/*) echo in_place_batch_test ;;
    controller/in_place/phases/*) echo in_place_phases_test ;;
    controller/in_place/pod/*) echo in_place_pod_test ;;
    controller/in_place/template/*) echo in_place_template_test ;;
    controller/in_place/traffic/*) echo in_place_traffic_test ;;
    controller/in_place/watch/cache.*) echo sim_test ;;
    controller/in_place/watch/*) echo in_place_watch_test ;;
    *) echo workload_test ;;
  esac
}

build_program() {
  run setsid nice -n 5 cmake --build "$build" -j 2 --target "$1" >"$scratch/built" 2>&1
}

path_of() { find "$build/test" -name "$1" -type f; }

# Prints the names of a program's test cases, one on a line. The first way is Catch2's of version 2,
# whose exit code is their number, the second that of version 3.
names_of() {
  "$1" --list-test-names-only 2>/dev/null >"$scratch/names" || true
  [ -s "$scratch/names" ] || "$1" --list-tests --verbosity quiet >"$scratch/names"
  cat "$scratch/names"
}

# Reads names of test cases. Prints a line "rule<TAB>test case" for each rule id in each of them.
rules_in_names() {
  awk '{
    text = $0
    while (match(text, /[A-Z][A-Z0-9]*-[0-9]+[a-z]?/)) {
      print substr(text, RSTART, RLENGTH) "\t" $0
      text = substr(text, RSTART + RLENGTH)
    }
  }'
}

# Builds a test program once, without any fault, and has it report the rules that it proves.
need_program() {
  [ -f "$scratch/$1.proved" ] && return
  build_program "$1" || { tail -n 30 "$scratch/built"; die "$1 does not build"; }
  WINDLASS_PROVED=$scratch/$1.proved "$(path_of "$1")" >"$scratch/said" 2>&1 ||
    { tail -n 30 "$scratch/said"; die "$1 fails without any fault"; }
  names_of "$(path_of "$1")" | rules_in_names >>"$scratch/$1.proved"
}

# cases_of PROGRAM RULE…: prints the test cases that reported one of the rules, or have it in their
# names, in Catch2's spelling.
cases_of() {
  local program=$1
  shift
  printf '%s\n' "$@" | awk -F '\t' 'NR == FNR { asked[$1]; next } $1 in asked { print $2 }' \
    - "$scratch/$program.proved" | sort -u | sed 's/[][,\"]/\\&/g'
}

# Runs the test cases named in $scratch/cases, until one fails.
run_cases() {
  timeout 120 "$(path_of "$1")" --abort --input-file "$scratch/cases" >"$scratch/said" 2>&1
}

original='' # the file that has a fault now; empty: none
on_exit() {
  if [ -n "$original" ]; then cp "$scratch/original" "$tree/$original"; fi
}

survivors=0
verdict() { # WORD MUTANT…
  printf '    %-9s %s\n' "$1" "$2"
  case $1 in killed) ;; *) survivors=$((survivors + 1)) ;; esac
}

# judge RULES FILE SED
judge() {
  local rules=$1 file=$2 command=$3 program programs
  local what="$rules $file: $command"
  read -ra ids <<<"$rules"
  # A rule of Rollouts or of updates in place may be carried out in the workloads' code, and proved
  # by their tests.
  programs=$(program_of "$file")
  if [ "$programs" = workload_test ]; then programs+=' rollout_test in_place_phases_test'; fi
  for program in $programs; do
    need_program "$program"
    cases_of "$program" "${ids[@]}" >"$scratch/cases"
    if [ -s "$scratch/cases" ]; then break; fi
  done
  if ! [ -s "$scratch/cases" ]; then
    verdict unproved "$what (no case of $programs reports $rules)"
    return
  fi
  cp "$tree/$file" "$scratch/original"
  original=$file
  sed -i "$command" "$tree/$file"
  if cmp -s "$tree/$file" "$scratch/original"; then
    verdict stale "$what (changes nothing)"
  elif ! build_program "$program"; then
    verdict broken "$what (does not compile)"
    tail -n 5 "$scratch/built"
  elif run_cases "$program"; then
    verdict SURVIVED "$what"
  else
    verdict killed "$what"
  fi
  cp "$scratch/original" "$tree/$file"
  original=''
}

step "A copy of the tree"
mkdir -p "$tree"
cd "$root"
git ls-files | sort >"$scratch/files"
while IFS= read -r file; do # a file that did not change keeps its time and is not built again
  cmp -s "$file" "$tree/$file" || cp --parents "$file" "$tree"
done <"$scratch/files"
(cd "$tree" && find . -path ./build -prune -o -type f -printf '%P\n') | sort |
  comm -23 - "$scratch/files" | (cd "$tree" && xargs -r -d '\n' rm)
cd "$tree"
# cmake/Flags.cmake puts these flags last. _FORTIFY_SOURCE needs optimization.
quietly cmake --preset release -DBUILD_TESTING=ON -DWINDLASS_JOIN=TESTS \
  -DCMAKE_CXX_FLAGS_RELEASE_EXTRA='-O0 -g0 -U_FORTIFY_SOURCE'

step "$count faults, drawn by seed $seed"
faults |
  while IFS= read -r line; do
    printf '%s %s\n' "$(printf '%s %s' "$seed" "$line" | sha256sum | cut -c 1-16)" "$line"
  done | sort | cut -d ' ' -f 2- | sed -n "1,${count/all/$}p" |
  sort -t % -k 2 >"$scratch/mutants" # by file: a repaired file is compiled with the next fault
while IFS= read -r line; do
  rest=${line#* % }
  judge "${line%% % *}" "${rest%% % *}" "${rest#* % }"
done <"$scratch/mutants"

say "$(wc -l <"$scratch/mutants") faults, $survivors not noticed, in $SECONDS s"
((survivors == 0))
