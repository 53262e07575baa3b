#!/usr/bin/env bash
# Tries every field of a kubeconfig against a real API server, whose audit log names the user.
# Fields that can work do work. Windlass refuses the others and names the field.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/pki.sh"

PLUGIN=${PLUGIN:-$ROOT/build/release/cmd/kubectl-windlass/kubectl-windlass}
WATCH_PODS=${WATCH_PODS:-$ROOT/build/release/examples/watch_pods}
start_cluster_of ours theirs --nodes 1
PATH=$PATH:/usr/local/go/bin CGO_ENABLED=0 go build -trimpath -o "$WORK/relay" \
  "$ROOT/test/e2e/relay/main.go"
unset KUBECONFIG # that of the cluster's env; each case sets its own
port=${API##*:}
admin=$(token_of admin)
files=$WORK/files
mkdir -p "$files/bin"
printf '%s\n' "$admin" >"$files/token"
cp "$PKI/ours.crt" "$files/ca.pem"
sign clients jane "" "/O=system:masters/CN=jane"
cp "$PKI/jane.crt" "$PKI/jane.key" "$files"
chmod 600 "$files"/*
ca="certificate-authority: ca.pem"

# relay NAME OPTIONS…: starts a relay. Its address is in $RELAY, its output in the file NAME.
relay() {
  local name=$1
  shift
  "$WORK/relay" "$@" >"$WORK/$name" 2>&1 &
  OTHER_PIDS="$OTHER_PIDS $!"
  until_true 20 "the relay listens" grep -q '^listening ' "$WORK/$name"
  RELAY=$(sed -n 's/^listening //p' "$WORK/$name")
}

# config NAME CLUSTER USER: writes a kubeconfig of one context, into the folder of the files it
# names.
config() {
  cat >"$files/$1" <<YAML
apiVersion: v1
kind: Config
current-context: x
contexts: [{name: x, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {$2}}]
users: [{name: u, user: {$3}}]
YAML
}

# watch [VARIABLE=VALUE…] [KUBECONFIG]: an informer lists all Pods, and receives nothing else.
watch() {
  local variables=()
  while [[ ${1:-} == *=* ]]; do variables+=("$1") && shift; done
  since=$(wc -l <"$DATA/audit.log")
  : >"$WORK/pods.out" # the output of an earlier program must not count
  env "${variables[@]}" "$WATCH_PODS" "$@" >"$WORK/pods.out" 2>"$WORK/pods.log" &
  WITNESS_PID=$! # cleanup ends it in any case
  until_true 20 "$what: Pods are listed" grep -qx '= these are all' "$WORK/pods.out"
  kill "$WITNESS_PID"
  wait "$WITNESS_PID" 2>/dev/null || true
  WITNESS_PID=
  asked=$(tail -n "+$((since + 1))" "$DATA/audit.log" | grep '"userAgent":"watch-pods"')
}
# works_as USER WHAT CLUSTER USER-FIELDS: expects that the API server takes us for USER.
works_as() {
  local user=$1
  what=$2
  config config "$3" "$4"
  watch "$files/config"
  known_as "$user"
}
known_as() {
  grep -q "\"user\":{\"username\":\"$1\"" <<<"$asked" || fail "$what: not as $1: $asked"
  say "ok: $what"
}
# refused TEXT WHAT CLUSTER USER-FIELDS: expects a refusal at start with TEXT, and exit code 3.
refused() {
  local status=0
  config config "$3" "$4"
  timeout 20 "$WINDLASS" --controllers=deployment --kubeconfig "$files/config" \
    --metrics-bind-address=0 2>"$WORK/said" || status=$?
  [ "$status" = 3 ] || fail "$2: exit code $status: $(cat "$WORK/said")"
  grep -F -- "$1" "$WORK/said" >/dev/null || fail "$2: it did not say '$1': $(cat "$WORK/said")"
  say "ok: refused: $2"
}

say "the server and its trust"
server="server: 'https://$API'"
works_as admin "certificate-authority-data" \
  "$server, certificate-authority-data: $(base64 -w0 "$PKI/ours.crt")" "token: $admin"
works_as admin "certificate-authority, relative to the kubeconfig" "$server, $ca" "token: $admin"
works_as admin "disable-compression" "$server, $ca, disable-compression: true" "token: $admin"
relay name --to "$API"
works_as admin "tls-server-name" "server: 'https://127.0.0.1:${RELAY##*:}', $ca, \
tls-server-name: kubernetes.default" "token: $admin"
relay_v6=
if grep -qv ' lo$' /proc/net/if_inet6 2>/dev/null; then # the resolver needs more than loopback
  relay v6 --listen '[::1]:0' --to "$API"
  relay_v6=$RELAY
  works_as admin "an IPv6 address, named in the certificate" "server: 'https://$relay_v6', $ca" \
    "token: $admin"
fi
refused "anybody could pose as the API server" "insecure-skip-tls-verify without the flag" \
  "$server, insecure-skip-tls-verify: true" "token: $admin"
config config "$server, insecure-skip-tls-verify: true" "token: $admin"
"$WINDLASS" --controllers=deployment --kubeconfig "$files/config" --insecure-skip-tls-verify \
  --leader-elect=false --metrics-bind-address=0 2>"$WORK/windlass.log" &
WINDLASS_PID=$!
until_true 20 "it is accepted" grep -q "leading: " "$WORK/windlass.log"
grep -q "certificate is not verified" "$WORK/windlass.log" || fail "no warning"
stop_windlass
say "ok: insecure-skip-tls-verify with the flag, and a warning"
refused "certificate is not accepted" "a CA that did not sign it" \
  "$server, certificate-authority-data: $(base64 -w0 "$PKI/theirs.crt")" "token: $admin"
refused "is not a known field" "an unknown field" "$server, $ca, servr: x" "token: t"

say "proxies"
relay open --connect
works_as admin "proxy-url" "$server, $ca, proxy-url: 'http://$RELAY'" "token: $admin"
grep -qx "CONNECT $API" "$WORK/open" || fail "it did not go through the proxy"
relay closed --connect --user 'jane:p@ss'
works_as admin "proxy-url with credentials" \
  "$server, $ca, proxy-url: 'http://jane:p%40ss@$RELAY'" "token: $admin"
refused "give an HTTP proxy" "a SOCKS proxy" "$server, $ca, proxy-url: 'socks5://p:1'" "token: t"
refused "TLS to the proxy" "TLS to a proxy" "$server, $ca, proxy-url: 'https://p:1'" "token: t"

say "kubectl windlass, with proxies"
# plugin CODE TEXT WHAT [VARIABLE=VALUE…]: a command of the plugin with the file config. Expects
# that its exit code is CODE, and that it says TEXT.
plugin() {
  local code=$1 text=$2 what=$3 status=0
  shift 3
  env "$@" timeout 60 "$PLUGIN" get deployments --kubeconfig "$files/config" >"$WORK/said" 2>&1 ||
    status=$?
  [ "$status" = "$code" ] || fail "$what: exit code $status: $(cat "$WORK/said")"
  grep -F -- "$text" "$WORK/said" >/dev/null || fail "$what: not '$text': $(cat "$WORK/said")"
  ! grep -E 'p(%40|@)ss' "$WORK/said" || fail "$what: it has printed the password"
  say "ok: $what"
}
# A host that the proxy alone can look up. Nothing on this machine's own addresses is proxied.
hidden="server: 'https://api.invalid:6443', $ca, tls-server-name: kubernetes.default"
relay hidden --connect --to "$API" --user 'jane:p@ss'
through="http://jane:p%40ss@$RELAY"
config config "$hidden" "token: $admin"
plugin 0 "" "HTTPS_PROXY" HTTPS_PROXY="$through" NO_PROXY=example.com
grep -qx "CONNECT api.invalid:6443" "$WORK/hidden" || fail "it did not go through the proxy"
plugin 1 "write http://USER:PASSWORD@HOST:PORT into https_proxy, or do without the proxy: add \
api.invalid to NO_PROXY" "a proxy that asks for a password" https_proxy="http://$RELAY"
plugin 1 "(HTTP 407): correct them in HTTPS_PROXY" "a wrong password" \
  HTTPS_PROXY="http://jane:p%40ss2@$RELAY"
tunnels=$(grep -c ^CONNECT "$WORK/hidden")
plugin 1 "HTTPS_PROXY: socks5h:// proxies are not supported" "a SOCKS proxy" \
  HTTPS_PROXY="socks5h://jane:p%40ss@$RELAY"
plugin 1 "cannot reach the API server https://api.invalid:6443" "NO_PROXY" \
  HTTPS_PROXY="$through" NO_PROXY=.invalid
expect "tunnels asked for by these two" "$(($(grep -c ^CONNECT "$WORK/hidden") - tunnels))" 0
config config "$hidden, proxy-url: '$through'" "token: $admin"
plugin 0 "" "proxy-url, which wins" HTTPS_PROXY="http://127.0.0.1:1" NO_PROXY='*'
config config "$server, insecure-skip-tls-verify: true" "token: $admin"
plugin 0 "is not verified (insecure-skip-tls-verify)" "insecure-skip-tls-verify, with a warning" \
  HTTPS_PROXY="http://127.0.0.1:1"

say "who we are"
works_as admin "token" "$server, $ca" "token: $admin"
works_as admin "tokenFile, which wins over token" "$server, $ca" "token: none, tokenFile: token"
works_as jane "client-certificate and client-key" "$server, $ca" \
  "client-certificate: jane.crt, client-key: jane.key"
works_as jane "client-certificate-data and client-key-data" "$server, $ca" \
  "client-certificate-data: $(base64 -w0 "$PKI/jane.crt"), \
client-key-data: $(base64 -w0 "$PKI/jane.key")"
refused "auth providers were removed" "auth-provider" "$server, $ca" "auth-provider: {name: gcp}"
refused "remove one of them" "two methods at once" "$server, $ca" "token: t, username: jane"
# Kubernetes ignores passwords since 1.19. Without a proxy that reads them, the user is anonymous.
config config "$server, $ca" "username: jane, password: secret"
"$WINDLASS" --controllers=deployment --kubeconfig "$files/config" --leader-elect=false \
  --metrics-bind-address=0 2>"$WORK/windlass.log" &
WINDLASS_PID=$!
until_true 20 "nobody may do nothing" grep -q "system:anonymous" "$WORK/windlass.log"
grep -q "since 1.19" "$WORK/windlass.log" || fail "no word about passwords"
stop_windlass
say "ok: username and password are sent, and warned of"

say "impersonation"
works_as admin "as, as-uid, as-groups, as-user-extra" "$server, $ca" "token: $admin, as: mary, \
as-uid: u-1, as-groups: ['system:masters', 'a, b'], as-user-extra: {acme.com/project: [x, y]}"
for part in '"impersonatedUser":{"username":"mary","uid":"u-1"' \
  '"groups":["system:masters","a, b"' '"acme.com/project":["x","y"]'; do
  grep -qF "$part" <<<"$asked" || fail "not impersonated with $part: $asked"
done
refused "which names the user" "groups without a user" "$server, $ca" "token: t, as-groups: [a]"

say "plugins"
v1="apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never"
v1beta1="apiVersion: client.authentication.k8s.io/v1beta1"
cat >"$files/give-token" <<'SH'
#!/bin/sh
echo run >>"$0.runs"
printf '%s' "$KUBERNETES_EXEC_INFO" >"$0.info"
cat <<END
{"kind": "ExecCredential", "apiVersion": "$1",
 "status": {"token": "$(cat "$TOKEN_FILE")",
  "expirationTimestamp": "$(date -ud '1 hour' +%FT%TZ)"}}
END
SH
cat >"$files/bin/give-certificate" <<'SH'
#!/bin/sh
cat <<END
{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1", "status": {
 "clientCertificateData": "$(awk '{printf "%s\\n", $0}' "$1.crt")",
 "clientKeyData": "$(awk '{printf "%s\\n", $0}' "$1.key")"}}
END
SH
chmod +x "$files/give-token" "$files/bin/give-certificate"
works_as admin "exec v1: a token from a program beside the kubeconfig" "$server, $ca" \
  "exec: {$v1, command: ./give-token, args: [client.authentication.k8s.io/v1], \
env: [{name: TOKEN_FILE, value: '$files/token'}], provideClusterInfo: true}"
expect "runs of the plugin" "$(wc -l <"$files/give-token.runs")" 1
grep -qF "\"server\":\"https://$API\"" "$files/give-token.info" || fail "no cluster information"
PATH=$files/bin:$PATH works_as jane "exec v1beta1: a client certificate, found in PATH" \
  "$server, $ca" "exec: {$v1beta1, command: give-certificate, args: ['$PKI/jane']}"
refused "see https://install.invalid" "a plugin that is not installed" \
  "$server, $ca" "exec: {$v1, command: absent, installHint: 'see https://install.invalid'}"
refused "does not ask the user" "a plugin that must ask" "$server, $ca" \
  "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always, command: sh}"
refused "v1 or v1beta1" "an old plugin" "$server, $ca" \
  "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: sh}"
config config "$server, $ca" "exec: {$v1, command: 'false', installHint: log in again}"
status=0
timeout 20 "$WINDLASS" --controllers=deployment --kubeconfig "$files/config" \
  --metrics-bind-address=0 2>"$WORK/said" || status=$?
expect "exit code for a plugin that fails" "$status" 4
grep -q "ended with exit code 1; log in again" "$WORK/said" || fail "$(cat "$WORK/said")"

say "where the configuration comes from"
what="KUBECONFIG, merged: the first definition wins, paths are relative to their own file"
mkdir -p "$files/one" "$files/two"
cp "$files/token" "$files/two/secret"
cat >"$files/one/config" <<YAML
current-context: x
contexts: [{name: x, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {$server, certificate-authority: ../ca.pem}}]
YAML
cat >"$files/two/config" <<YAML
current-context: y
contexts: [{name: x, context: {cluster: none, user: none}}]
users: [{name: u, user: {tokenFile: secret}}]
YAML
watch KUBECONFIG="$files/one/config:$WORK/absent:$files/two/config"
known_as admin
what="the home folder"
mkdir -p "$files/.kube"
cp "$files/ca.pem" "$files/.kube"
config .kube/config "$server, $ca" "token: $admin"
watch HOME="$files"
known_as admin

# Mounts a folder of our own in place of the Pod's. Not every user may mount.
if unshare --user --map-root-user --mount true 2>/dev/null; then
  account=$WORK/serviceaccount/kubernetes.io/serviceaccount
  mkdir -p "$account"
  token_of windlass >"$account/token"
  cp "$PKI/ours.crt" "$account/ca.crt"
  printf windlass-system >"$account/namespace"
  cat >"$WORK/in-pod" <<'SH'
#!/bin/sh
mount -t tmpfs none /run && mkdir /run/secrets && mount --bind "$SECRETS" /run/secrets || exit 1
exec "$WATCH_PODS_PROGRAM"
SH
  chmod +x "$WORK/in-pod"
  for host in 127.0.0.1 ${relay_v6:+::1}; do
    what="in a Pod whose API server is $host"
    service_port=$port
    if [ "$host" = ::1 ]; then service_port=${relay_v6##*:}; fi
    WATCH_PODS_WAS=$WATCH_PODS
    WATCH_PODS=unshare
    watch WATCH_PODS_PROGRAM="$WATCH_PODS_WAS" SECRETS="$WORK/serviceaccount" \
      KUBERNETES_SERVICE_HOST="$host" KUBERNETES_SERVICE_PORT="$service_port" \
      --user --map-root-user --mount "$WORK/in-pod"
    WATCH_PODS=$WATCH_PODS_WAS
    known_as system:serviceaccount:windlass-system:windlass
  done
fi
say passed
