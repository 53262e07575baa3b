#!/usr/bin/env bash
# Two nodes with real containers (test/cluster/README.md, "Real nodes"). A Deployment of the test
# server runs on both. Asked from the machine and from one another, its Pods say version, host name,
# and a counter that an emptyDir keeps. The process of a container is killed, one exits, one takes
# more memory than its limit; a kubelet, a containerd and a whole node are killed and started anew.
# In the end nothing of the nodes is left on the machine: no process, mount, namespace, bridge, veth
# or control group. The same after kill -9 of everything, and of `up` on its way.
. "$(dirname "$0")/../e2e/lib.sh"

NODES="node-0 node-1"
BRIDGE='' GROUP='' NAMESPACES='' # of the cluster that is up
TUNABLES=(kernel/panic kernel/panic_on_oops vm/overcommit_memory vm/panic_on_oom)

built=$("$ROOT/test/cluster/build" | tail -n 1)
if ! machine=$("$built" machine); then
  echo "$machine"
  exit 77
fi
say "this machine: $(paste -sd ';' <<<"$machine")"

tunables() { (cd /proc/sys && grep . "${TUNABLES[@]}") | paste -sd ' '; }

# start_nodes: starts a control plane with two real nodes.
start_nodes() {
  local began=$EPOCHREALTIME
  start_cluster --real-nodes 2 --controllers='*'
  say "up after $(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $began }") s"
  note_cluster
  expect "the bridge" "$(ip -br link show "$BRIDGE" | awk '{ print $2 }')" UP
}
# note_cluster: notes what the things of this cluster are called.
note_cluster() {
  BRIDGE=$(jq -r .real.network.bridge "$DATA/cluster.json")
  GROUP=$(jq -r .real.group "$DATA/cluster.json")
}
# note_namespaces: notes all namespaces of all processes of the nodes: theirs and those of Pods.
note_namespaces() {
  local pid kind own
  NAMESPACES=
  for pid in $(group_processes); do
    for kind in net mnt pid uts ipc cgroup; do
      own=$(readlink "/proc/$pid/ns/$kind") || continue
      if [ "$own" != "$(readlink "/proc/self/ns/$kind")" ]; then NAMESPACES+=" $own"; fi
    done
  done
  NAMESPACES=$(tr ' ' '\n' <<<"$NAMESPACES" | sort -u)
  say "$(wc -w <<<"$NAMESPACES") namespaces, $(group_processes | wc -l) processes of the nodes"
}
# group_processes: prints the processes in the control groups of the nodes.
group_processes() { grep -ls "/$GROUP/" /proc/[0-9]*/cgroup | cut -d / -f 3; }

# all_namespaces: prints the namespaces of all processes. Of a zombie, which waits for its parent,
# only the PID namespace can be read: those are left out.
all_namespaces() {
  local process
  for process in /proc/[0-9]*; do
    readlink "$process/ns/net" && readlink "$process"/ns/{mnt,pid,uts,ipc,cgroup}
  done 2>/dev/null
}

# nothing_left: fails if anything of the nodes is on the machine.
nothing_left() {
  local left
  if [ -e "$DATA" ]; then fail "$DATA is still there"; fi
  left=$(group_processes) || true
  if [ -n "$left" ]; then fail "processes in control group $GROUP: $left"; fi
  # The pattern is no argument: grep would find itself.
  left=$(grep -lsaF -f <(echo "$DATA/") /proc/[0-9]*/cmdline) || true
  if [ -n "$left" ]; then fail "processes of the cluster: $left"; fi
  left=$(grep -hsF "$DATA/" /proc/[0-9]*/mountinfo | sort -u) || true
  if [ -n "$left" ]; then fail "mounts: $left"; fi
  left=$(all_namespaces | sort -u | grep -xF "$NAMESPACES") || true # one a line
  if [ -n "$left" ]; then fail "namespaces: $left"; fi
  left=$(ip -br link | grep "^$BRIDGE") || true
  if [ -n "$left" ]; then fail "interfaces: $left"; fi
  left=$(find /sys/fs/cgroup -maxdepth 2 -name "$GROUP") || true
  if [ -n "$left" ]; then fail "control groups: $left"; fi
  say "ok: nothing is left of $GROUP"
}

# web IMAGE: prints a manifest of four test servers, each with its data in an emptyDir.
web() {
  cat <<YAML
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 5
      volumes: [{name: data, emptyDir: {}}]
      topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: kubernetes.io/hostname
        whenUnsatisfiable: DoNotSchedule
        labelSelector: {matchLabels: {app: web}}
      containers:
      - name: web
        image: $1
        env: [{name: DATA, value: /data}]
        volumeMounts: [{name: data, mountPath: /data}]
        readinessProbe: {httpGet: {path: /readyz, port: 8080}, periodSeconds: 1}
        resources:
          requests: {cpu: 10m, memory: 64Mi}
          limits: {cpu: "1", memory: 64Mi}
YAML
}
pods() { kubectl get pods -l app=web -o jsonpath='{range .items[*]}{.metadata.name}{"\n"}{end}'; }
address_of() { field "pod/$1" '{.status.podIP}'; }
restarts_of() { field "pod/$1" '{.status.containerStatuses[0].restartCount}'; }
# ask POD [PATH]: asks it from the machine; with a path, by POST.
ask() {
  curl --silent --max-time 5 ${2:+--request POST} "http://$(address_of "$1"):8080${2:-/}"
}
# says POD FIELD VALUE: true if the Pod's answer has it.
says() { [ "$(ask "$1" | jq -r ".$2")" = "$3" ]; }
# one_on NODE: prints a Pod of the Deployment that runs on the node.
one_on() {
  kubectl get pods -l app=web --field-selector "spec.nodeName=$1" \
    -o jsonpath='{.items[0].metadata.name}'
}
all_say() { # FIELD VALUE
  local pod
  for pod in $(pods); do says "$pod" "$1" "$2" || return 1; done
}
node_ready() {
  [ "$(field "node/$1" '{.status.conditions[?(@.type=="Ready")].status}')" = True ]
}
# task_of POD: prints the process id of its container, as its node sees it.
task_of() {
  local id
  id=$(field "pod/$1" '{.status.containerStatuses[0].containerID}')
  cluster enter "$(field "pod/$1" '{.spec.nodeName}')" ctr -n k8s.io tasks list |
    awk -v id="${id#containerd://}" '$1 == id { print $2 }'
}

# --- Pods ---

settings=$(tunables)
start_nodes
began=$EPOCHREALTIME
web example.test/server:v1 | kubectl apply -f - >/dev/null
rolled_out web
say "four Pods after $(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $began }") s"
for pod in $(pods); do
  expect "what $pod says" "$(ask "$pod" | jq -c .)" \
    "{\"version\":\"v1\",\"hostname\":\"$pod\",\"starts\":1,\"count\":0}"
  expect "log of $pod" "$(kubectl logs "$pod" | grep -c 'version v1: start 1')" 1
done
first=$(one_on node-0) second=$(one_on node-1)
answer=$(kubectl exec "$first" -- testserver get "http://$(address_of "$second"):8080/")
expect "a Pod of node-0 asks one of node-1" "$(jq -r .hostname <<<"$answer")" "$second"
for _ in 1 2 3; do ask "$first" /count >/dev/null; done
expect "a count of $first, by kubectl exec" "$(kubectl exec "$first" -- cat /data/count)" 3

for node in $NODES; do
  if [ -d "/sys/fs/cgroup/memory/$GROUP" ]; then
    memory=$(awk '$1 == "total_rss" { print $2 }' "/sys/fs/cgroup/memory/$GROUP/$node/memory.stat")
  else
    memory=$(awk '$1 == "anon" { print $2 }' "/sys/fs/cgroup/$GROUP/$node/memory.stat")
  fi
  disk=$(du -sm "$DATA/nodes/$node" | cut -f 1)
  say "$node with two Pods: $((memory >> 20)) MiB resident, $disk MiB on disk"
done

cluster enter node-0 kill -9 "$(task_of "$first")"
until_true 60 "the killed container runs again" says "$first" starts 2
expect "restarts" "$(restarts_of "$first")" 1
expect "the count after a restart" "$(ask "$first" | jq .count)" 3

ask "$second" '/exit?code=3' >/dev/null || true
until_true 60 "the container that exited runs again" says "$second" starts 2
expect "its exit code" \
  "$(field "pod/$second" '{.status.containerStatuses[0].lastState.terminated.exitCode}')" 3
ask "$second" '/leak?mib=100' >/dev/null || true
until_true 60 "the container that took too much memory runs again" says "$second" starts 3
expect "its end" \
  "$(field "pod/$second" '{.status.containerStatuses[0].lastState.terminated.reason}')" OOMKilled

if grep -q CAP_SYS_RESOURCE <<<"$machine"; then
  echo "not run: OOM scores of containers: the machine gives no CAP_SYS_RESOURCE"
else
  expect "OOM score of a container with limits" \
    "$(cluster enter node-0 cat "/proc/$(task_of "$first")/oom_score_adj")" -997
fi

# --- what runs a node is killed ---

cluster kill kubelet-0
expect "a Pod without its kubelet" "$(ask "$first" | jq -r .hostname)" "$first"
cluster start kubelet-0
until_true 60 "node-0 is ready again" node_ready node-0
expect "restarts" "$(restarts_of "$first")" 1

cluster kill containerd-0
expect "a Pod without its containerd" "$(ask "$first" | jq -r .hostname)" "$first"
cluster start containerd-0
until_true 60 "kubectl exec works again" kubectl exec "$first" -- true
expect "restarts" "$(restarts_of "$first")" 1

other_address=$(address_of "$second")
cluster kill node-0
if cluster status >/dev/null; then fail "status says that all are running"; fi
if ask "$first" >/dev/null; then fail "a Pod of a dead node answers"; fi
expect "a Pod of the other node" \
  "$(curl --silent --max-time 5 "http://$other_address:8080/" | jq -r .hostname)" "$second"
cluster start node-0
until_true 120 "the Pod of the node that booted answers" says "$first" starts 3
expect "its count" "$(ask "$first" | jq .count)" 3
cluster status >/dev/null || fail "status after the boot of node-0: $(cluster status)"

kubectl set image deployment/web web=example.test/server:v2 >/dev/null
rolled_out web
until_true 60 "all Pods say v2" all_say version v2
say "ok: all Pods say v2"

# --- nothing is left ---

note_namespaces
expect "settings of the machine" "$(tunables)" "$settings"
began=$EPOCHREALTIME
"$ROOT/test/cluster/down" --data "$DATA" --remove
say "down after $(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $began }") s"
nothing_left

start_nodes
web example.test/server:v1 | kubectl apply -f - >/dev/null
rolled_out web
note_namespaces
# shellcheck disable=SC2046 # process ids
kill -9 $(jq .pid "$DATA"/run/*.json) $(group_processes) 2>/dev/null || true
say "killed everything"
"$ROOT/test/cluster/down" --data "$DATA" --remove
nothing_left

say "up is killed on its way"
"$ROOT/test/cluster/up" --data "$DATA" --real-nodes 2 >"$WORK/up.log" 2>&1 &
up=$! OTHER_PIDS=$!
until_true 180 "containerd of node-0 runs" test -e "$DATA/run/containerd-0.json"
note_cluster
note_namespaces
kill -9 "$up"
wait "$up" 2>/dev/null || true
"$ROOT/test/cluster/down" --data "$DATA" --remove
nothing_left
say "all good"
