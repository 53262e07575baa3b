#!/usr/bin/env bash
# Pods that are taken down with care: drained by a readinessGate, within a PodDisruptionBudget, and
# with room reserved in it, so that an eviction at the same moment is refused.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/in_place_lib.sh"

# watch_pods NAME COUNT: a line for each version of a Pod: resourceVersion, name, image, the gate's
# condition, Ready. Every version is in the watch, in order.
watch_pods() {
  kubectl get pods -l "app=$1" --watch -o jsonpath="{.metadata.resourceVersion} \
{.metadata.name} {.spec.containers[0].image} \
gate={.status.conditions[?(@.type=='windlass.dev/in-place-ready')].status} \
ready={.status.conditions[?(@.type=='Ready')].status}{'\n'}" >"$WORK/$1.watch" &
  OTHER_PIDS="$OTHER_PIDS $!"
  until_true 60 "the watch of the Pods of $1 begins" watched "$1" "$2"
}
watched() { # NAME COUNT: so many Pods were seen
  [ "$(awk '{print $2}' "$WORK/$1.watch" | sort -u | wc -l)" = "$2" ]
}
# The last thing seen of every Pod ends so.
all_seen() { # NAME COUNT ENDING
  awk -v n="$2" -v ending="$3" '
    {last[$2] = $0}
    END {for (pod in last) if (index(last[pod], ending)) ok++; exit ok != n}' "$WORK/$1.watch"
}
# The first line of each Pod with that image.
first_with() { # NAME IMAGE
  awk -v image="$2" '$3 == image && !seen[$2]++' "$WORK/$1.watch"
}
budget() { # NAME MAX-UNAVAILABLE ALLOWED
  kubectl create poddisruptionbudget "$1" --selector="app=$1" --max-unavailable="$2" >/dev/null
  until_true 60 "budget $1 is counted" allows "$1" "$3"
}
allows() { # NAME DISRUPTIONS: and the status is of the present spec
  local status='{.status.observedGeneration}/{.status.expectedPods}/{.status.disruptionsAllowed}'
  [ "$(field "pdb/$1" "$status")" = "$(field "pdb/$1" '{.metadata.generation}')/4/$2" ]
}
reserved() { field "pdb/$1" '{.status.disruptedPods}'; }
not_reserved() { [ -z "$(reserved "$1")" ] || [ "$(reserved "$1")" = '{}' ]; }
is_reserved() { ! not_reserved "$1"; }

at_exit() { kill -CONT "$WINDLASS_PID" 2>/dev/null || true; } # it cannot end while it is stopped

UNAVAILABLE=1
start_in_place --nodes 3
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

say "Reserve: the budget says of each Pod that it is to go, before it is patched"
UNAVAILABLE=50% GRACE=60 in_place reserve 4 app:v1-slow-stop-20s \
  'windlass.dev/in-place-pdb: Reserve, windlass.dev/in-place-partition: "3"' |
  kubectl apply -f - >/dev/null
rolled_out reserve
note_pods reserve
budget reserve 1 1
watch_pods reserve 4
kubectl get pdb reserve --watch -o jsonpath="{.metadata.resourceVersion} \
allowed={.status.disruptionsAllowed} {.status.disruptedPods}{'\n'}" >"$WORK/pdb.watch" &
OTHER_PIDS="$OTHER_PIDS $!"
until_true 60 "the watch of the budget begins" test -s "$WORK/pdb.watch"
set_image reserve app:v2
until_true 60 "one is patched" grep -F ' app:v2 ' "$WORK/reserve.watch"
# Its old container stops for twenty seconds, and the Pod is Ready all the while. Whatever becomes
# of it, nobody gives the room back while Windlass is not looking.
kill -STOP "$WINDLASS_PID"
is_reserved reserve || fail "no room is reserved for it"
victim=$(kubectl get pods -l app=reserve --no-headers -o custom-columns=\
N:.metadata.name,I:.spec.containers[0].image | awk '$2 != "app:v2" {print $1; exit}')
printf '{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "%s"}}' "$victim" |
  kubectl create --raw "/api/v1/namespaces/default/pods/$victim/eviction" -f - \
    >"$WORK/evicted" 2>&1 && fail "an eviction took the room that was reserved"
grep -F 'disruption budget' "$WORK/evicted" >/dev/null || fail "refused: $(cat "$WORK/evicted")"
say "ok: meanwhile no other Pod can be evicted"
kill -CONT "$WINDLASS_PID"
until_true 120 "it stops at the partition" says reserve Partitioned
annotate reserve windlass.dev/in-place-partition-
in_order reserve app:v2 240s
same_pods reserve
restarted reserve 1
until_true 60 "nothing is reserved any more" not_reserved reserve
until_true 60 "the budget allows one again" allows reserve 1
until_true 60 "all versions were seen" all_seen reserve 4 "app:v2 gate= ready=True"
at_end() { tail -n 1 "$WORK/pdb.watch" | grep -E 'allowed=1 ({})?$'; }
until_true 60 "and all of the budget" at_end
first_with reserve app:v2 | while read -r version pod _; do
  said=$(awk -v at="$version" '$1 < at + 0 {last = $0} END {print last}' "$WORK/pdb.watch")
  case $said in
    *"allowed=0 "*"\"$pod\""*) say "ok: $pod was patched at $version, and before: $said" ;;
    *) fail "$pod was patched at $version, and the budget said: $said" ;;
  esac
done
expect "Pods reserved for at once, at most" \
  "$(sed 's/^[^{]*//' "$WORK/pdb.watch" | tr -cd '"\n' | awk '{n = length($0) / 4; if (n > m) m = n}
    END {print m + 0}')" 1
expect "complaints of the disruption controller" \
  "$(kubectl get events --field-selector reason=NotDeleted --no-headers 2>/dev/null | wc -l)" 0

stop_windlass
check_witness --settled --in-place
expect "lines of the log that tell of reservations" \
  "$(grep -c ' reserve disruption ' "$WORK/windlass.log")" 4
if grep -E ' (error|warning) ' "$WORK/windlass.log"; then fail "the log holds warnings"; fi
say "passed"
