#!/usr/bin/env bash
# Token, client certificate and CA change in their files while two informers watch Pods and Windlass
# rolls out Deployments. No event is lost, no program lists again or restarts, and the API server's
# audit log names the new credentials. A broken file is ignored, and the old credential stays in
# use.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/pki.sh"

WATCH_PODS=${WATCH_PODS:-$ROOT/build/release/examples/watch_pods}
files=$WORK/files
mkdir -p "$files"
start_cluster_of one two --nodes 1

# config NAME USER: writes a kubeconfig that leaves everything to files.
config() {
  cat >"$files/$1" <<YAML
current-context: x
contexts: [{name: x, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: 'https://$API', certificate-authority: ca.pem}}]
users: [{name: u, user: {$2}}]
YAML
}
# put FILE: replaces files/FILE by standard input, in one step.
put() { cat >"$files/$1.new" && mv "$files/$1.new" "$files/$1"; }
new_token() {
  kubectl -n windlass-system create token windlass --duration=1h | put token
  credential_of_token
}
# Sets TOKEN_ID to the token's id in the API server's audit log.
credential_of_token() {
  local payload
  payload=$(cut -d. -f2 "$files/token" | tr '_-' '/+')
  while [ $((${#payload} % 4)) != 0 ]; do payload=$payload=; done
  TOKEN_ID=JTI=$(base64 -d <<<"$payload" | sed 's/.*"jti":"\([^"]*\)".*/\1/')
}
new_certificate() {
  sign clients jane "" "/O=system:masters/CN=jane"
  put jane.key <"$PKI/jane.key" && put jane.crt <"$PKI/jane.crt"
  CERTIFICATE_ID=X509SHA256=$(openssl x509 -in "$PKI/jane.crt" -outform DER | sha256sum |
    cut -d' ' -f1)
}
# audited PATTERN…: true if a line of the audit log matches all patterns.
audited() {
  local lines pattern
  lines=$(cat "$DATA/audit.log")
  for pattern; do lines=$(grep -F -- "$pattern" <<<"$lines") || return 1; done
}
watches_of() {
  grep -F '"verb":"watch"' "$DATA/audit.log" | grep -cF "\"username\":\"$1\"" || true
}

say "two informers and a controller, with credentials in files"
new_token
new_certificate
put ca.pem <"$PKI/one.crt"
config by-token "tokenFile: token"
config by-certificate "client-certificate: jane.crt, client-key: jane.key"
for by in token certificate; do
  "$WATCH_PODS" "$files/by-$by" 1 >"$WORK/$by.out" 2>"$WORK/$by.log" &
  OTHER_PIDS="$OTHER_PIDS $!"
  until_true 20 "the informer by $by is complete" grep -qx '= these are all' "$WORK/$by.out"
done
"$WINDLASS" --controllers=deployment --kubeconfig "$files/by-token" --leader-elect=false \
  --metrics-bind-address=0 --credentials-poll-period=1s 2>"$WORK/windlass.log" &
WINDLASS_PID=$!
until_true 20 "Windlass controls" grep -q "leading: " "$WORK/windlass.log"
PROGRAMS="$OTHER_PIDS $WINDLASS_PID"

# Creates and deletes Pods with known names, and now and then a Deployment, until it is stopped.
churn() {
  local n=0
  trap - EXIT INT TERM
  while [ ! -e "$WORK/enough" ]; do
    n=$((n + 1))
    kubectl run "pod-$n" --image=app:v1 >/dev/null
    if [ "$n" -gt 3 ]; then
      kubectl delete pod "pod-$((n - 3))" --grace-period=0 --force >/dev/null 2>&1
    fi
    if [ $((n % 5)) = 0 ]; then deployment "web-$n" 1 app:v1 | kubectl apply -f - >/dev/null; fi
    echo "$n" >"$WORK/churned.new" && mv "$WORK/churned.new" "$WORK/churned"
  done
}
churn 2>"$WORK/churn.log" &
CHURN_PID=$!
OTHER_PIDS="$OTHER_PIDS $CHURN_PID"

# goes_on: both informers see a Pod that is created now, and a Deployment is rolled out.
goes_on() {
  local n
  until_true 20 "Pods come and go" test -e "$WORK/churned"
  n=$(($(cat "$WORK/churned") + 2))
  for by in token certificate; do
    until_true 60 "pod-$n is seen by $by" grep -qx "+ default/pod-$n" "$WORK/$by.out"
  done
  n=$((n + 5 - n % 5))
  until_true 60 "web-$n is rolled out" available "web-$n"
}
available() { [ "$(field "deployment/$1" '{.status.availableReplicas}')" = 1 ]; }
# reloads LOG: prints how often certificates were read from their files.
reloads() { grep -c "certificates reloaded" "$WORK/$1.log" || true; }
# everybody_reloads COMMAND…: COMMAND changes a file that all three programs read, and each reloads
# it.
everybody_reloads() {
  local log token certificate windlass
  token=$(reloads token) certificate=$(reloads certificate) windlass=$(reloads windlass)
  "$@"
  for log in token certificate windlass; do
    until_true 30 "$log takes it" more_reloads "$log" "${!log}"
  done
}
more_reloads() { [ "$(reloads "$1")" -gt "$2" ]; }
goes_on

say "another token"
old=$TOKEN_ID
audited "$old" '"userAgent":"windlass/' || fail "the first token is not in the audit log"
new_token
[ "$TOKEN_ID" != "$old" ] || fail "it is the same token"
until_true 60 "Windlass uses it" audited "$TOKEN_ID" '"userAgent":"windlass/'
goes_on

say "another client certificate"
audited "$CERTIFICATE_ID" '"verb":"watch"' || fail "the first certificate is not in the audit log"
new_certificate
until_true 60 "the informer watches with it" audited "$CERTIFICATE_ID" '"verb":"watch"'
goes_on

say "another CA: first beside the old one, then the server's certificate, then alone"
both() { cat "$PKI/one.crt" "$PKI/two.crt" | put ca.pem; }
alone() { put ca.pem <"$PKI/two.crt"; }
everybody_reloads both
serve_with two
until_true 120 "the API server serves with it" served_by two
watches=$(watches_of jane)
everybody_reloads alone
anew() { [ "$(watches_of jane)" -gt "$watches" ]; }
until_true 60 "the informer watches on a new connection" anew
# The informer with the token did not have to connect since the token changed. Now it has used the
# new token.
until_true 60 "the new token is used to watch" audited "$TOKEN_ID" '"userAgent":"watch-pods' \
  '"verb":"watch"'
goes_on

say "a CA that the files learn of too late"
serve_with one
until_true 120 "the API server serves with it" served_by one
new_certificate # so that a program must connect again
until_true 60 "the server is refused" grep -q "certificate verify failed" "$WORK/certificate.log"
put ca.pem <"$PKI/one.crt"
goes_on

say "broken files: the old credentials go on"
printf 'not a certificate' | put ca.pem
printf '' | put token
printf 'not a certificate' | put jane.crt
for log in token certificate windlass; do
  until_true 30 "$log names the CA file" grep -q "correct the file .*ca.pem" "$WORK/$log.log"
done
until_true 30 "Windlass names the token file" grep -q "token file not usable" "$WORK/windlass.log"
goes_on
goes_on
expect "complaints of the CA file" "$(grep -c "ca.pem: " "$WORK/windlass.log")" 1
expect "complaints of the token file" "$(grep -c "token file not usable" "$WORK/windlass.log")" 1
put ca.pem <"$PKI/one.crt"
new_token
put jane.crt <"$PKI/jane.crt"
until_true 30 "all is well again" grep -q "files are good again" "$WORK/certificate.log"
goes_on

say "what was seen, what was asked"
touch "$WORK/enough"
wait "$CHURN_PID" || fail "Pods could not be made: $(tail -n 3 "$WORK/churn.log")"
last=$(cat "$WORK/churned")
for by in token certificate; do
  until_true 60 "the last Pod is seen by $by" grep -qx "+ default/pod-$last" "$WORK/$by.out"
  until_true 60 "the last end is seen by $by" grep -qx -- "- default/pod-$((last - 3))" \
    "$WORK/$by.out"
  for n in $(seq 1 "$last"); do
    expect_once() { [ "$(grep -cx -- "$1" "$WORK/$by.out")" = 1 ] || fail "$by: '$1' not once"; }
    expect_once "+ default/pod-$n"
    if [ "$n" -le $((last - 3)) ]; then expect_once "- default/pod-$n"; fi
  done
  say "ok: $last Pods came and $((last - 3)) went, each told once, by $by"
  expect "complete states by $by" "$(grep -cx '= these are all' "$WORK/$by.out")" 1
done
for n in $(seq 5 5 "$last"); do until_true 60 "web-$n is rolled out" available "web-$n"; done
say "ok: $((last / 5)) Deployments are rolled out"
for pid in $PROGRAMS; do kill -0 "$pid" || fail "a program has ended"; done
lists=$(grep -F '"userAgent":"watch-pods' "$DATA/audit.log" | grep -F '"stage":"ResponseStarted"' |
  grep -cF 'sendInitialEvents=true')
expect "initial states asked for by the two informers" "$lists" 2
stop_windlass
say passed
