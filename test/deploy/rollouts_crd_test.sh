#!/usr/bin/env bash
# The CRD of Rollouts on a real API server: it is small, the server takes every row of
# rollouts/good.yaml, refuses every one of rollouts/bad.yaml with the words above it, fills in the
# defaults of a Deployment, merges per container, keeps unknown Pod fields, and explains each field.
# No controller acts on the Rollouts that this script makes.
. "$(dirname "$0")/../e2e/lib.sh"

crd=$ROOT/crds/windlass.dev_rollouts.yaml
manifests=$WORK/rollouts
server_side() { kubectl apply --server-side "$@"; }

# rollout NAME SPEC-LINES: prints a Rollout with label app=NAME and more lines in its spec.
rollout() {
  cat <<YAML
apiVersion: windlass.dev/v1alpha1
kind: Rollout
metadata: {name: $1}
spec:
$2
  selector: {matchLabels: {app: $1}}
  template:
    metadata: {labels: {app: $1}}
    spec:
      containers: [{name: app, image: "app:v1"}]
YAML
}
# refused WORDS COMMAND…: the API server refuses the command with these words.
refused() {
  local words=$1
  shift
  if "$@" >"$WORK/said" 2>&1; then fail "allowed: $*"; fi
  grep -F -- "$words" "$WORK/said" >/dev/null || fail "$* said: $(cat "$WORK/said")"
}

join_cluster

say "the CRD is below 45 kB, and the API server has no doubts about it"
size=$(wc -c <"$crd")
[ "$size" -lt 45000 ] || fail "$size bytes"
say "$size bytes"
# Another script may install it at the same time; the replacement shows what the server says. It
# comes last: the API server writes into a new CRD by itself.
flock "$DATA/rollouts.lock" kubectl apply -f "$crd" >"$WORK/said" 2>&1 ||
  fail "refused: $(cat "$WORK/said")"
# kubectl wait fails if a new CRD has no conditions yet.
until_true 60 "the CRD is established" \
  kubectl wait --for=condition=Established --timeout=5s crd/rollouts.windlass.dev
kubectl replace --dry-run=server -f "$crd" >>"$WORK/said" 2>&1 ||
  fail "refused: $(cat "$WORK/said")"
if grep -i warning "$WORK/said"; then fail "warned"; fi
condition() { field crd/rollouts.windlass.dev "{.status.conditions[?(@.type=='$1')].status}"; }
expect "names accepted" "$(condition NamesAccepted)" True
expect "not structural" "$(condition NonStructuralSchema)" ""
until_true 30 "Rollouts are served" kubectl get rollouts.windlass.dev

say "its revision is the one that this program needs (RO-101)"
expect "revision" "$(needed_revision rollout)" \
  "$(field crd/rollouts.windlass.dev '{.metadata.annotations.windlass\.dev/crd-revision}')"

say "every good manifest is accepted"
"$ROOT/build/release/test/sim/rollout_manifests" "$ROOT/test/deploy/rollouts" "$manifests"
count() { find "$manifests/$1" -name '*.json' | wc -l; }
good=$(count good) bad=$(count bad)
[ $((good + bad)) -ge 80 ] || fail "only $good good and $bad bad manifests"
kubectl apply --dry-run=server -f "$manifests/good" >"$WORK/said" 2>&1 ||
  fail "refused: $(cat "$WORK/said")"
expect "accepted" "$(grep -c 'created (server dry run)' "$WORK/said")" "$good"

say "every bad manifest is refused with its words"
# One line of kubectl for each file: Error from server (…): error when creating "FILE": …
kubectl apply --dry-run=server -f "$manifests/bad" >"$WORK/accepted" 2>"$WORK/refused" || true
wrong=0
for manifest in "$manifests"/bad/*.json; do
  words=$(cat "${manifest%.json}.txt")
  [ -n "$words" ] || fail "${manifest##*/} does not say why it is refused"
  answer=$(grep -F "/bad/${manifest##*/}\"" "$WORK/refused" || true)
  if ! grep -F -- "$words" >/dev/null <<<"$answer"; then
    printf '%s: expected "%s", got: %s\n' "${manifest##*/}" "$words" "${answer:-accepted}" >&2
    wrong=$((wrong + 1))
  fi
done
expect "refused otherwise" "$wrong" 0
expect "accepted" "$(wc -l <"$WORK/accepted")" 0
say "$good good and $bad bad manifests"

say "defaults are those of a Deployment"
kubectl apply -f "$manifests/good/minimal.json"
defaults='{.spec.replicas} {.spec.minReadySeconds} {.spec.progressDeadlineSeconds} '
defaults+='{.spec.revisionHistoryLimit} {.spec.strategy}'
expect "defaults" "$(field rollout/minimal "$defaults")" '1 0 600 10 {"type":"RollingUpdate"}'
rollout limits '  strategy: {rollingUpdate: {maxSurge: 1}}' | kubectl apply -f -
unavailable='{.spec.strategy.rollingUpdate.maxUnavailable}'
expect "the other limit" "$(field rollout/limits "$unavailable")" 25%

say "a selector cannot be changed"
labels='{"spec":{"selector":{"matchLabels":{"app":"b"}},'
labels+='"template":{"metadata":{"labels":{"app":"b"}}}}}'
refused "create a Rollout with another name and the new selector, and delete this one" \
  kubectl patch rollout minimal --type=merge -p "$labels" --dry-run=server

say "server-side apply merges per container, and keeps fields that the CRD does not know"
rollout merged '  replicas: 2' | server_side --field-manager=team-a -f -
server_side --field-manager=team-b -f - <<'YAML'
apiVersion: windlass.dev/v1alpha1
kind: Rollout
metadata: {name: merged}
spec:
  template:
    spec:
      newPodField: {mode: Fast}
      containers: [{name: agent, image: "agent:v1", resources: {requests: {cpu: 10m}}}]
YAML
images='{.spec.template.spec.containers[*].image}'
expect "images" "$(field rollout/merged "$images")" "app:v1 agent:v1"
expect "unknown field" "$(field rollout/merged '{.spec.template.spec.newPodField.mode}')" Fast
rollout merged '  replicas: 2' | sed 's/app:v1/app:v2/' | server_side --field-manager=team-a -f -
expect "images" "$(field rollout/merged "$images")" "app:v2 agent:v1"
agent=.spec.template.spec.containers[1].resources.requests.cpu
expect "the agent's request" "$(field rollout/merged "{$agent}")" 10m

say "kubectl scale works, and status is written through /status alone"
kubectl scale rollout/merged --replicas=5
expect "replicas" "$(field rollout/merged '{.spec.replicas}')" 5
expect "no generation was seen" "$(field rollout/merged '{.status.observedGeneration}')" -1
status='{"status":{"phase":"Progressing","message":"4 of 5","replicas":5,"updatedReplicas":4,'
status+='"availableReplicas":3,"selector":"app=merged","currentRevision":7,"stableRevision":6,'
status+='"currentReplicaSet":"merged-7c9d","currentTemplateHash":"7c9d","images":"app:v3,agent:v1",'
status+='"stableReplicaSet":"merged-5f6b","stableTemplateHash":"5f6b","stableImages":"app:v2",'
status+='"observedGeneration":1000,"stepText":"2/4","step":{"index":2,"total":4,"revision":7,'
status+='"startedAt":"2026-01-02T03:04:05Z"},"rolledBack":{"revision":6,'
status+='"generation":2,"toPrevious":true},'
status+='"conditions":[{"type":"Ready","status":"False","reason":"Progressing","message":"4 of 5",'
status+='"lastUpdateTime":"2026-01-02T03:04:05Z","lastTransitionTime":"2026-01-02T03:04:05Z"}]}}'
kubectl patch rollout merged --type=merge -p "$status"
expect "phase" "$(field rollout/merged '{.status.phase}')" ""
kubectl patch rollout merged --subresource=status --type=merge -p "$status" >"$WORK/said" 2>&1 ||
  fail "status: $(cat "$WORK/said")"
if grep -i warning "$WORK/said"; then fail "the status has fields that the CRD lacks"; fi
scale=$(kubectl get rollout merged --subresource=scale \
  -o jsonpath='{.spec.replicas} {.status.replicas} {.status.selector}')
expect "what an autoscaler reads" "$scale" "5 5 app=merged"
kubectl wait --for=condition=Ready=false --timeout=10s rollout/merged

say "kubectl get prints the columns"
columns() { kubectl get "$@" | awk 'NR == 1 { $1 = $1; print }'; }
expect "columns" "$(columns wro)" "NAME DESIRED UPDATED AVAILABLE PHASE STEP AGE"
expect "wide columns" "$(columns wro -o wide)" \
  "NAME DESIRED UPDATED AVAILABLE PHASE STEP AGE REVISION IMAGES MESSAGE"
row=$(kubectl get wro merged -o wide --no-headers)
expect "row" "$(awk '{ $7 = "AGE"; print }' <<<"$row")" \
  "merged 5 4 3 Progressing 2/4 AGE 7 app:v3,agent:v1 4 of 5"

say "kubectl explain tells what each field does"
explained() { # FIELD TEXT: prints the explanation if it has this text
  kubectl explain "$1" 2>/dev/null | tr -s '[:space:]' ' ' | grep -F -- "$2"
}
until_true 60 "the schema is published" \
  explained rollout.spec.rollbackTo 'FIELD: rollbackTo <Object>'
kubectl explain rollout.spec.rollbackTo
for text in 'Asks for a rollback, once.' 'revision <integer>' '0 means the newest earlier one'; do
  explained rollout.spec.rollbackTo "$text" >/dev/null || fail "explain does not say: $text"
done
for path in rollout rollout.spec rollout.spec.selector rollout.spec.strategy \
  rollout.spec.strategy.rollingUpdate rollout.spec.strategy.steps \
  rollout.spec.strategy.steps.pause rollout.spec.strategy.services rollout.spec.strategy.inPlace \
  rollout.spec.strategy.inPlace.drainLabel rollout.spec.template.spec.containers \
  rollout.status rollout.status.step rollout.status.conditions; do
  if explained "$path" '<no description>'; then fail "$path: a field has no description"; fi
done

say "view, edit and admin of a namespace have their rights"
kubectl apply -f "$ROOT/deploy/rollout/rbac-rollout-view.yaml" \
  -f "$ROOT/deploy/rollout/rbac-rollout-edit.yaml"
for role in view edit admin; do
  kubectl create rolebinding "$role" --clusterrole="$role" --user="$role"
done
may() { # USER VERB RESOURCE [--subresource=…]
  local user=$1
  shift
  kubectl auth can-i "$@" --as="$user" --quiet
}
# The controller that aggregates roles needs a moment.
for user in edit admin; do
  for verb in get list watch create update patch delete deletecollection; do
    until_true 30 "$user may $verb Rollouts" may "$user" "$verb" rollouts.windlass.dev
  done
  for right in 'get status' 'get scale' 'patch scale' 'update scale' 'update finalizers'; do
    until_true 30 "$user may $right" \
      may "$user" "${right% *}" rollouts.windlass.dev --subresource="${right#* }"
  done
  if may "$user" patch rollouts.windlass.dev --subresource=status; then
    fail "$user may write the status"
  fi
done
for verb in get list watch; do
  until_true 30 "view may $verb Rollouts" may view "$verb" rollouts.windlass.dev
done
until_true 30 "view may read the scale" may view get rollouts.windlass.dev --subresource=scale
for verb in create update patch delete; do
  if may view "$verb" rollouts.windlass.dev; then fail "view may $verb Rollouts"; fi
done
if may view patch rollouts.windlass.dev --subresource=scale; then fail "view may scale"; fi

say "the API server takes the manifest of docs/rollouts.md, and what the docs say to type"
awk '/^```yaml$/ && !seen { inside = seen = 1; next } /^```$/ { inside = 0 } inside' \
  "$ROOT/docs/rollouts.md" | kubectl apply -f -
# Without the steps of that manifest, because a partition and steps exclude each other.
kubectl patch wro web --type=json -p '[{"op":"remove","path":"/spec/strategy/steps"}]'
# A line that ends in a backslash goes on in the next one.
sed -e ':more' -e '/\\$/{N;s/ *\\\n */ /;b more' -e '}' "$ROOT"/docs/rollouts*.md |
  grep -oE "kubectl patch wro web( --[a-z-]+=[^ ']+)* -p '[^']*'" | sort -u >"$WORK/commands"
[ "$(wc -l <"$WORK/commands")" -ge 8 ] || fail "the docs have few commands"
while read -r command; do
  eval "$command --dry-run=server" </dev/null || fail "refused: $command"
done <"$WORK/commands"

say "kubectl does with a Rollout what docs/rollouts-kubectl.md says, and nothing else"
for command in 'scale wro/web --replicas=4' 'autoscale wro/web --max=5 --dry-run=server' \
  'annotate --overwrite wro/web windlass.dev/promote=2@8' 'describe wro/web' \
  'events --for wro/web'; do
  # shellcheck disable=SC2086 # several words
  kubectl $command >"$WORK/said" 2>&1 || fail "kubectl $command: $(cat "$WORK/said")"
done
for command in 'rollout status wro/web' 'rollout history wro/web' 'rollout undo wro/web' \
  'rollout pause wro/web' 'rollout resume wro/web' 'rollout restart wro/web' \
  'set image wro/web app=app:v3' 'logs wro/web' 'expose wro/web --port=80'; do
  # shellcheck disable=SC2086 # several words
  if kubectl $command </dev/null >"$WORK/said" 2>&1; then fail "allowed: $command"; fi
done
refused 'strategic-merge-patch+json is not supported' \
  kubectl patch wro web -p '{"spec":{"paused":true}}'

say "passed"
