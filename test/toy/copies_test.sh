#!/usr/bin/env bash
# The toy controller on a real control plane, beside the one of Deployments: a value is copied and
# copied again, a missing right is named and noticed once it is given, a kill -9 changes nothing in
# the end, and the metrics page has the figures of both.
. "$(dirname "$0")/../e2e/lib.sh"
WINDLASS=${WINDLASS_WITH_TOY:-$ROOT/build/release/test/toy/windlass_with_toy}
BOTH='--controllers=deployment,toy'

value_of() { field "configmap/$1" '{.metadata.annotations.toy\.windlass\.dev/value}'; }
has_value() { [ "$(value_of "$1")" = "$2" ]; }
metric() { http_body /metrics | grep -F "$1"; }
source_map() { # source_map NAME TARGET VALUE
  cat <<YAML
apiVersion: v1
kind: ConfigMap
metadata: {name: $1, annotations: {toy.windlass.dev/copy-to: $2}}
data: {value: "$3"}
YAML
}

join_cluster
source_map from to blue | kubectl apply -f - >/dev/null
kubectl create configmap to >/dev/null

say "without its rights it is named, and Deployments are rolled out all the same"
launch_windlass "$BOTH"
deployment web 2 app:v1 | kubectl apply -f - >/dev/null
rolled_out web
missing='missing right: .* configmaps .*the rules of test/toy/rbac.yaml'
notes_all_four() {
  [ "$(http_body /readyz | grep -c "^note: toy-controller: $missing")" = 4 ]
}
until_true 20 "/readyz names the four missing rights" notes_all_four
until_true 20 "the process is ready without the toy" windlass_ready
expect "rights missing in /metrics" "$(metric 'missing_rights{controller="toy-controller"}')" \
  'windlass_missing_rights{controller="toy-controller"} 4'
expect "value" "$(value_of to)" ""
kubectl apply -f "$ROOT/test/toy/rbac.yaml" >/dev/null
until_true 60 "the value is copied" has_value to blue
say "ok: copied once the rights are there"

say "a change is copied, also one that was made while nobody ran"
source_map from to green | kubectl apply -f - >/dev/null
until_true 20 "the new value is copied" has_value to green
say "ok: a change"
kill_windlass
source_map from to red | kubectl apply -f - >/dev/null
start_windlass "$BOTH"
until_true 20 "the value of meanwhile is copied" has_value to red
say "ok: a change of meanwhile"

say "what it tells"
expect "figure" "$(metric windlass_toy_copies_total | tail -n 1)" "windlass_toy_copies_total 1"
expect "decisions" "$(metric 'decision="copy value"')" \
  'windlass_decisions_total{kind="ConfigMap",decision="copy value"} 1'
expect "controllers" "$(metric 'running_managed_controllers{' | wc -l)" 2
metric windlass_stepped_back_total >/dev/null || fail "no figures of Deployments"
metric 'resource="configmaps"' >/dev/null || fail "no figures of its informer"
told() {
  kubectl get events -o jsonpath='{.items[?(@.reason=="ValueCopied")].source.component}' |
    grep toy-controller
}
until_true 20 "an Event tells of it" told
stop_windlass
grep 'copy value.*from=from' "$WORK/windlass.log" >/dev/null || fail "the log does not tell of it"

say "--controllers leaves the toy out"
start_windlass '--controllers=*,-toy-controller'
expect "controllers" "$(metric 'running_managed_controllers{' | wc -l)" 1
! metric 'resource="configmaps"' >/dev/null || fail "it watches ConfigMaps"
stop_windlass
say "passed"
