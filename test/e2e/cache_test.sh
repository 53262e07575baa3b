#!/usr/bin/env bash
# Three informers follow a real API server through what networks and servers do:
# - orderly ends of watches, and a 410;
# - kill -9 of the API server;
# - a pause of the process while changes wait;
# - connections cut at random bytes.
#
# After each, the informers hold what a fresh LIST has: uid and resourceVersion of every object. The
# audit log shows that they listed no more often than necessary.
#
# PAUSE and CUT_SECONDS are the lengths of the pause and of the cuts; PAUSE=60 CUT_SECONDS=300 is
# the full length. RESTORE=1 also restores etcd to an earlier state. SEED (tools/seed.sh) draws
# where connections are cut.
. "$(dirname "$0")/lib.sh"

CACHE_CHECK=${CACHE_CHECK:-$ROOT/build/release/test/e2e/cache_check}
PAUSE=${PAUSE:-5} CUT_SECONDS=${CUT_SECONDS:-20} SEED=$("$ROOT/tools/seed.sh")
CHECK_PID= PROXY_PID= CHURN_PID=
resources=(deployments replicasets pods)

at_exit() {
  for pid in $CHURN_PID $CHECK_PID $PROXY_PID; do
    end_children CONT "$pid"
    end_children TERM "$pid"
  done
}

# --- the program under test ---

# start_check KUBECONFIG [SECONDS OF A WATCH]
start_check() {
  rm -f "$WORK/questions"
  mkfifo "$WORK/questions"
  : >"$WORK/answers"
  "$CACHE_CHECK" "$@" <"$WORK/questions" >>"$WORK/answers" 2>"$WORK/check.log" &
  CHECK_PID=$!
  exec 9>"$WORK/questions"
  asked=0
  until_true "${SYNC_SECONDS:-30}" "the informers are synced" all_synced
}
stop_check() {
  echo end >&9
  exec 9>&-
  wait "$CHECK_PID" || fail "cache_check ended with $?"
  CHECK_PID=
}
answered() { tail -n 1 "$WORK/answers" | grep -qx "= $asked"; }
# Asks for the objects that the informers hold. The answer is in $WORK/held.
ask() {
  asked=$((asked + 1))
  : >"$WORK/answers"
  echo $asked >&9
  until_true 30 "an answer" answered
  cp "$WORK/answers" "$WORK/held"
}
all_synced() { ask && [ "$(grep -c '^# .* synced 1 ' "$WORK/held")" = 3 ]; }
# figure RESOURCE NAME: prints a figure of the latest answer
figure() { sed -n "s/^# $1 .* $2 \([0-9]*\).*/\1/p" "$WORK/held"; }

held() { grep -v '^[#=]' "$WORK/held" | sort; }
listed() {
  for resource in "${resources[@]}"; do
    kubectl get "$resource" -A -o jsonpath="{range .items[*]}$resource {.metadata.namespace}/\
{.metadata.name} {.metadata.uid} {.metadata.resourceVersion}{\"\n\"}{end}"
  done | sort
}
equal() {
  ask
  listed >"$WORK/listed"
  held >"$WORK/held.sorted"
  cmp -s "$WORK/listed" "$WORK/held.sorted"
}
# expect_equal WHEN [SECONDS]: changes may still be on their way, but in the end the objects are
# equal.
expect_equal() {
  until_true "${2:-90}" "$1: what is held equals a LIST" equal
  say "ok: $1: $(wc -l <"$WORK/listed") objects, every uid and resourceVersion as listed"
}

# --- what the program asks for, from the audit log ---

requests_since() {
  tail -n +$(($1 + 1)) "$DATA/audit.log" | { grep -F '"userAgent":"cache-check"' || true; }
}
position() { wc -l <"$DATA/audit.log"; }
# Counts lists, and watches that begin with a list. The log has each of them twice: when it begins
# and when it ends. The list of one object, from which a reflector learns the server's revision,
# does not count. Neither does a watch list that the server refuses with 422, as Kubernetes 1.31
# does.
lists_since() {
  requests_since "$1" | awk '/"code":422/ { next }
    /"verb":"list"|sendInitialEvents=true/ && !/[?]limit=1"/ &&
    match($0, /"auditID":"[^"]*"/) { seen[substr($0, RSTART, RLENGTH)] }
    END { print length(seen) }'
}
watches_ended_since() {
  requests_since "$1" | grep '"verb":"watch"' | grep -c '"stage":"ResponseComplete"' || true
}

# --- faults of the server ---

# Compacts the history of all objects, through etcd's JSON gateway.
compact_etcd() {
  local etcd revision body
  etcd=$(sed -n 's|.*--listen-client-urls=http://\([^"]*\)".*|\1|p' "$DATA/cluster.json")
  revision=$(kubectl get --raw '/apis/apps/v1/replicasets?limit=1' |
    sed 's/.*"metadata":{"resourceVersion":"\([0-9]*\)".*/\1/')
  body="{\"revision\": \"$revision\", \"physical\": true}"
  exec 3<>"/dev/tcp/${etcd%:*}/${etcd##*:}"
  printf 'POST /v3/kv/compaction HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s' "${#body}" "$body" >&3
  head -n 1 <&3 | grep -q ' 200 ' || fail "etcd was not compacted to $revision"
}

# --- changes ---

change_all() { kubectl annotate rs,deployments --all --overwrite "step=$1" >/dev/null; }
churn() {
  local i
  for ((i = 0; ; i++)); do
    change_all "$i" && kubectl scale rs --all --replicas=$((i % 3)) >/dev/null || true
    kubectl delete rs,deployment -l group=some >/dev/null 2>&1 || true
    objects some 5 | kubectl apply -f - >/dev/null 2>&1 || true
  done
}
# objects GROUP COUNT: prints the manifests of a Deployment and COUNT ReplicaSets
objects() {
  local i
  deployment "$1" 0 app:v1 | sed "s/metadata: {name: $1}/metadata: {name: $1, labels: {group: $1}}/"
  for i in $(seq "$2"); do
    cat <<YAML
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: $1-$i, labels: {group: $1}}
spec:
  replicas: 1
  selector: {matchLabels: {app: $1-$i}}
  template:
    metadata: {labels: {app: $1-$i}}
    spec:
      containers: [{name: app, image: "app:v1"}]
YAML
  done
}

start_cluster --nodes 1
objects all 15 | kubectl apply -f - >/dev/null
objects some 5 | kubectl apply -f - >/dev/null

say "orderly ends of watches"
before=$(position)
start_check "$DATA/admin.kubeconfig" 2
ended() { [ "$(watches_ended_since "$before")" -ge 15 ]; }
change_all early
until_true 60 "15 watches have ended" ended
change_all late
expect_equal "after $(watches_ended_since "$before") ends of watches"
expect "lists, of three informers" "$(lists_since "$before")" 3
stop_check

say "one 410: its history is compacted away while it is stopped"
start_check "$DATA/admin.kubeconfig"
expect_equal "at first"
before=$(position)
kill -STOP "$CHECK_PID"
cluster kill apiserver # changes after this cannot wait in its sockets
cluster start apiserver
kubectl annotate rs,deployments,pods --all --overwrite step=compacted >/dev/null
kubectl delete rs some-1 >/dev/null
compact_etcd
cluster kill apiserver
cluster start apiserver
kill -CONT "$CHECK_PID"
expect_equal "after a compaction"
expect "lists, of three informers" "$(lists_since "$before")" 3
for resource in "${resources[@]}"; do
  expect "410s of $resource" "$(figure "$resource" relists)" 1
done

say "kill -9 of the API server"
before=$(position)
cluster kill apiserver
cluster start apiserver
change_all "after the kill"
kubectl delete rs all-1 >/dev/null
expect_equal "after kill -9 of the API server"
lists=$(lists_since "$before")
[ "$lists" -le 3 ] || fail "$lists lists of three informers after one restart"
say "ok: $lists lists, of three informers"

say "stopped for $PAUSE s, with changes waiting"
before=$(position)
kill -STOP "$CHECK_PID"
stopped=$SECONDS
churn &
CHURN_PID=$!
paused() { [ $((SECONDS - stopped)) -ge "$PAUSE" ]; }
until_true $((PAUSE + 30)) "it was stopped long enough" paused
kill "$CHURN_PID" && wait "$CHURN_PID" || true
CHURN_PID=
kill -CONT "$CHECK_PID"
expect_equal "after a pause"
say "ok: $(lists_since "$before") lists"
stop_check

say "connections cut at random bytes for $CUT_SECONDS s, SEED=$SEED"
(cd "$ROOT/test/cluster" && CGO_ENABLED=0 go build -trimpath -o "$WORK/cutproxy" ./cmd/cutproxy)
server=$(kubectl config view --raw -o jsonpath='{.clusters[0].cluster.server}')
# These limits let a first list through, usually at the second or third try.
"$WORK/cutproxy" --to "${server#https://}" --seed "$SEED" --for "${CUT_SECONDS}s" \
  --bytes-max 150000 >"$WORK/proxy.out" &
PROXY_PID=$!
until_true 10 "the proxy listens" test -s "$WORK/proxy.out"
sed "s|$server|https://$(head -n 1 "$WORK/proxy.out")|" "$DATA/admin.kubeconfig" \
  >"$WORK/cut.kubeconfig"
churn &
CHURN_PID=$!
SYNC_SECONDS=$((CUT_SECONDS + 90)) start_check "$WORK/cut.kubeconfig"
cut_enough() { grep -q '^over:' "$WORK/proxy.out"; }
until_true $((CUT_SECONDS + 30)) "the proxy is done" cut_enough
kill "$CHURN_PID" && wait "$CHURN_PID" || true
CHURN_PID=
say "$(tail -n 1 "$WORK/proxy.out")"
expect_equal "after the cuts"
grep '^#' "$WORK/held"
stop_check

if [ "${RESTORE:-}" = 1 ]; then
  say "etcd is put back to an earlier state (R-061)"
  cluster stop apiserver etcd
  cp -a "$DATA/etcd" "$WORK/etcd.before"
  cluster start etcd apiserver
  start_check "$DATA/admin.kubeconfig"
  for i in $(seq 10); do change_all "lost $i"; done
  kubectl delete rs all-2 >/dev/null
  objects lost 3 | kubectl apply -f - >/dev/null
  expect_equal "before"
  cluster stop apiserver etcd
  rm -rf "$DATA/etcd"
  cp -a "$WORK/etcd.before" "$DATA/etcd"
  cluster start etcd apiserver
  put_back=$SECONDS
  expect_equal "after etcd was put back" 420
  say "ok: after $((SECONDS - put_back)) s"
  grep '^#' "$WORK/held"
  stop_check
fi
say passed
