#!/usr/bin/env bash
# A session with Rollouts, by kubectl alone, while the stock Deployment controller runs untouched:
# apply, another image, rollbackTo, a pause among the steps, abort, in place with 20 Pods, an
# autoscaler that scales in mid-rollout, kubectl wait and kubectl scale. Each command and its output
# is written to build/rollouts/session-PART.txt. The script looks after each part at what became of
# it, and at the end whether the docs quote what it has seen.
#
# make nightly runs it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/in_place_lib.sh"
. "$(dirname "$0")/rollout_lib.sh"

OUT=${OUT:-$ROOT/build/rollouts}
WATCH_PID=
at_exit() { [ -z "$WATCH_PID" ] || kill "$WATCH_PID"; }

# session PART: types the commands of standard input; a part may have several sessions.
session() {
  cat >"$WORK/commands"
  (cd "$WORK/typed" && type_in "$WORK/commands") >"$WORK/said" || {
    cat "$WORK/said" >&2
    fail "a command of part $1"
  }
  tee -a "$OUT/session-$1.txt" <"$WORK/said"
}
# begin_watch, then end_watch PART: what a second terminal shows meanwhile.
begin_watch() {
  kubectl get wro web --watch >"$WORK/watched" 2>/dev/null &
  WATCH_PID=$!
  until_true 30 "kubectl watches" test -s "$WORK/watched"
}
end_watch() {
  kill "$WATCH_PID"
  wait "$WATCH_PID" 2>/dev/null || true
  WATCH_PID=
  {
    echo '$ kubectl get wro web --watch      # meanwhile, in another terminal'
    cat "$WORK/watched"
  } | tee -a "$OUT/session-$1.txt"
}
# web TAG [LINES OF THE STRATEGY]: writes web.yaml, the manifest of docs/rollouts.md.
web() {
  local strategy=${2:+"  strategy:"$'\n'$2$'\n'}
  cat >"$WORK/typed/web.yaml" <<YAML
apiVersion: windlass.dev/v1alpha1
kind: Rollout
metadata:
  name: web
spec:
  replicas: 10
  selector:
    matchLabels: {app: web}
$strategy  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: app
          image: registry.example/app:$1
YAML
}
STEPS='    steps:
      - setUpdated: 1              # one Pod of the new revision
      - pause: {duration: 10m}     # ten minutes
      - setUpdated: 50%            # five
      - pause: {}                  # until you promote it'
image() { field wro/web '{.spec.template.spec.containers[0].image}'; }
current() { field wro/web '{.status.currentRevision}'; }
pods_are() { # "N app:vN, …": without the registry
  until_true 120 "Pods of web are: $1" have_images web "${1//app:/registry.example/app:}"
}
# settled PODS UPDATED: the status counts that many Pods, all available, and that many of the
# new revision. Counters may be published a second after the phase.
settled() {
  until_true 120 "$1 Pods are available, and $2 are updated" pods_counted "$1 $1 $2"
}
pods_counted() {
  local counters='{.status.replicas} {.status.availableReplicas} {.status.updatedReplicas}'
  [ "$(field wro/web "$counters")" = "$1" ]
}
at_step() { [ "$(field wro/web '{.status.phase} {.status.step.index}')" = "Paused $1" ]; }

mkdir -p "$OUT" "$WORK/typed"
rm -f "$OUT"/session-*.txt
start_cluster --nodes 3 --controllers='*'
install_rollouts
start_witness --rollouts
start_windlass --controllers=rollout
mark=$(audit_mark)

say "--- quick start"
web v1
session quick-start <<'SH'
kubectl apply -f web.yaml
kubectl wait --for=condition=Ready wro/web --timeout=2m
kubectl get wro web -o wide
kubectl get replicasets,pods -l app=web
SH
expect "phase" "$(rollout_phase web)" Healthy
until_true 60 "the schema is published" kubectl explain rollout.spec.rollbackTo
session explain <<'SH'
kubectl explain rollout.spec.rollbackTo
SH

say "--- another image"
session change <<'SH'
kubectl patch wro web --type=json \
  -p '[{"op":"replace","path":"/spec/template/spec/containers/0/image",
    "value":"registry.example/app:v2"}]'
kubectl wait --for=condition=Ready wro/web --timeout=10m
kubectl get wro web -o wide
SH
expect "current revision" "$(current)" 2
pods_are "10 app:v2"

say "--- rollbackTo"
begin_watch
session rollback <<'SH'
kubectl patch wro web --type=merge -p '{"spec":{"rollbackTo":{"revision":1}}}'
kubectl wait --for=condition=Ready wro/web --timeout=10m
kubectl get wro web \
  -o jsonpath='{"rollbackTo: "}{.spec.rollbackTo}{"\nrolledBack: "}{.status.rolledBack}{"\n"}'
kubectl get wro web -o wide
SH
end_watch rollback
expect "image" "$(image)" registry.example/app:v1
expect "current revision" "$(current)" 3
expect "phase" "$(rollout_phase web)" RolledBack
no_rollback_to web || fail "rollbackTo is there still"
session rollback <<'SH'
kubectl patch wro web --type=merge -p '{"spec":{"rollbackTo":{}}}'
kubectl wait --for=condition=Ready wro/web --timeout=10m
kubectl get wro web -o wide
SH
expect "image, of the revision before" "$(image)" registry.example/app:v2
expect "current revision" "$(current)" 4
session history <<'SH'
kubectl get replicasets -l app=web --sort-by=.metadata.creationTimestamp -o custom-columns=\
'REVISION:.metadata.annotations.deployment\.kubernetes\.io/revision,NAME:.metadata.name',\
'PODS:.status.replicas,IMAGES:.spec.template.spec.containers[*].image'
SH
expect "revisions" "$(revisions_of web)" "3 4"
session rollback <<'SH'
kubectl patch wro web --type=merge -p '{"spec":{"rollbackTo":{"revision":9}}}'
kubectl wait --for=condition=RollbackRefused wro/web --timeout=1m
kubectl get wro web -o jsonpath='{.status.conditions[?(@.type=="RollbackRefused")].message}{"\n"}'
SH
until_true 30 "rollbackTo is taken away" no_rollback_to web
expect "image" "$(image)" registry.example/app:v2

say "--- steps"
web v3 "$STEPS"
session steps <<'SH'
kubectl apply -f web.yaml
kubectl wait --for=jsonpath='{.status.phase}'=Paused wro/web --timeout=2m
SH
pods_are "9 app:v2, 1 app:v3"
settled 10 1
session steps <<'SH'
kubectl get wro web
kubectl get wro web -o jsonpath='{.status.step}{"\n"}'
SH
expect "step" "$(field wro/web '{.status.step.index}@{.status.step.revision}')" 2@5
begin_watch
session steps <<'SH'
kubectl annotate --overwrite wro/web windlass.dev/promote="$(
  kubectl get wro web -o jsonpath='{.status.step.index}@{.status.step.revision}')"
SH
until_true 120 "it is at the second pause" at_step 4
pods_are "5 app:v2, 5 app:v3"
settled 10 5
session steps <<'SH'
kubectl get wro web
kubectl annotate --overwrite wro/web windlass.dev/promote="$(
  kubectl get wro web -o jsonpath='{.status.step.index}@{.status.step.revision}')"
kubectl wait --for=condition=Ready wro/web --timeout=10m
kubectl get wro web
SH
end_watch steps
pods_are "10 app:v3"
expect "stable revision" "$(field wro/web '{.status.stableRevision}')" 5

say "--- abort"
set_rollout_image web registry.example/app:v4
until_true 120 "it is at the first pause" at_step 2
pods_are "9 app:v3, 1 app:v4"
settled 10 1
session abort <<'SH'
kubectl get wro web
kubectl patch wro web --type=merge -p '{"spec":{"abort":true}}'
kubectl wait --for=condition=Stalled wro/web --timeout=2m
SH
pods_are "10 app:v3"
settled 10 10
until_true 60 "the phase says so" in_phase web Aborted
session abort <<'SH'
kubectl get wro web -o wide
kubectl patch wro web --type=merge -p '{"spec":{"abort":false}}'
kubectl wait --for=jsonpath='{.status.phase}'=Paused wro/web --timeout=2m
SH
pods_are "9 app:v3, 1 app:v4"
settled 10 1
session abort <<'SH'
kubectl get wro web
SH
expect "step" "$(field wro/web '{.status.step.index}/{.status.step.total}')" 2/4
session waiting <<'SH'
kubectl wait --for=jsonpath='{.status.phase}'=Paused wro/web
SH

say "--- an autoscaler scales in mid-rollout"
# start_metrics: the cluster has a source of metrics from here on. Ready Pods share the load in the
# file, in thousandths of a CPU.
start_metrics() {
  local port
  (cd "$ROOT/test/cluster" && CGO_ENABLED=0 go build -trimpath -o "$WORK/podmetrics" \
    ./cmd/podmetrics)
  "$WORK/podmetrics" --kubeconfig "$DATA/admin.kubeconfig" --load "$WORK/load" \
    >"$WORK/podmetrics.out" 2>"$WORK/podmetrics.log" &
  OTHER_PIDS="$OTHER_PIDS $!"
  until_true 20 "metrics are served" grep -q ready "$WORK/podmetrics.out"
  port=$(awk '/^ready/ {print $2}' "$WORK/podmetrics.out")
  kubectl apply -f - <<YAML >/dev/null
apiVersion: v1
kind: Service
metadata: {name: podmetrics, namespace: kube-system}
spec: {type: ExternalName, externalName: 127.0.0.1}
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec:
  group: metrics.k8s.io
  version: v1beta1
  service: {namespace: kube-system, name: podmetrics, port: $port}
  insecureSkipTLSVerify: true
  groupPriorityMinimum: 100
  versionPriority: 100
YAML
  kubectl wait --for=condition=Available apiservice/v1beta1.metrics.k8s.io --timeout=120s \
    >/dev/null
  until_true 60 "there are metrics of Pods" has_metrics
}
has_metrics() {
  kubectl get --raw \
    '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=app%3Dweb' |
    grep -F '"cpu":"100m"'
}
cat >"$WORK/typed/hpa.yaml" <<'YAML'
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: windlass.dev/v1alpha1, kind: Rollout, name: web}
  minReplicas: 6
  maxReplicas: 30
  metrics:
    - type: Resource
      resource: {name: cpu, target: {type: AverageValue, averageValue: 100m}}
  behavior:
    scaleDown: {stabilizationWindowSeconds: 0}
YAML
promote web
until_true 120 "it is at the second pause" at_step 4
pods_are "5 app:v3, 5 app:v4"
settled 10 5
echo 1000 >"$WORK/load"
start_metrics
session autoscaler <<'SH'
kubectl apply -f hpa.yaml
kubectl wait --for=condition=ScalingActive hpa/web --timeout=3m
kubectl get wro,hpa web
SH
expect "replicas while ten Pods are busy" "$(field wro/web '{.spec.replicas}')" 10
echo 300 >"$WORK/load" # most of the load has gone
session autoscaler <<'SH'
kubectl wait --for=jsonpath='{.spec.replicas}'=6 wro/web --timeout=3m
SH
scaled_in() { pods_counted "6 6 3" && at_step 4; }
until_true 120 "it has six Pods, at the same pause" scaled_in
# Not kubectl: the autoscaler of kube-controller-manager.
[ "$(cluster audit --data "$DATA" --user ':horizontal-pod-autoscaler$' |
  awk '$3 == "rollouts/scale" && $2 == "update" && $4 == 200 {n += $5}
    END {print n + 0}')" -ge 1 ] || fail "it was not the autoscaler that scaled the Rollout"
session autoscaler <<'SH'
kubectl get wro,hpa web
kubectl get replicasets -l app=web --sort-by=.metadata.creationTimestamp
kubectl events --for hpa/web
SH
promote web
session autoscaler <<'SH'
kubectl wait --for=condition=Ready wro/web --timeout=10m
kubectl get wro web
kubectl delete hpa web
SH
pods_are "6 app:v4"
kubectl delete apiservice v1beta1.metrics.k8s.io >/dev/null

say "--- kubectl scale"
session scale <<'SH'
kubectl scale wro/web --replicas=8
SH
settled 8 8
session scale <<'SH'
kubectl wait --for=condition=Ready wro/web --timeout=10m
kubectl get wro web
SH
pods_are "8 app:v4"
session waiting <<'SH'
kubectl wait --for=condition=Ready wro/web --timeout=10m
SH
session events <<'SH'
kubectl events --for wro/web
SH

say "--- in place, with 20 Pods"
cat >"$WORK/typed/shop.yaml" <<'YAML'
apiVersion: windlass.dev/v1alpha1
kind: Rollout
metadata: {name: shop}
spec:
  replicas: 20
  selector: {matchLabels: {app: shop}}
  strategy:
    type: InPlaceOnly
    rollingUpdate: {maxUnavailable: 20%}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers: [{name: app, image: "registry.example/shop:v1"}]
YAML
session in-place <<'SH'
kubectl apply -f shop.yaml
kubectl wait --for=condition=Ready wro/shop --timeout=5m
kubectl get pods -l app=shop
SH
note_pods shop
session in-place <<'SH'
kubectl patch wro shop --type=json \
  -p '[{"op":"replace","path":"/spec/template/spec/containers/0/image",
    "value":"registry.example/shop:v2"}]'
kubectl wait --for=condition=Ready wro/shop --timeout=10m
kubectl get wro shop -o wide
kubectl get pods -l app=shop
SH
same_pods shop
restarted shop 1
expect "images" "$(images shop | sort -u)" registry.example/shop:v2
session in-place <<'SH'
kubectl patch wro shop --type=merge -p '{"spec":{"rollbackTo":{"revision":1}}}'
kubectl wait --for=condition=Ready wro/shop --timeout=10m
kubectl get wro shop -o wide
SH
same_pods shop
restarted shop 2
expect "images" "$(images shop | sort -u)" registry.example/shop:v1
expect "revisions" "$(revisions_of shop)" "2 3"

say "--- the stock controller"
deployment neighbour 2 app:v1 | kubectl apply -f - >/dev/null
rolled_out neighbour
expect "its writes to ReplicaSets of Rollouts" "$(tail -c +$((mark + 1)) "$DATA/audit.log" |
  grep -F '"username":"system:serviceaccount:kube-system:deployment-controller"' |
  grep -F '"resource":"replicasets"' | grep -cE '"name":"(web|shop)' || true)" 0
stop_windlass
check_witness --settled --in-place
pages=()
for page in "$ROOT"/docs/rollouts*.md; do
  [[ $page == *-migrate.md ]] || pages+=("$page") # what rollout_migrate_test.sh types
done
check_quotes "$OUT/session-*.txt" "${pages[@]}"
say "every command and its output: $OUT/session-*.txt"
say "passed"
