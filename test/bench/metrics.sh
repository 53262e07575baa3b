#!/usr/bin/env bash
# What the metrics of rollouts cost: COUNT Deployments rolled out at once under this Windlass, and
# under one without these metrics, both scraped every SCRAPE seconds. CPU, memory, series and the
# size of the page. One run, one machine; each begins with a control plane of its own. Prints a
# table, and writes it to build/bench/metrics.txt.
#
#   tools/bench.sh metrics                            # twenty minutes, if nothing else runs
#   COUNT=20 IDLE=15 QUIET=5 tools/bench.sh metrics   # three minutes
#
# OLD_WINDLASS=<binary> is the one without; otherwise the commit OLD is built.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/subject.sh"
. "$(dirname "$0")/fleet.sh"
. "$(dirname "$0")/change.sh"
export LC_ALL=C

COUNT=${COUNT:-1000}       # Deployments
REPLICAS=${REPLICAS:-4}    # Pods of each
IDLE=${IDLE:-60}           # seconds before idle memory is read
SCRAPE=${SCRAPE:-5}        # seconds between two scrapes
QPS=${QPS:-500}            # requests per second, twice that as burst
WORKERS=${WORKERS:-30}     # of the ReplicaSet controller
ASKERS=${ASKERS:-$((COUNT < 160 ? (COUNT + 9) / 10 : 16))} # kubectls that ask for changes
PATIENCE=${PATIENCE:-1800} # seconds until a change must have been rolled out
OLD=245e1e52ec888ed5a515421b8fd7c092db6479b9 # the last commit without metrics of rollouts
OUT=${OUT:-$ROOT/build/bench/metrics.txt}
WINDLASS=${WINDLASS_RELEASE:-$WINDLASS}
if [ -z "${OLD_WINDLASS:-}" ]; then
  OLD_WINDLASS=$("$ROOT/tools/old-version.sh" "$OLD" | tail -n 1) ||
    fail "the Windlass without: $OLD_WINDLASS"
fi

# These two replace those of subject.sh.
subject() { # NAME
  SUBJECT=$1 SETTING=equal
  SUBJECT_USER=system:serviceaccount:windlass-system:windlass
}
start_subject() {
  local new=$WINDLASS
  if [ "$SUBJECT" = without ]; then WINDLASS=$OLD_WINDLASS; fi
  start_windlass --kube-api-qps="$QPS" --kube-api-burst=$((QPS * 2))
  WINDLASS=$new SUBJECT_PID=$WINDLASS_PID
  WINDLASS_PID=
}
kinds() { echo deployments; }

# scrape PHASE: scrapes until it is killed. Each line it writes: phase, series, bytes, series of
# single objects.
scrape() {
  while true; do
    http_body /metrics >"$WORK/page" &&
      awk -v phase="$1" '
        !/^#/ {series++; if (/^windlass_rollout_(info|replicas|step|steps|started_t)/) own++}
        {bytes += length + 1}
        END {if (series) print phase, series, bytes, own + 0}' "$WORK/page" >>"$WORK/scraped"
    sleep "$SCRAPE" # between two scrapes
  done
}
begin_scrapes() {
  scrape "$1" &
  SCRAPER_PID=$!
  OTHER_PIDS+=" $SCRAPER_PID"
}
# end_scrapes PHASE: notes the most series and bytes of a scrape of that phase.
end_scrapes() {
  kill "$SCRAPER_PID"
  wait "$SCRAPER_PID" 2>/dev/null || true
  awk -v phase="$1" -v as="$SUBJECT $SETTING $1" '
    $1 == phase {
      n++
      if ($2 > series) series = $2
      if ($3 > bytes) bytes = $3
      if ($4 > own) own = $4
    }
    END {
      if (!n) exit 1
      printf "%s_scrapes %d\n%s_series %d\n%s_kib %.1f\n%s_own %d\n", as, n, as, series, as,
        bytes / 1024, as, own
    }' "$WORK/scraped" >>"$WORK/figures" || fail "$SUBJECT: not one scrape $1 the change"
}

measure() { # NAME
  subject "$1"
  say "--- $1"
  : >"$WORK/scraped"
  begin_cluster
  start_subject
  prepare app:v1
  begin_wait app:v1
  ask
  end_wait
  quiet

  say "$1: $COUNT Deployments exist; idle for $IDLE s"
  begin_scrapes before
  mark
  pass "$IDLE"
  costs before
  note before_rss "$(resident_mib)"
  end_scrapes before

  prepare app:v2
  begin_wait app:v2
  begin_scrapes during
  mark
  ask
  end_wait
  note during_ms $(($(milliseconds "$ENDED") - $(milliseconds "$SINCE")))
  quiet
  costs during
  note peak "$(peak_mib)"
  end_scrapes during

  begin_scrapes after
  mark
  pass "$IDLE"
  costs after
  note after_rss "$(resident_mib)"
  end_scrapes after

  kill "$SUBJECT_PID"
  wait "$SUBJECT_PID" || fail "$1 ended with $?"
  SUBJECT_PID=
  end_cluster
}

report() {
  local name phase
  echo "$COUNT Deployments of $REPLICAS Pods, all changed at once; scraped every $SCRAPE s;"
  echo "$(nproc) CPUs, load $(cut -d ' ' -f 1-3 /proc/loadavg); $(date -u +%F)"
  echo "without: commit ${OLD:0:8}, without metrics of rollouts; with: this one"
  printf '\n%-46s' ''
  for name in $RUN; do printf ' %13s' "$name"; done
  echo
  for phase in before during after; do
    line "$phase the change: series, at most" "${phase}_series"
    line "$phase the change: of them of one object each" "${phase}_own"
    line "$phase the change: page, at most (KiB)" "${phase}_kib"
    line "$phase the change: scrapes" "${phase}_scrapes"
    line "$phase the change: CPU (s)" "${phase}_cpu"
  done
  line "the change: wall time (ms)" during_ms
  line "resident memory before (MiB)" before_rss
  line "resident memory after (MiB)" after_rss
  line "resident memory, peak (MiB)" peak
}

RUN="without with"
for name in $RUN; do measure "$name"; done

mkdir -p "$(dirname "$OUT")"
report | tee "$OUT"
say "written to $OUT"
