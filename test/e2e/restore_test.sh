#!/usr/bin/env bash
# etcd is put back to an earlier state under a leading Windlass (R-061, reliability FT-06): it
# notices, gives leadership and caches up, campaigns anew, and controls what there is now. What the
# API server shows a watch from the future is nothing at all, so this takes five minutes; it runs
# with RESTORE=1 or WINDLASS_SLOW_TESTS=1.
. "$(dirname "$0")/lib.sh"

if [ "${RESTORE:-}${WINDLASS_SLOW_TESTS:-}" != 1 ]; then
  echo "takes six minutes; RESTORE=1 runs it"
  exit 77
fi

start_cluster --nodes 1
start_windlass --leader-elect=true
deployment web 3 app:v1 | kubectl apply -f - >/dev/null
rolled_out web 120s

say "a state is kept, and lost again"
cluster stop apiserver etcd
cp -a "$DATA/etcd" "$WORK/etcd.before"
cluster start etcd apiserver
until_true 60 "the API server is back" kubectl get --raw /readyz
kubectl set image deployment/web app=app:v2 >/dev/null
rolled_out web 120s
cluster stop apiserver etcd
rm -rf "$DATA/etcd"
cp -a "$WORK/etcd.before" "$DATA/etcd"
cluster start etcd apiserver
put_back=$SECONDS
from=$(wc -l <"$WORK/windlass.log")
until_true 60 "the API server is back" kubectl get --raw /readyz

said() { log_since "$from" | grep -F "$1" >/dev/null; }
until_true 420 "Windlass notices" said 'the server went back from resourceVersion'
say "ok: noticed after $((SECONDS - put_back)) s"
until_true 60 "it gives leadership up" said 'stopped leading'
until_true 60 "it leads again" said 'started leading'
until_true 60 "Windlass is ready" windlass_ready
for resource in deployments replicasets; do
  expect "resets of $resource" "$(http_body /metrics |
    sed -n "s/^windlass_informer_resets_total{resource=\"$resource\"} //p")" 1
done

say "what there is now is controlled"
expect "image" "$(field deployment/web '{.spec.template.spec.containers[0].image}')" app:v1
kubectl set image deployment/web app=app:v3 >/dev/null
rolled_out web 120s
expect "ReplicaSets" "$(kubectl get rs -l app=web --no-headers | wc -l)" 2
stop_windlass
say passed
