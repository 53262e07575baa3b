#!/usr/bin/env bash
# What commands of kubectl windlass cost next to kubectl's own, on a cluster with COUNT Deployments:
# wall time, CPU and peak memory of a call. ROUNDS rounds; in each, every command runs once, one
# after the other. Prints a table, and writes it to build/bench/plugin.txt. Needs GNU time.
#
#   tools/bench.sh plugin                       # ten minutes
#   COUNT=50 ROUNDS=5 tools/bench.sh plugin     # two minutes
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/subject.sh"
. "$(dirname "$0")/fleet.sh"
. "$(dirname "$0")/change.sh"
export LC_ALL=C

COUNT=${COUNT:-1000}       # Deployments
REPLICAS=${REPLICAS:-2}    # Pods of each
ROUNDS=${ROUNDS:-20}       # calls of each command
QPS=${QPS:-500}            # requests per second of Windlass
WORKERS=${WORKERS:-30}     # of the ReplicaSet controller
ASKERS=${ASKERS:-$((COUNT < 160 ? (COUNT + 9) / 10 : 16))} # kubectls that create the Deployments
PATIENCE=${PATIENCE:-1800} # seconds until they must exist
OUT=${OUT:-$ROOT/build/bench/plugin.txt}
PLUGIN=${PLUGIN:-$ROOT/build/release/cmd/kubectl-windlass/kubectl-windlass}
TIME=/usr/bin/time
[ -x "$TIME" ] || fail "GNU time is missing; remedy: apt-get install time"
[ -x "$PLUGIN" ] || fail "$PLUGIN is missing; remedy: make"

kinds() { echo deployments; }

# In each line: what is asked, the plugin's arguments, kubectl's arguments.
one=deployment/deployments-$((COUNT / 2))
commands() {
  cat <<TEXT
one workload and its Pods|get $one|get deployment,replicaset,pod --selector=app=${one#*/}
all Deployments|get deployments|get deployments
all Deployments, everywhere|get deployments -A|get deployments -A
all Deployments, as JSON|get deployments -o json|get deployments -o json
status of one|status $one|rollout status $one
history of one|history $one|rollout history $one
completion of a name|__complete status deployment/|__complete rollout status deployment/
TEXT
}

# measured NAME PROGRAM…: runs it once, and notes wall time in ms, CPU in ms and peak memory in KiB.
measured() {
  local name=$1 begin end
  shift
  begin=$(date +%s%N)
  "$TIME" -o "$WORK/time" -f '%U %S %M' "$@" >"$WORK/said" 2>"$WORK/complaints" ||
    fail "$*: $(tail -n 3 "$WORK/complaints")"
  end=$(date +%s%N)
  [ -s "$WORK/said" ] || fail "$*: printed nothing"
  awk -v name="$name" -v ms="$(((end - begin) / 1000000))" \
    '{print name "|" ms "|" ($1 + $2) * 1000 "|" $3}' "$WORK/time" >>"$WORK/measured"
}

# figure NAME FIELD median|mean|max
figure() {
  awk -F '|' -v name="$1" -v field="$2" '$1 == name {print $field}' "$WORK/measured" | sort -n |
    awk -v how="$3" '{value[NR] = $1; sum += $1}
      END {
        if (how == "max") print value[NR]
        else if (how == "mean") print sum / NR
        else print value[int((NR + 1) / 2)]
      }'
}

report() {
  local what
  echo "$COUNT Deployments of $REPLICAS Pods, all in one namespace; $ROUNDS calls of each command;"
  echo "$(nproc) CPUs, load $(cut -d ' ' -f 1-3 /proc/loadavg); $(date -u +%F); kubectl $VERSION"
  echo
  printf '%-30s %-22s %8s %9s %7s\n' '' '' kubectl windlass ratio
  while IFS='|' read -r what _; do
    row "$what" "wall time, median (ms)" "$(figure "kubectl $what" 2 median)" \
      "$(figure "windlass $what" 2 median)"
    row "" "CPU, mean (ms)" "$(figure "kubectl $what" 3 mean)" "$(figure "windlass $what" 3 mean)"
    row "" "memory, peak (MiB)" "$(mib "$(figure "kubectl $what" 4 max)")" \
      "$(mib "$(figure "windlass $what" 4 max)")"
  done < <(commands)
}
mib() { awk -v kib="$1" 'BEGIN {printf "%.1f", kib / 1024}'; }
row() {
  awk -v what="$1" -v unit="$2" -v theirs="$3" -v ours="$4" 'BEGIN {
    printf "%-30s %-22s %8.1f %9.1f %7.3f\n", what, unit, theirs, ours, ours / theirs}'
}

subject windlass equal
begin_cluster
start_subject
prepare app:v1
begin_wait app:v1
ask
end_wait
say "$COUNT Deployments are rolled out"
VERSION=$(kubectl version --client -o json | sed -n 's/.*"gitVersion": "\(.*\)".*/\1/p' | head -n 1)

: >"$WORK/measured"
KUBECTL=$(command -v kubectl)
for ((round = 0; round <= ROUNDS; round++)); do
  while IFS='|' read -r what ours theirs; do
    # shellcheck disable=SC2086
    measured "kubectl $what" "$KUBECTL" $theirs </dev/null
    # shellcheck disable=SC2086
    measured "windlass $what" "$PLUGIN" $ours </dev/null
  done < <(commands)
  # kubectl keeps what the API server serves in files: the first round fills them.
  if [ "$round" = 0 ]; then : >"$WORK/measured"; fi
done

stop_subject
end_cluster
mkdir -p "$(dirname "$OUT")"
report | tee "$OUT"
say "written to $OUT"
