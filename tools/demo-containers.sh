#!/usr/bin/env bash
# The demo with real containers: two nodes with a kubelet, containerd and runc each (test/cluster).
# Windlass updates a Deployment in place while a client asks it, stops a Rollout at a step, and
# rolls back. Needs root. Exits with 77 if this machine lacks what real nodes need, and names it.
. "$(dirname "${BASH_SOURCE[0]}")/demo-lib.sh"

[ "$(id -u)" -eq 0 ] || die "needs root: it makes network namespaces, mounts and control groups"

traffic=
pods() {
  run kubectl get pods -l app=web --sort-by=.metadata.name -o "custom-columns=NAME:.metadata.name,\
IP:.status.podIP,RESTARTS:.status.containerStatuses[0].restartCount,\
IMAGE:.status.containerStatuses[0].image"
}

# client_begins: asks the Service `web` fifty times a second, from here on.
client_begins() {
  "$cluster/bin/cluster" traffic --service web --qps 50 >"$scratch/traffic" &
  traffic=$!
  beside[$traffic]=traffic
  await 30 "endpoint of the Service" grep -q ready "$scratch/traffic"
}
# client_ends: prints what was answered, by Pod IP and version.
client_ends() {
  kill "$traffic"
  wait "$traffic" || die "the client ended with $?"
  unset "beside[$traffic]"
  say "who answered a client that asked fifty times a second meanwhile:"
  grep -vx ready "$scratch/traffic"
}

step "Packages: installing what the build and real nodes need and this machine lacks"
part "Debian packages"
run "$root/tools/packages.sh" containers
build_demo kubectl-windlass
run "$(tail -n 1 "$scratch/built")" machine || exit # with 77, after it said what is missing
step "Nodes: building containerd, runc and a test server (about 3 minutes the first time)"
part "building containerd and runc"
run "$root/test/cluster/build" --runtime >"$scratch/built"

step "Cluster: a control plane, and 2 nodes with a kubelet, containerd and runc each"
start_demo_cluster --real-nodes 2
quietly kubectl apply -f "$root/crds/windlass.dev_rollouts.yaml" \
  -f "$root/deploy/rollout/rbac-rollout.yaml"
quietly kubectl wait --for=condition=Established --timeout=60s crd rollouts.windlass.dev

step "Windlass: starting it for Deployments and Rollouts"
start_demo_windlass deployment,rollout
PATH=$root/build/release/cmd/kubectl-windlass:$PATH

step "Containers: a Deployment and a Rollout of 4 replicas each"
part "containers start"
cd "$root/examples"
show kubectl create -f containers.yaml
show kubectl rollout status deployment/web --timeout=120s
show kubectl windlass status rollout/shop --timeout 120s
pods

step "Update in place: new containers in the same Pods, one after the other"
part "update in place"
client_begins
show kubectl set image deployment/web server=example.test/server:v2
show kubectl rollout status deployment/web --timeout=120s
client_ends
pods

step "Rollout: stops at its step, and goes on when you say so"
part "a Rollout with a step"
image=/spec/template/spec/containers/0/image
show kubectl patch rollout/shop --type=json \
  -p "[{\"op\": \"replace\", \"path\": \"$image\", \"value\": \"example.test/server:v2\"}]"
show kubectl wait --for=jsonpath='{.status.phase}'=Paused rollout/shop --timeout=120s
show kubectl windlass get rollout/shop
show kubectl windlass promote rollout/shop
show kubectl windlass status rollout/shop --timeout 120s

step "Rollback: in place, too"
part "rollback"
client_begins
show kubectl rollout undo deployment/web
show kubectl rollout status deployment/web --timeout=120s
client_ends
pods
end_part

step "End: stopping Windlass, the nodes and the cluster"
