#!/usr/bin/env bash
# The demo: Windlass rolls out a Deployment, gives it a new image, and rolls back. The Kubernetes
# control plane is real; it lives in a temporary folder of this machine and is removed in the end.
. "$(dirname "${BASH_SOURCE[0]}")/demo-lib.sh"

replica_sets() {
  local revision='.metadata.annotations.deployment\.kubernetes\.io/revision'
  say "its ReplicaSets:"
  run kubectl get replicasets -l app=web --sort-by=.metadata.creationTimestamp -o \
    "custom-columns=NAME:.metadata.name,REVISION:$revision,REPLICAS:.spec.replicas,\
READY:.status.readyReplicas,IMAGE:.spec.template.spec.containers[0].image"
}

step "Packages: installing what the build needs and this machine lacks"
part "Debian packages"
run "$root/tools/packages.sh" build
build_demo

step "Cluster: etcd, apiserver, controllers without the Deployment controller, scheduler, 2 nodes"
start_demo_cluster --nodes 2

step "Windlass: starting it as the cluster's Deployment controller"
start_demo_windlass deployment

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
