#!/usr/bin/env bash
# etcd is restored to an earlier state while Windlass leads (R-061). Windlass notices, whether the
# server's revision is below or above the one that Windlass has seen when the server serves again.
# Windlass gives up leadership and caches, becomes leader again, and controls the objects that exist
# now.
. "$(dirname "$0")/lib.sh"

save() {
  cluster stop apiserver etcd
  cp -a "$DATA/etcd" "$WORK/etcd.before"
  cluster start etcd apiserver
  until_true 60 "the API server is back" kubectl get --raw /readyz
  until_true 60 "Windlass is ready" windlass_ready
}
put_back() {
  from=$(wc -l <"$WORK/windlass.log")
  cluster stop apiserver etcd
  rm -rf "$DATA/etcd"
  mv "$WORK/etcd.before" "$DATA/etcd"
  cluster start etcd apiserver
  cluster restart kcm scheduler node-0 # they would not notice the restore
}
said() { log_since "$from" | grep -F "$1" >/dev/null; }
resets() {
  http_body /metrics | sed -n "s/^windlass_informer_resets_total{resource=\"$1\"} //p"
}
# noticed COUNT: Windlass has started over, COUNT times in all, and leads again.
noticed() {
  until_true 60 "Windlass notices" said ' the cache is reset and read anew resource='
  until_true 60 "it gives leadership up" said 'stopped leading'
  until_true 60 "it leads again" said 'started leading'
  until_true 60 "Windlass is ready" windlass_ready
  expect "resets of deployments" "$(resets deployments)" "$1"
  expect "resets of replicasets" "$(resets replicasets)" "$1"
}
image() { field "deployment/web" '{.spec.template.spec.containers[0].image}'; }

start_cluster --nodes 1
start_windlass --leader-elect=true
deployment web 3 app:v1 | kubectl apply -f - >/dev/null
rolled_out web 120s

say "a whole rollout is lost"
save
kubectl set image deployment/web app=app:v2 >/dev/null
rolled_out web 120s
put_back
noticed 1
expect "image" "$(image)" app:v1
kubectl set image deployment/web app=app:v3 >/dev/null
rolled_out web 120s
expect "ReplicaSets" "$(kubectl get rs -l app=web --no-headers | wc -l)" 2

# A starting API server writes more than that by itself, so it is past Windlass's revision when it
# serves.
say "two writes are lost"
save
kubectl annotate deployment/web lost=yes >/dev/null
annotated() { kubectl get rs -l app=web -o yaml | grep -F 'lost: "yes"'; }
until_true 30 "Windlass has seen the annotation" annotated
put_back
noticed 2
kubectl set image deployment/web app=app:v4 >/dev/null
rolled_out web 120s
expect "ReplicaSets" "$(kubectl get rs -l app=web --no-headers | wc -l)" 3
stop_windlass
say passed
