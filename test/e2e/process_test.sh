#!/usr/bin/env bash
# The process itself: what it says and how it ends when flags, kubeconfig, CA, token or rights are
# wrong; health and metrics; a first and a second SIGTERM.
. "$(dirname "$0")/lib.sh"

# ends_with CODE TEXT ARGUMENTS…: expects that Windlass ends by itself with CODE, and prints one
# line that contains TEXT.
ends_with() {
  local code=$1 text=$2 status=0
  shift 2
  timeout 20 "$WINDLASS" --metrics-bind-address="${METRICS:-127.0.0.1:0}" "$@" \
    2>"$WORK/said" || status=$?
  expect "exit code for $text" "$status" "$code"
  grep -F -- "$text" "$WORK/said" >/dev/null || fail "it did not say '$text': $(cat "$WORK/said")"
}

start_cluster --nodes 1
good=$DATA/windlass.kubeconfig
deployments=--controllers=deployment

say "what is wrong is named"
ends_with 2 "--no-such-flag" --no-such-flag
ends_with 2 "--kube-api-burst" --kube-api-burst=none
ends_with 2 "--leader-elect-lease-duration must be a whole number of seconds" \
  --leader-elect-lease-duration=14900ms --leader-elect-renew-deadline=14500ms
ends_with 2 "--controllers is missing; choose what to run: deployment (replaces kube-controller-"
expect "lines about the missing flag" "$(wc -l <"$WORK/said")" 1
ends_with 2 "--controllers=deploymnt: there is no controller 'deploymnt'; choose from deployment-" \
  --controllers=deploymnt
ends_with 2 "--controllers=-deployment leaves no controller to run" --controllers=-deployment
ends_with 2 "apply deploy/in-place-namespaces-policy.yaml" --in-place-namespace-selector 'env!=prod'
ends_with 3 "$WORK/absent" "$deployments" --kubeconfig "$WORK/absent"
printf 'clusters:\n\t- x' >"$WORK/broken"
ends_with 3 "line 2" "$deployments" --kubeconfig "$WORK/broken"
ca_data=$(awk '/certificate-authority-data:/ {print $2}' "$good")
sed "s|$ca_data|bm90IGEgY2VydGlmaWNhdGU=|" "$good" >"$WORK/bad-ca"
ends_with 3 "certificate-authority" "$deployments" --kubeconfig "$WORK/bad-ca"
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=other -days 1 -keyout "$WORK/other.key" \
  -out "$WORK/other.pem" 2>/dev/null
sed "s|$ca_data|$(base64 -w0 "$WORK/other.pem")|" "$good" >"$WORK/other-ca"
ends_with 3 "certificate" "$deployments" --kubeconfig "$WORK/other-ca"
sed 's|^\( *token:\).*|\1 nobody|' "$good" >"$WORK/bad-token"
ends_with 4 "credentials" "$deployments" --kubeconfig "$WORK/bad-token"

say "a port that is taken"
start_windlass
METRICS=$OPS ends_with 3 "--metrics-bind-address" "$deployments" --kubeconfig "$good"
ends_with 3 "--health-probe-bind-address" "$deployments" --kubeconfig "$good" \
  --health-probe-bind-address="$OPS"
stop_windlass

say "probes have a port of their own, and are answered beside idle connections to both"
start_windlass --health-probe-bind-address=127.0.0.1:0
METRICS_PORT=$OPS
PROBES=$(sed -n 's/.*serving health address=\(.*\)/\1/p' "$WORK/windlass.log" | tail -n 1)
for port in "$METRICS_PORT" "$PROBES"; do
  for _ in $(seq 200); do exec {idle}<>"/dev/tcp/${port%:*}/${port#*:}"; done
done
for OPS in "$METRICS_PORT" "$PROBES"; do
  expect "/livez of $OPS" "$(http_status /livez)" 200
  expect "/readyz of $OPS" "$(http_body /readyz)" ok
done
expect "/metrics of the port of probes" "$(http_status /metrics)" 404
OPS=$METRICS_PORT
expect "/metrics" "$(http_status /metrics)" 200
[ "$(find "/proc/$WINDLASS_PID/task" -mindepth 1 -maxdepth 1 | wc -l)" -le 8 ] ||
  fail "it has $(find "/proc/$WINDLASS_PID/task" -mindepth 1 -maxdepth 1 | wc -l) threads"
say "ok: probes beside 400 idle connections"

say "it leaves no core file, which would hold the token"
expect "limit of a core file" "$(awk '/^Max core file size/ { print $5, $6 }' \
  "/proc/$WINDLASS_PID/limits")" "1 1"

say "health and metrics"
expect "/livez" "$(http_status /livez)" 200
expect "/readyz" "$(http_body /readyz)" ok
http_body /metrics >"$WORK/metrics"
for name in process_resident_memory_bytes workqueue_depth workqueue_queue_duration_seconds_bucket \
  rest_client_rate_limiter_duration_seconds_count reflector_watches_total \
  leader_election_master_status windlass_informer_objects; do
  grep "^$name" "$WORK/metrics" >/dev/null || fail "no metric $name"
done
say "ok: metrics"
stop_windlass

say "a missing right is named in /readyz and in the log, and its return is noticed"
status_verb() {
  kubectl patch clusterrole windlass-deployment --type=json \
    -p "[{\"op\": \"replace\", \"path\": \"/rules/1/verbs\", \"value\": [\"$1\"]}]" >/dev/null
}
status_verb get
right_is_named() { http_body /readyz | grep -F 'patch deployments.apps/status' >/dev/null; }
launch_windlass
until_true 20 "the missing right is named" right_is_named
expect "/readyz" "$(http_status /readyz)" 503
expect "/livez" "$(http_status /livez)" 200
status_verb patch
until_true 60 "Windlass is ready" windlass_ready

say "SIGTERM ends it within 5 s, and gives the Lease up"
stop_windlass
launch_windlass --leader-elect=true
until_true 20 "Windlass is ready" windlass_ready
holder() { kubectl -n windlass-system get lease windlass -o jsonpath='{.spec.holderIdentity}'; }
held() { [ -n "$(holder)" ]; }
until_true 20 "the Lease is held" held
began=$(date +%s%N)
stop_windlass
took=$((($(date +%s%N) - began) / 1000000))
say "it took $took ms"
[ "$took" -lt 5000 ] || fail "SIGTERM took $took ms"
expect "holder of the Lease" "$(holder)" ""

say "who leads without a Lease does not begin while somebody holds it"
launch_windlass --leader-elect=true
until_true 20 "the Lease is held" held
ends_with 3 "is held by" "$deployments" --kubeconfig "$good" --leader-elect=false

say "a second SIGTERM ends it at once"
cluster kill apiserver --signal STOP # so that giving up the Lease takes time
kill "$WINDLASS_PID" && kill "$WINDLASS_PID"
status=0
wait "$WINDLASS_PID" || status=$?
WINDLASS_PID=
cluster kill apiserver --signal CONT
[ "$status" = 0 ] || expect "exit code" "$status" 1
say "passed"
echo "proves: D-537"
