#!/usr/bin/env bash
# The real Prometheus scrapes Windlass through rollouts of every kind: complete, at a step, stuck,
# rolled back, superseded, aborted, in place, deleted. The alert about the stuck one fires and is
# resolved, no other alert fires, each query of the dashboards returns data, and the dashboards are
# drawn from it. Prints the number of series before, during and after.
#
#   MINUTE=60 test/nightly/prometheus_test.sh       # `for: 15m` of the rules takes 15 minutes
#   PICTURES=docs/images test/nightly/prometheus_test.sh
#   KEEP=FOLDER test/nightly/prometheus_test.sh     # what docs/following-a-rollout.md quotes
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/rollout_lib.sh"
. "$(dirname "$0")/../e2e/in_place_lib.sh"

MINUTE=${MINUTE:-1}                  # seconds that a minute of `for:` takes
PICTURES=${PICTURES:-$WORK/pictures} # where the dashboards are drawn
PROMETHEUS_PID=

for program in prometheus promtool; do
  if ! command -v "$program" >/dev/null; then
    echo "not run: $program is missing; Debian has it in the package prometheus"
    exit 77
  fi
done

# start_prometheus TARGET: scrapes it every two seconds, and evaluates the rules as often.
start_prometheus() {
  local port tries
  awk -v minute="$MINUTE" '
    $1 == "for:" { match($0, /^ */); n = $2 + 0; if ($2 ~ /h$/) n *= 60
      printf "%sfor: %ds\n", substr($0, 1, RLENGTH), n * minute; next }
    { print }' "$ROOT/deploy/alerts/rules.yaml" >"$WORK/rules.yaml"
  cat >"$WORK/prometheus.yml" <<YAML
global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 2s}
rule_files: [rules.yaml]
scrape_configs:
- job_name: windlass
  honor_labels: true
  static_configs: [{targets: ["$1"]}]
YAML
  promtool check config "$WORK/prometheus.yml" >"$WORK/said" 2>&1 || fail "$(cat "$WORK/said")"
  for ((tries = 0; tries < 20; tries++)); do
    port=$((20000 + RANDOM % 20000))
    prometheus --config.file="$WORK/prometheus.yml" --storage.tsdb.path="$WORK/tsdb" \
      --web.listen-address="127.0.0.1:$port" --log.level=warn >>"$WORK/prometheus.log" 2>&1 &
    PROMETHEUS_PID=$!
    SERVER=http://127.0.0.1:$port
    until promtool query instant "$SERVER" 'vector(1)' >/dev/null 2>&1; do
      kill -0 "$PROMETHEUS_PID" 2>/dev/null || continue 2 # the port was taken
      sleep 0.2 # between two checks
    done
    OTHER_PIDS="$OTHER_PIDS $PROMETHEUS_PID"
    return 0
  done
  fail "Prometheus does not start"
}
ask() { promtool query instant "$SERVER" "$1"; }
has_data() { ask "$1" | grep '=>' >/dev/null; }
has_none() { ! has_data "$1"; }
number() { ask "$1" | sed -n 's/.*=> \([^ ]*\).*/\1/p' | head -n 1; }
alert() { echo "ALERTS{alertname=\"$1\",alertstate=\"firing\"}"; }
# counted NUMBER METRIC: waits until the sum of its series is NUMBER.
sums_to() { [ "$(number "sum($2)")" = "$1" ]; }
counted() { until_true 90 "$2 is $1" sums_to "$1" "$2"; }

join_cluster
install_rollouts
start_windlass --controllers=deployment,rollout --log-format=json
start_prometheus "$OPS"
until_true 30 "a leader is scraped" has_data 'leader_election_master_status == 1'
until_true 30 "no alert fires" has_none ALERTS # before the first scrape there was no leader
began=$(($(date +%s) + 1))
series='scrape_samples_scraped{job="windlass"}'
before=$(number "$series")
finished=windlass_rollouts_finished_total

say "complete"
deployment web 6 app:v1-slow-start-1s | kubectl apply -f - >/dev/null
deployment old 2 app:v1 '{type: Recreate}' | kubectl apply -f - >/dev/null
rollout shop 4 app:v1 '{type: RollingUpdate, steps: [{setUpdated: 1}, {pause: {}},
    {setUpdated: 50%}, {pause: {duration: 5s}}]}' |
  sed 's/^spec:/&\n  progressDeadlineSeconds: 20/' | kubectl apply -f - >/dev/null
UNAVAILABLE=50% in_place pin 4 app:v1 'windlass.dev/in-place-surge: Never' |
  kubectl apply -f - >/dev/null
in_place pin-if-possible 2 app:v1 | sed 's/in-place: Only/in-place: IfPossible/' |
  kubectl apply -f - >/dev/null
counted 5 "$finished{outcome=\"complete\"}"

say "at a step; in place; Recreate; a fallback"
set_rollout_image shop app:v2
kubectl set image deployment/web app=app:v2-slow-start-2s >/dev/null
kubectl set image deployment/old app=app:v2-slow-start-3s >/dev/null
set_image pin app:v2
kubectl set env deployment/pin-if-possible A=b >/dev/null
until_true 60 "shop waits at a step" has_data 'windlass_rollouts{phase="waiting"}'
during=$(number "$series")
until_true 60 "the step is shown" has_data 'windlass_rollout_step{name="shop"} == 2'
promote shop
counted 10 "$finished{outcome=\"complete\"}"

say "superseded, undone, aborted, failed in place, deleted"
kubectl set image deployment/web app=app:v3-missing >/dev/null
until_true 60 "web rolls" has_data 'windlass_rollouts{kind="Deployment",phase="progressing"}'
kubectl set image deployment/web app=app:v4-missing >/dev/null
counted 1 "$finished{outcome=\"superseded\"}"
kubectl rollout undo deployment/web --to-revision=2 >/dev/null 2>&1
counted 1 "$finished{outcome=\"rolled_back\"}"
set_rollout_image shop app:v4
until_true 60 "shop waits at a step" has_data 'windlass_rollouts{phase="waiting"}'
set_rollout shop '{"spec": {"abort": true}}'
counted 1 "$finished{outcome=\"aborted\"}"
until_true 60 "shop is back" in_phase shop Aborted
set_rollout_image shop app:v2
set_rollout shop '{"spec": {"abort": false}}'
set_image pin app:v3-missing
until_true 90 "a Pod failed in place" has_data 'windlass_inplace_failures_total > 0'
kubectl rollout undo deployment/pin >/dev/null 2>&1
counted 2 "$finished{outcome=\"rolled_back\"}"
kubectl set image deployment/old app=app:v3-missing >/dev/null
until_true 60 "old rolls" has_data 'windlass_rollout_info{name="old"}'
kubectl delete deployment old >/dev/null
counted 1 "$finished{outcome=\"deleted\"}"

say "stuck"
set_rollout_image shop app:v3-missing
until_true 60 "the alert is pending" has_data \
  'ALERTS{alertname="WindlassRolloutStuck",alertstate="pending"}'
until_true $((20 * MINUTE + 60)) "the alert fires" has_data "$(alert WindlassRolloutStuck)"
say "ok: $(ask "$(alert WindlassRolloutStuck)")"
drawn=$(date +%s)
if [ -n "${KEEP:-}" ]; then
  mkdir -p "$KEEP"
  http_body /metrics | grep -F '"shop"' >"$KEEP/metrics"
  kubectl get events -o json >"$KEEP/events.json"
  kubectl get wro shop -o yaml >"$KEEP/shop.yaml"
  kubectl get pods -l app=shop >"$KEEP/pods"
fi

say "rolled back: the alert is resolved"
set_rollout shop '{"spec": {"rollbackTo": {"revision": 0}}}'
until_true 60 "the alert is resolved" has_none 'ALERTS{alertname="WindlassRolloutStuck"}'
counted 3 "$finished{outcome=\"rolled_back\"}"
expect "rollbacks by the field" \
  "$(number 'sum(windlass_rollbacks_total{kind="Rollout",trigger="rollback_to"})')" 1
until_true 90 "nothing is rolled out any more" has_none 'windlass_rollouts'
until_true 60 "no object has series of its own" has_none 'windlass_rollout_info'
after=$(number "$series")
ended=$(date +%s)
say "series: $before before, $during during, $after after"

say "which alerts fired"
promtool query range --start="$began" --end="$ended" --step=2s "$SERVER" \
  'max by (alertname) (ALERTS{alertstate="firing"})' | sed -n 's/^{alertname="\([^"]*\)".*/\1/p' |
  sort -u >"$WORK/fired"
expect "alerts that fired" "$(paste -sd ' ' "$WORK/fired")" WindlassRolloutStuck

say "each query of the dashboards returns data"
(cd "$ROOT/test/dashboards" && PATH=$PATH:/usr/local/go/bin CGO_ENABLED=0 \
  go build -trimpath -o "$WORK/dashboards" .)
"$WORK/dashboards" -queries -namespace "$OWN_NAMESPACE" -name shop \
  "$ROOT"/deploy/dashboards/*.json >"$WORK/queries"
asked=0
while IFS=$'\t' read -r uid panel ref _ query; do
  asked=$((asked + 1))
  promtool query range --start="$began" --end="$ended" --step=2s "$SERVER" "$query" \
    >"$WORK/answer" 2>&1 || fail "$uid, $panel, $ref: $(cat "$WORK/answer")"
  grep '=>' "$WORK/answer" >/dev/null || echo "$uid, $panel, $ref: $query" >>"$WORK/empty"
done <"$WORK/queries"
if [ -s "$WORK/empty" ]; then fail "queries without data: $(cat "$WORK/empty")"; fi
say "ok: $asked queries"

if /usr/bin/python3 -c 'import matplotlib' 2>/dev/null; then
  mkdir -p "$PICTURES"
  "$ROOT/test/nightly/dashboards_draw.py" --prometheus "$SERVER" --start "$began" \
    --end "$drawn" --out "$PICTURES" --namespace "$OWN_NAMESPACE" --name shop \
    "$ROOT/deploy/dashboards" || fail "the dashboards cannot be drawn"
  say "ok: $(ls "$PICTURES" | paste -sd ' ')"
else
  echo "not run: python3 with matplotlib, which Debian has in python3-matplotlib"
fi
if [ -n "${KEEP:-}" ]; then cp "$WORK/windlass.log" "$KEEP"; fi
