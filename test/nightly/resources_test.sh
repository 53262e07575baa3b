#!/usr/bin/env bash
# CPU and memory in place (docs/in-place-settings.md, "in-place-resources") on real kubelets: a
# resize without a restart, one with a restart, one together with an image, an undo midway, what an
# autoscaler has set, nodes that are too small, crashes of Windlass midway, and the stock controller
# that takes over midway.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/in_place_lib.sh"

UNAVAILABLE=1 # no stand-ins
ASK='windlass.dev/in-place-resources: IfPossible'

# sized NAME REPLICAS IMAGE CPU MEMORY [MORE ANNOTATIONS] [MORE OF THE CONTAINER]: prints a manifest
sized() {
  local resources="{requests: {cpu: $4, memory: 64Mi}, limits: {memory: $5}}"
  in_place "$1" "$2" "$3" "$ASK${6:+, $6}" |
    sed "s|name: app, image: \"$3\"|&, resources: $resources${7:+, $7}|"
}
# amounts NAME PATH: prints a field of the first container of each Pod, and how many have it
amounts() {
  kubectl get pods -l "app=$1" --no-headers -o custom-columns="A:$2,D:.metadata.deletionTimestamp" |
    awk '$2 == "<none>" {print $1}' | sort | uniq -c | awk '{print $2 "=" $1}' | paste -sd ' '
}
has() { amounts "$1" '.status.containerStatuses[0].resources.requests.cpu'; }
memory() { amounts "$1" '.status.containerStatuses[0].resources.limits.memory'; }
set_cpu() { # NAME CPU
  kubectl patch "deployment/$1" --type=json -p "[{\"op\":\"replace\",
    \"path\":\"/spec/template/spec/containers/0/resources/requests/cpu\",\"value\":\"$2\"}]" \
    >/dev/null
}
set_memory() { # NAME MEMORY
  kubectl patch "deployment/$1" --type=json -p "[{\"op\":\"replace\",
    \"path\":\"/spec/template/spec/containers/0/resources/limits/memory\",\"value\":\"$2\"}]" \
    >/dev/null
}
begin() { # NAME …: applies what `sized` prints, and notes the Pods
  sized "$@" | kubectl apply -f - >/dev/null
  rolled_out "$1"
  note_pods "$1"
}
has_reason() { condition "$1" message | grep -q "$2"; } # NAME CAUSE

start_in_place --nodes 3
start_windlass

say "without a restart"
begin plain 8 app:v1 100m 128Mi
set_cpu plain 200m
rolled_out plain
same_pods plain
expect "CPU that the kubelets have given" "$(has plain)" 200m=8
restarted plain 0
until_true 10 "the condition" says plain Complete

say "with a restart, where resizePolicy says so"
begin policy 3 app:v1 100m 128Mi '' \
  'resizePolicy: [{resourceName: memory, restartPolicy: RestartContainer}]'
set_memory policy 256Mi
rolled_out policy
same_pods policy
expect "memory" "$(memory policy)" 256Mi=3
restarted policy 1

say "together with an image"
begin both 3 app:v1 100m 128Mi
kubectl patch deployment/both --type=json -p '[
  {"op":"replace","path":"/spec/template/spec/containers/0/image","value":"app:v2"},
  {"op":"replace","path":"/spec/template/spec/containers/0/resources/requests/cpu","value":"300m"}
]' >/dev/null
rolled_out both
same_pods both
expect "CPU" "$(has both)" 300m=3
all_of both app:v2 || fail "images of both: $(images both)"

say "an undo midway, from a partition"
begin midway 4 app:v1 100m 128Mi 'windlass.dev/in-place-partition: "2"'
set_cpu midway 200m
until_true 30 "the condition" says midway Partitioned
expect "CPU" "$(has midway)" "100m=2 200m=2"
kubectl rollout undo deployment/midway >/dev/null
rolled_out midway
same_pods midway
expect "CPU" "$(has midway)" 100m=4

say "what an autoscaler has set stays through another image"
begin scaled 2 app:v1 100m 128Mi
pod=$(kubectl get pods -l app=scaled -o jsonpath='{.items[0].metadata.name}')
kubectl patch pod "$pod" --subresource resize --type=merge -p '{"spec":{"containers":[
  {"name":"app","image":"app:v1","resources":{"requests":{"cpu":"150m","memory":"64Mi"},
   "limits":{"memory":"128Mi"}}}]}}' >/dev/null
set_image scaled app:v2
rolled_out scaled
same_pods scaled
expect "CPU" "$(has scaled)" "100m=1 150m=1"

say "a node that can never do it: new Pods, with the reason"
begin large 2 app:v1 100m 128Mi
annotate large windlass.dev/in-place=IfPossible
set_cpu large 100
until_true 30 "the reason" has_reason large ResizeInfeasible
kubectl rollout undo deployment/large >/dev/null
rolled_out large
expect "CPU" "$(has large)" 100m=2

say "Windlass is killed midway, again and again"
begin killed 6 app:v1 100m 128Mi
set_cpu killed 200m
for _ in 1 2 3 4 5; do
  sleep 0.3
  kill_windlass
  start_windlass
done
rolled_out killed
same_pods killed
expect "CPU" "$(has killed)" 200m=6

say "the stock controller takes over midway, and finishes with new Pods"
begin handed 4 app:v1 100m 128Mi 'windlass.dev/in-place-partition: "2"'
set_cpu handed 200m
until_true 30 "the condition" says handed Partitioned
stop_windlass
start_stock
rolled_out handed
expect "CPU" "$(has handed)" 200m=4

say "ok"
