#!/usr/bin/env bash
# kubectl set image updates COUNT Pods in place, and kubectl rollout undo sets them back:
# - The Pods stay the same by name, uid, node and address, and each has one restart more.
# - Never are more Pods in flight or unavailable than allowed (the witness).
# - kubectl rollout status waits for the end; history and revisions are as for any rollout.
#
# Then come Pods of several containers and a sidecar, and two tags of one image. With COUNT=100
# LOAD=1 other Deployments roll out all the time.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/in_place_lib.sh"

COUNT=${COUNT:-10} LOAD=${LOAD:-}
LOAD_PID=
at_exit() { [ -z "$LOAD_PID" ] || kill "$LOAD_PID"; }

# Rolls out one version after the other in other Deployments.
load() {
  local i n
  for ((i = 1; ; i++)); do
    for n in 1 2 3 4 5; do deployment "other-$n" 5 "app:v$i"; echo ---; done |
      kubectl apply -f - >/dev/null 2>&1 || true
    for n in 1 2 3 4 5; do
      kubectl rollout status "deployment/other-$n" --timeout=60s >/dev/null 2>&1 || true
    done
  done
}

if [ -n "${NODES:-}" ]; then start_cluster --nodes "$NODES"; else join_cluster; fi
start_witness
start_windlass
if [ -n "$LOAD" ]; then
  load &
  LOAD_PID=$!
fi

say "an ordinary Deployment, which says that it is updated in place"
in_place web "$COUNT" app:v1 | kubectl apply -f - >/dev/null
rolled_out web 300s
note_pods web

say "kubectl set image"
set_image web app:v2
kubectl rollout status deployment/web --timeout=600s >"$WORK/status" || fail "it did not end"
# Windlass writes the final status after the last restart, and after the exchange of the
# ReplicaSets.
expect "images when rollout status ended" "$(images web | sort -u)" app:v2
restarted web 1
same_pods web
expect "the last line" "$(tail -n 1 "$WORK/status")" 'deployment "web" successfully rolled out'
expect "revision" "$(revision web)" 2
until_true 10 "the condition says so" says web Complete
expect "revisions of the history" \
  "$(kubectl rollout history deployment/web | awk '$1 ~ /^[0-9]+$/ {print $1}' | paste -sd' ')" \
  "1 2"
expect "image of revision 1" "$(kubectl rollout history deployment/web --revision=1 |
  awk '$1 == "Image:" {print $2}')" app:v1
expect "ReplicaSets" "$(kubectl get rs -l app=web --no-headers | wc -l)" 2

say "kubectl rollout undo"
kubectl rollout undo deployment/web >/dev/null
in_order web app:v1 600s
restarted web 2
same_pods web
expect "revision" "$(revision web)" 3
expect "ReplicaSets" "$(kubectl get rs -l app=web --no-headers | wc -l)" 2
expect "revisions of the history" \
  "$(kubectl rollout history deployment/web | awk '$1 ~ /^[0-9]+$/ {print $1}' | paste -sd' ')" \
  "2 3"
no_notes() {
  local annotations
  annotations=$(kubectl get deployment web -o jsonpath='{.metadata.annotations}')
  [[ $annotations != *internal.windlass.dev/* ]]
}
until_true 10 "what undo brought from the ReplicaSet's notes is taken away" no_notes
if [ -n "$LOAD_PID" ]; then
  kill "$LOAD_PID" && wait "$LOAD_PID" || true
  LOAD_PID=
  for n in 1 2 3 4 5; do rolled_out "other-$n" 300s; done
fi

say "two, three containers and a sidecar; two tags of one image"
{
  UNAVAILABLE=2
  in_place two 3 app:v1
  echo '      - {name: second, image: "app:s1"}'
  in_place three 3 app:v1 '' '' \
    'initContainers: [{name: sidecar, image: "app:c1", restartPolicy: Always}]'
  echo '      - {name: second, image: "app:s1"}'
  echo '      - {name: third, image: "app:t1"}'
  in_place alias 2 app:v1-digest-same
} | kubectl apply -f - >/dev/null
for name in two three alias; do
  rolled_out "$name" 120s
  note_pods "$name"
done
sidecar=sidecar=app:c2 sidecar_restarts=1
if kubernetes_before 32; then
  say "kubelets before 1.32 do not restart sidecars: Windlass names the reason and patches no Pod"
  kubectl set image deployment/three sidecar=app:c2 >/dev/null
  until_true 30 "the condition says so" says three NotPossible
  [[ $(condition three message) == *SidecarKubeletTooOld* ]] ||
    fail "the condition does not say why: $(condition three message)"
  restarted three "0 0,0,0"
  same_pods three
  sidecar=sidecar=app:c1 sidecar_restarts=0 # as it was
fi
kubectl set image deployment/two app=app:v2 second=app:s2 >/dev/null
kubectl set image deployment/three app=app:v2 third=app:t2 "$sidecar" >/dev/null
set_image alias app:v2-digest-same
in_order two app:v2
restarted two 1,1
in_order three app:v2
restarted three "$sidecar_restarts 1,0,1"
in_order alias app:v2-digest-same
restarted alias 1
expect "images that the runtime knows" "$(kubectl get pods -l app=alias -o \
  jsonpath='{.items[*].status.containerStatuses[0].imageID}' | tr ' ' '\n' | sort -u | wc -l)" 1
for name in two three alias; do same_pods "$name"; done

stop_windlass
# Fifty Pods patched twice within seconds are many calls: one log line says so.
if grep -E ' (error|warning) ' "$WORK/windlass.log" | grep -v 'needed many API calls'; then
  fail "the log holds warnings"
fi
check_witness --settled --in-place --table
say "passed"
