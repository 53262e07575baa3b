#!/usr/bin/env bash
# The demo: Windlass rolls out a Deployment, gives it a new image, and rolls back. The Kubernetes
# control plane is real; it lives in a temporary folder of this machine and is removed in the end.
# Two demos may run side by side: no port and no folder is fixed.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

need_go

cluster=$scratch/cluster
windlass_log=$scratch/windlass.log
windlass=

on_exit() {
  local status=$1
  if [ -n "$windlass" ]; then end_children "$windlass"; fi
  case $status in 0 | 129 | 130 | 143) ;; *) keep_logs ;; esac # unless a signal ended it
  if [ -f "$cluster/cluster.json" ]; then
    part "ending it all"
    "$root/test/cluster/down" --data "$cluster" --remove ||
      printf 'demo: left behind: %s\n' "$cluster" >&2
  fi
  if [ "$status" -eq 0 ]; then
    print_times
    say "Nothing runs any more. \`make demo-clean\` removes what was built as well."
  fi
}

keep_logs() {
  [ -f "$windlass_log" ] || return 0
  local kept=$root/build/demo
  mkdir -p "$kept"
  cp -r "$windlass_log" "$cluster/log" "$kept/" 2>/dev/null || true
  printf 'demo: failed; logs kept in %s; the end of the daemon'"'"'s:\n' "$kept" >&2
  tail -n 20 "$windlass_log" >&2
}

# show COMMAND…: prints COMMAND as at a prompt, and runs it.
show() {
  printf '%s$ %s%s\n' "$bold" "$*" "$plain"
  run "$@"
}

# get PATH: prints the status code with which the operations port answers.
get() {
  exec 3<>"/dev/tcp/127.0.0.1/$port" || return 1
  printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&3
  local version code rest
  read -r version code rest <&3 || code=
  exec 3>&-
  echo "$code"
}

# await SECONDS WHAT COMMAND…: waits until COMMAND succeeds. Fails if the daemon ends before.
await() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" 2>/dev/null; do
    kill -0 "$windlass" 2>/dev/null || die "windlass ended before $what"
    ((SECONDS < deadline)) || die "no $what in time"
    sleep 0.1
  done
}
port_known() {
  port=$(sed -n 's/.*address=127\.0\.0\.1:\([0-9][0-9]*\).*/\1/p' "$windlass_log" | head -n 1)
  [ -n "$port" ]
}
ready() { [ "$(get /readyz)" = 200 ]; }

replica_sets() {
  local revision='.metadata.annotations.deployment\.kubernetes\.io/revision'
  say "its ReplicaSets:"
  run kubectl get replicasets -l app=web --sort-by=.metadata.creationTimestamp -o \
    "custom-columns=NAME:.metadata.name,REVISION:$revision,REPLICAS:.spec.replicas,\
READY:.status.readyReplicas,IMAGE:.spec.template.spec.containers[0].image"
}

# make demo-clean sees by this lock that a demo runs, and finds the cluster of a killed demo here.
mkdir -p "$(cache_folder)"
exec 8>"$(cache_folder)/demo.lock"
flock --shared 8
echo $$ >"$scratch/pid"

step "Packages: installing what the build needs and this machine lacks"
part "Debian packages"
run "$root/tools/packages.sh" build

step "Windlass: building it (about 3 minutes the first time)"
part "building Windlass"
cd "$root"
quietly cmake --preset release
quietly cmake --build --preset release

step "Kubernetes: building a control plane (about 5 minutes the first time)"
part "building the control plane"
run "$root/test/cluster/build" >"$scratch/built"

step "Cluster: etcd, apiserver, controllers without the Deployment controller, scheduler, 2 nodes"
part "starting the cluster"
run "$root/test/cluster/up" --data "$cluster" --nodes 2
# shellcheck disable=SC1091 # written by up
. "$cluster/env"

step "Windlass: starting it as the cluster's Deployment controller"
part "starting Windlass"
"$root/build/release/cmd/windlass/windlass" --controllers=deployment \
  --kubeconfig "$cluster/windlass.kubeconfig" --leader-elect=false \
  --metrics-bind-address=127.0.0.1:0 \
  >"$windlass_log" 2>&1 </dev/null &
windlass=$!
echo "$windlass" >"$scratch/windlass.pid"
await 15 "address of the operations port in its log" port_known
await 60 "readiness" ready
say "ready, pid $windlass"

step "Rollout: a Deployment of 4 replicas"
part "three rollouts"
cd "$root/examples"
show kubectl create -f web.yaml
show kubectl rollout status deployment/web --timeout=120s

step "Update: a new image, one Pod at a time, never fewer than 4 ready"
show kubectl set image deployment/web app=app:v2
show kubectl rollout status deployment/web --timeout=120s
replica_sets

step "Rollback: to the revision before"
show kubectl rollout undo deployment/web
show kubectl rollout status deployment/web --timeout=120s
replica_sets
show kubectl rollout history deployment/web
end_part

step "Log: each change to a ReplicaSet is one line, with the numbers it was decided on"
{ grep -F default/web "$windlass_log" || die "windlass decided nothing"; } |
  grep -vF 'info update status' |
  sed 's/^[^T]*T/    /; s/Z info / /; s/ deployment=[^ ]* request="[^"]*"//'

step "End: stopping Windlass and the cluster"
