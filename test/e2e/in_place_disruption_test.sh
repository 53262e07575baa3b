#!/usr/bin/env bash
# Pods that are taken down carefully: drained by a readinessGate, and within a PodDisruptionBudget.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/in_place_lib.sh"

# watch_pods NAME COUNT: prints a line for each version of a Pod: resourceVersion, name, image, the
# gate's condition, Ready. The watch has every version, in order.
watch_pods() {
  kubectl get pods -l "app=$1" --watch -o jsonpath="{.metadata.resourceVersion} \
{.metadata.name} {.spec.containers[0].image} \
gate={.status.conditions[?(@.type=='windlass.dev/in-place-ready')].status} \
ready={.status.conditions[?(@.type=='Ready')].status}{'\n'}" >"$WORK/$1.watch" &
  OTHER_PIDS="$OTHER_PIDS $!"
  until_true 60 "the watch of the Pods of $1 begins" watched "$1" "$2"
}
watched() { # NAME COUNT: that many Pods were seen
  [ "$(awk '{print $2}' "$WORK/$1.watch" | sort -u | wc -l)" = "$2" ]
}
# True if the last version of every Pod ends like this.
all_seen() { # NAME COUNT ENDING
  awk -v n="$2" -v ending="$3" '
    {last[$2] = $0}
    END {for (pod in last) if (index(last[pod], ending)) ok++; exit ok != n}' "$WORK/$1.watch"
}
# Prints the first line of each Pod with that image.
first_with() { # NAME IMAGE
  awk -v image="$2" '$3 == image && !seen[$2]++' "$WORK/$1.watch"
}
budget() { # NAME MAX-UNAVAILABLE ALLOWED
  kubectl create poddisruptionbudget "$1" --selector="app=$1" --max-unavailable="$2" >/dev/null
  until_true 60 "budget $1 is counted" allows "$1" "$3"
}
allows() { # NAME DISRUPTIONS: the status also belongs to the present spec
  local status='{.status.observedGeneration}/{.status.expectedPods}/{.status.disruptionsAllowed}'
  [ "$(field "pdb/$1" "$status")" = "$(field "pdb/$1" '{.metadata.generation}')/4/$2" ]
}

UNAVAILABLE=1
join_cluster
start_witness
start_windlass

say "Gate: a Pod is unready for everybody before it is patched, and ready after"
in_place gate 4 app:v1 \
  'windlass.dev/in-place-drain: Gate, windlass.dev/in-place-drain-seconds: "1"' \
  '' 'readinessGates: [{conditionType: windlass.dev/in-place-ready}]' |
  kubectl apply -f - >/dev/null
rolled_out gate
note_pods gate
watch_pods gate 4
set_image gate app:v2
in_order gate app:v2
same_pods gate
restarted gate 1
until_true 60 "all are ready, with an open gate" all_seen gate 4 "app:v2 gate=True ready=True"
expect "how Pods were when they were patched" \
  "$(first_with gate app:v2 | cut -d' ' -f4- | sort | uniq -c | tr -s ' ')" \
  " 4 gate=False ready=False"
expect "our state of a Pod in order says of no drain" \
  "$(kubectl get pods -l app=gate -o yaml | grep -c '"drain"' || true)" 0

say "a PodDisruptionBudget that allows nothing"
in_place blocked 4 app:v1 | kubectl apply -f - >/dev/null
rolled_out blocked
note_pods blocked
budget blocked 0 0
set_image blocked app:v2
until_true 60 "the condition says so" says blocked WaitingForPDB
condition blocked message | grep -F 'PodDisruptionBudget blocked' >/dev/null ||
  fail "the condition does not name the budget: $(condition blocked message)"
expect "patched Pods" "$(with_image blocked app:v2)" 0
kubectl patch pdb blocked --type merge -p '{"spec": {"maxUnavailable": 1}}' >/dev/null
in_order blocked app:v2
same_pods blocked

stop_windlass
check_witness --settled --in-place
if grep -E ' (error|warning) ' "$WORK/windlass.log"; then fail "the log holds warnings"; fi
say "passed"
