#!/usr/bin/env bash
# The CRD of ReplicationControllerUpdates on a real API server: it is small, the server has no
# doubts about it, fills in kubectl's defaults, explains each field, and refuses what cannot be
# carried out with words that say what to do. No controller acts on the objects that this script
# makes.
. "$(dirname "$0")/../e2e/lib.sh"

crd=$ROOT/crds/windlass.dev_replicationcontrollerupdates.yaml
# update SPEC [NAME]: prints an update.
update() {
  cat <<YAML
apiVersion: windlass.dev/v1alpha1
kind: ReplicationControllerUpdate
metadata: {name: "${2:-web}"}
spec: $1
YAML
}
accepted() { # SPEC [NAME]
  update "$@" | kubectl apply --dry-run=server -f - >"$WORK/said" 2>&1 ||
    fail "refused: $1: $(cat "$WORK/said")"
}
refused() { # WORDS SPEC [NAME]
  local words=$1
  shift
  if update "$@" | kubectl apply --dry-run=server -f - >"$WORK/said" 2>&1; then
    fail "allowed: $1"
  fi
  grep -F -- "$words" "$WORK/said" >/dev/null || fail "$1 said: $(cat "$WORK/said")"
}

join_cluster

say "the CRD is below 40 kB, and the API server has no doubts about it"
size=$(wc -c <"$crd")
[ "$size" -lt 40000 ] || fail "$size bytes"
flock "$DATA/updates.lock" kubectl apply -f "$crd" >"$WORK/said" 2>&1 ||
  fail "refused: $(cat "$WORK/said")"
name=crd/replicationcontrollerupdates.windlass.dev
until_true 60 "the CRD is established" \
  kubectl wait --for=condition=Established --timeout=5s "$name"
kubectl replace --dry-run=server -f "$crd" >>"$WORK/said" 2>&1 ||
  fail "refused: $(cat "$WORK/said")"
if grep -i warning "$WORK/said"; then fail "warned"; fi
condition() { field "$name" "{.status.conditions[?(@.type=='$1')].status}"; }
expect "names accepted" "$(condition NamesAccepted)" True
expect "not structural" "$(condition NonStructuralSchema)" ""
until_true 30 "updates are served" kubectl get wrcu

say "its revision is the one that this program needs (RC-24)"
expect "revision" "$(needed_revision replication_controller)" \
  "$(field "$name" '{.metadata.annotations.windlass\.dev/crd-revision}')"

say "the defaults are kubectl's"
update '{image: "web:2"}' | kubectl apply -f - >/dev/null
expect "spec" "$(field wrcu/web '{.spec.updatePeriod} {.spec.timeout} {.spec.maxSurge} '\
'{.spec.maxUnavailable} {.spec.minReadySeconds} {.spec.deploymentLabelKey} '\
'{.spec.onExternalScale} {.spec.rollback} {.spec.paused} {.spec.cleanup}')" \
  "1m 5m 1 0 0 deployment Pause false false "
expect "observed" "$(field wrcu/web '{.status.observedGeneration}')" -1

say "what can be carried out is accepted"
template='template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, new: 1}]}}'
accepted "{newName: web-2, controller: {spec: {$template}}}"
accepted "{newName: web-2, controller: {metadata: {labels: {a: b}, annotations: {c: d}},
  spec: {replicas: 3, selector: {app: web}, $template}}}"
accepted '{newName: web-2}'
accepted '{rollback: true}'
accepted '{image: "web:2", container: a, imagePullPolicy: Always, updatePeriod: 0s, timeout: 1.5h}'
accepted '{image: "web:2", maxSurge: 30%, maxUnavailable: 100%, cleanup: Rename}'
accepted '{image: "web:2", newName: other}' "$(printf 'n%.0s' {1..240})"

say "a template keeps fields that this CRD does not know"
update "{newName: web-2, controller: {spec: {$template}}}" keeps | kubectl apply -f - >/dev/null
expect "unknown field" \
  "$(field wrcu/keeps '{.spec.controller.spec.template.spec.containers[0].new}')" 1

say "what cannot be carried out is refused, and the words say what to do"
refused 'set image, or controller and newName, or newName alone' '{}'
refused 'remove one of them' "{image: a, newName: b, controller: {spec: {$template}}}"
refused 'the new ReplicationController needs a name; set newName' \
  "{controller: {spec: {$template}}}"
refused 'cannot have the same name as the existing one' '{image: a, newName: web}'
refused 'set spec.newName' '{image: a}' "$(printf 'n%.0s' {1..240})"
refused 'set image, or remove them' '{newName: b, container: c}'
refused 'set image, or remove them' '{newName: b, imagePullPolicy: Always}'
refused 'write a duration such as 0s, 30s or 1m30s' '{image: a, updatePeriod: soon}'
refused 'write a duration such as 0s, 30s or 1m30s' '{image: a, timeout: "5"}'
refused 'write a number of Pods, or a percentage such as 25%' '{image: a, maxSurge: -1}'
refused 'write a number of Pods, or a percentage such as 25%' '{image: a, maxUnavailable: "1"}'
refused 'supported values: "Delete", "Preserve", "Rename"' '{image: a, cleanup: Keep}'
refused 'supported values: "Pause", "Adopt", "Override"' '{image: a, onExternalScale: Fight}'
refused 'supported values: "Always", "IfNotPresent", "Never"' '{image: a, imagePullPolicy: Often}'
refused 'spec.minReadySeconds' '{image: a, minReadySeconds: -1}'
refused 'spec.controller.spec.template' '{newName: b, controller: {spec: {replicas: 1}}}'
refused 'spec.deploymentLabelKey' '{image: a, deploymentLabelKey: ""}'

say "every field is explained"
for path in $(kubectl explain wrcu --recursive | awk '/^FIELDS:/ {on = 1; next}
  on && NF { depth = match($0, /[^ ]/) / 2; name[depth] = $1
    if (name[1] == "metadata") next
    path = name[1]; for (i = 2; i <= depth; ++i) path = path "." name[i]; print path }'); do
  kubectl explain "wrcu.$path" >"$WORK/said" 2>&1 || continue # a map's value has no name
  if grep -F '<empty>' "$WORK/said" >/dev/null; then fail "no description: $path"; fi
done
say "passed"
