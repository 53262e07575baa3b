# The controllers that deployments.sh compares, one at a time, and what is read of the one that
# runs. Sourced after test/e2e/lib.sh. Every figure is a line "SUBJECT SETTING KEY VALUE" in
# $WORK/figures; `mark` begins a measurement, `costs` and `requests` end it.

STOCK=$("$ROOT/test/cluster/build" --stock | tail -n 1)
SUBJECT='' SETTING='' SUBJECT_PID='' SUBJECT_USER='' COUNTER_PID=''
at_exit() {
  local pid
  for pid in $SUBJECT_PID $COUNTER_PID; do kill "$pid"; done
}
QUIET=${QUIET:-15} # seconds without a request after which somebody is idle

subject() { # NAME SETTING
  SUBJECT=$1 SETTING=$2
  case $1 in
    stock) SUBJECT_USER=system:serviceaccount:kube-system:deployment-controller ;;
    windlass) SUBJECT_USER=system:serviceaccount:windlass-system:windlass ;;
  esac
}
start_subject() {
  local limits=()
  if [ "$SETTING" = equal ]; then
    limits=(--kube-api-qps="$QPS" --kube-api-burst=$((QPS * 2)))
  fi
  if [ "$SUBJECT" = windlass ]; then
    launch_windlass "${limits[@]}"
    SUBJECT_PID=$WINDLASS_PID
    WINDLASS_PID=
  else
    "$STOCK" --kubeconfig "$WORK/stock.kubeconfig" "${limits[@]}" >>"$WORK/stock.log" 2>&1 &
    SUBJECT_PID=$!
  fi
}
stop_subject() {
  kill "$SUBJECT_PID" && wait "$SUBJECT_PID" || fail "$SUBJECT ended with $?"
  SUBJECT_PID=
}
# pass SECONDS: that they pass, with the subject alive, is what is measured.
pass() {
  local until=$((SECONDS + $1))
  while [ "$SECONDS" -lt "$until" ]; do
    kill -0 "$SUBJECT_PID" || fail "$SUBJECT ended"
    sleep 1
  done
}
# The subject has asked for nothing for a while; watches and Leases do not count. Only what the
# audit log gained is read: it becomes long.
quiet() {
  local round from
  for round in $(seq 60); do
    from=$(stat -c %s "$DATA/audit.log")
    pass "$QUIET"
    asked_since "$from" || return 0
  done
  fail "$SUBJECT is not idle after $round times $QUIET s"
}
asked_since() {
  requests_since "$1" | grep -vE '"verb":"watch"|"resource":"leases"' >/dev/null
}
requests_since() {
  tail -c +$(($1 + 1)) "$DATA/audit.log" | grep -F "\"username\":\"$SUBJECT_USER\"" || true
}

# ---- figures -------------------------------------------------------------------------------------

ticks() { awk '{sub(/.*\) /, ""); print $12 + $13}' "/proc/$1/stat"; }
seconds() { awk -v n="$1" -v hz="$(getconf CLK_TCK)" 'BEGIN {printf "%.2f", n / hz}'; }
resident_mib() { awk '/VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$SUBJECT_PID/status"; }
anonymous_mib() { awk '/RssAnon/ {printf "%.1f", $2 / 1024}' "/proc/$SUBJECT_PID/status"; }
peak_mib() { awk '/VmHWM/ {printf "%.1f", $2 / 1024}' "/proc/$SUBJECT_PID/status"; }
milliseconds() { echo $(($(date -d "$1" +%s%N) / 1000000)); }

note() { echo "$SUBJECT $SETTING $1 $2" >>"$WORK/figures"; } # KEY VALUE
noted() { value "$SUBJECT" "$SETTING" "$1"; }
value() { # SUBJECT SETTING KEY
  awk -v s="$1" -v t="$2" -v k="$3" '$1 == s && $2 == t && $3 == k {v = $4} END {print v}' \
    "$WORK/figures"
}

# mark: from here on.
mark() {
  MARKED=$(stat -c %s "$DATA/audit.log")
  API_TICKS=$(ticks "$API_PID")
  SUBJECT_TICKS=0
  if [ -n "$SUBJECT_PID" ]; then SUBJECT_TICKS=$(ticks "$SUBJECT_PID"); fi
  SINCE=$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)
}
# costs KEY: CPU time of the subject and of the API server since the mark.
costs() {
  note "$1_cpu" "$(seconds $(($(ticks "$SUBJECT_PID") - SUBJECT_TICKS)))"
  note "$1_api_cpu" "$(seconds $(($(ticks "$API_PID") - API_TICKS)))"
}
first_write() {
  requests_since "$MARKED" | grep -E '"verb":"(create|patch|update)"' |
    grep -E '"resource":"(deployments|replicasets)"' |
    sed -n 's/.*"requestReceivedTimestamp":"\([^"]*\)".*/\1/p' | head -n 1
}
has_written() { [ -n "$(first_write)" ]; }
# requests KEY ROLLOUTS: how many the subject made since the mark, per rollout, by resource.
requests() {
  cluster audit --data "$DATA" --user "^$SUBJECT_USER\$" --since "$SINCE" | awk \
    -v n="$2" -v as="$SUBJECT $SETTING $1" '
    $1 !~ /^system:/ || $3 == "leases" || $2 == "watch" {next}
    {kind = $2 ~ /^(create|update|patch|delete|deletecollection)$/ ? "writes" : "reads"
     if ($2 == "dry-run") kind = "dry-runs"
     sum[kind] += $5; sum[kind "_" $3] += $5
     if ($4 == 409) {sum["conflicts"] += $5; sum["own_conflicts"] += $6}}
    END {
      sum["writes"] += 0; sum["reads"] += 0; sum["conflicts"] += 0
      sum["own_conflicts"] += 0
      for (key in sum) printf "%s_%s %.2f\n", as, key, sum[key] / n
    }' >>"$WORK/figures"
}

# ---- the table -----------------------------------------------------------------------------------

row() { # SETTING LABEL KEY
  local stock ours
  stock=$(value stock "$1" "$3") ours=$(value windlass "$1" "$3")
  [ -n "$stock$ours" ] || return 0
  awk -v what="$2" -v stock="${stock:-0}" -v ours="${ours:-0}" 'BEGIN {
    printf "%-50s %11s %11s ", what, stock, ours
    if (stock > 0) printf "%8.3f\n", ours / stock; else printf "%8s\n", "-"}'
}
heading() { printf '\n%-50s %11s %11s %8s\n' "$1" stock windlass ratio; }
# rows SETTING KEY WHAT: of one kind of rollout.
rows() {
  local key
  row "$1" "$3: wall time (ms)" "$2_ms"
  row "$1" "$3: CPU (s)" "$2_cpu"
  row "$1" "$3: CPU of the API server (s)" "$2_api_cpu"
  row "$1" "$3: Deployments above surge" "$2_above_surge"
  row "$1" "$3: most live Pods of one" "$2_most_live"
  row "$1" "$3: conflicts, per rollout" "$2_conflicts"
  row "$1" "$3: of them with its own writes" "$2_own_conflicts"
  awk -v key="^$2_(writes|reads|dry-runs)" -v setting="$1" '$2 == setting && $3 ~ key {print $3}' \
    "$WORK/figures" | sort -ru >"$WORK/keys"
  while read -r key; do
    row "$1" "$3: $(sed "s/^$2_//; s/_/, /" <<<"$key"), per rollout" "$key"
  done <"$WORK/keys"
}
growth_rows() {
  local size
  for size in "$SMALL" "$REPLICAS" "$LARGE"; do
    row equal "resident memory at $((DEPLOYMENTS * size)) Pods (MiB)" "rss_at_$size"
  done
  for name in stock windlass; do
    echo "$name equal per_pod $(awk -v a="$(value $name equal "rss_at_$SMALL")" \
      -v b="$(value $name equal "rss_at_$LARGE")" -v n=$((DEPLOYMENTS * (LARGE - SMALL))) \
      'BEGIN {printf "%.2f", n ? (b - a) * 1024 / n : 0}')" >>"$WORK/figures"
  done
  row equal "growth per Pod (KiB)" per_pod
}
report() {
  local setting
  echo "$DEPLOYMENTS Deployments of $REPLICAS Pods and 3 ReplicaSets; a Pod has $POD_BYTES bytes"
  echo "as JSON; $(nproc) CPUs, load $(cut -d ' ' -f 1-3 /proc/loadavg); $(date -u +%F)"
  if [[ " $SETTINGS " = *" equal "* ]]; then
    heading "both with $QPS requests per second"
    row equal "resident memory, idle for $IDLE s (MiB)" idle_rss
    row equal "of it no file's (MiB)" idle_anonymous
    row equal "resident memory after all of the load (MiB)" after_rss
    row equal "resident memory, peak (MiB)" peak
    row equal "CPU while idle (s)" idle_cpu
    row equal "CPU of the API server meanwhile (s)" idle_api_cpu
    row equal "cold start to first useful write (ms)" start_ms
    growth_rows
    all_rows equal
    row equal "storm: CPU (s)" storm_cpu
    row equal "storm: CPU per Pod status write (ms)" storm_cpu_per_write
    row equal "storm: CPU of the API server (s)" storm_api_cpu
    row equal "storm: Pod status writes" storm_pod_writes
    row equal "storm: writes of the controller" storm_writes_deployments/status
  fi
  if [[ " $SETTINGS " = *" default "* ]]; then
    heading "each with its defaults"
    all_rows default
    row default "resident memory, peak (MiB)" peak
  fi
}
all_rows() {
  rows "$1" ten "one of 10"
  rows "$1" hundred "one of $BIG"
  rows "$1" many "$ROLLOUTS at once"
}
