#!/usr/bin/env bash
# What deploy/ has for tools that make manifests: kustomize, run by kubectl, changes names, labels
# and sizes in a Rollout where it does so in a Deployment, and what is written for Argo CD's
# ConfigMap is YAML that holds every Lua file. krew's manifest names what the build makes. Needs no
# API server.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
WORK=$(mktemp -d "${TMPDIR:-/tmp}/windlass-gitops.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM

say() { printf '%s\n' "$*"; }
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  if [ -s "$WORK/built" ]; then cat "$WORK/built" >&2; fi
  exit 1
}
expect() { # DESCRIPTION FOUND EXPECTED
  [ "$2" = "$3" ] || fail "$1: expected '$3', got '$2'"
  say "ok: $1 = $2"
}
kubectl=$("$ROOT/test/cluster/build" --kubectl | tail -n 1)
build() { "$kubectl" kustomize "$1" >"$WORK/built" 2>"$WORK/said" || fail "$(cat "$WORK/said")"; }
# lines PATTERN: prints how many lines of what was built match the extended pattern as a whole.
lines() { grep -cxE -- "$1" "$WORK/built" || true; }

# workload API-VERSION KIND: prints a workload that names everything kustomize may rename.
workload() {
  cat <<YAML
apiVersion: $1
kind: $2
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: runner
      priorityClassName: soon
      imagePullSecrets: [{name: keys}]
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - topologyKey: kubernetes.io/hostname
              labelSelector: {matchLabels: {app: web}}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: {matchLabels: {app: web}}
      initContainers:
        - name: setup
          image: app:v1
          env:
            - {name: A, valueFrom: {configMapKeyRef: {name: settings, key: a}}}
            - {name: B, valueFrom: {secretKeyRef: {name: keys, key: b}}}
          envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: keys}}]
      containers:
        - name: app
          image: app:v1
          env:
            - {name: A, valueFrom: {configMapKeyRef: {name: settings, key: a}}}
            - {name: B, valueFrom: {secretKeyRef: {name: keys, key: b}}}
          envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: keys}}]
      volumes:
        - {name: one, configMap: {name: settings}}
        - {name: two, secret: {secretName: keys}}
        - name: three
          projected: {sources: [{configMap: {name: settings}}, {secret: {name: keys}}]}
        - {name: four, persistentVolumeClaim: {claimName: data}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  minReplicas: 2
  maxReplicas: 20
  scaleTargetRef: {apiVersion: $1, kind: $2, name: web}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: runner}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteMany]
  resources: {requests: {storage: 1Gi}}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: soon}
value: 10
YAML
}
# kustomization FOLDER API-VERSION KIND: makes a folder with the workload and its kustomization.
kustomization() {
  mkdir "$1"
  workload "$2" "$3" >"$1/workload.yaml"
  cat >"$1/kustomization.yaml" <<'YAML'
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namePrefix: shop-
resources: [workload.yaml]
configMapGenerator: [{name: settings, literals: [a=1]}]
secretGenerator: [{name: keys, literals: [b=2]}]
labels:
  - {pairs: {team: sales}, includeSelectors: true}
  - {pairs: {stage: test}, includeTemplates: true}
commonAnnotations: {owner: anna}
replicas: [{name: web, count: 7}]
images: [{name: app, newTag: v2}]
YAML
}
# The tail of a generated name, and the names that refer to it by "name:" or "secretName:".
hash='-[a-z0-9]{10}'
# counts: prints how often each change is in what was built.
counts() {
  say "settings $(lines " *-? *name: shop-settings$hash")"
  say "keys $(lines " *-? *(secretN|n)ame: shop-keys$hash")"
  say "left $(lines ' *-? *(secretName|claimName|serviceAccountName|priorityClassName|name):'\
' (settings|keys|data|runner|soon|web)')"
  say "account $(lines ' *serviceAccountName: shop-runner')"
  say "claim $(lines ' *claimName: shop-data')"
  say "priority $(lines ' *priorityClassName: shop-soon')"
  say "team $(lines ' *team: sales')"
  say "stage $(lines ' *stage: test')"
  say "owner $(lines ' *owner: anna')"
  say "replicas $(lines '  replicas: 7')"
  say "images $(lines ' *-? *image: app:v2')"
  say "scaled $(grep -A3 '^  scaleTargetRef:' "$WORK/built" | grep -c 'name: shop-web')"
}

say "kustomize changes a Rollout where it changes a Deployment"
kustomization "$WORK/deployment" apps/v1 Deployment
build "$WORK/deployment"
counts >"$WORK/as-deployment"
kustomization "$WORK/rollout" windlass.dev/v1alpha1 Rollout
cp "$ROOT/deploy/kustomize/rollout-name-references.yaml" "$WORK/rollout"
echo 'configurations: [rollout-name-references.yaml]' >>"$WORK/rollout/kustomization.yaml"
build "$WORK/rollout"
counts | tee "$WORK/as-rollout"
diff "$WORK/as-deployment" "$WORK/as-rollout" || fail "not as with a Deployment"
# The ConfigMap itself, and six places that name it; the Secret, and seven.
expect "the ConfigMap's name" "$(grep -x 'settings .*' "$WORK/as-rollout")" "settings 7"
expect "the Secret's name" "$(grep -x 'keys .*' "$WORK/as-rollout")" "keys 8"
expect "names left as they were" "$(grep -x 'left .*' "$WORK/as-rollout")" "left 0"
expect "the autoscaler's target" "$(grep -x 'scaled .*' "$WORK/as-rollout")" "scaled 1"

say "and the Services that a Rollout names"
mkdir "$WORK/services"
cp "$WORK/rollout/rollout-name-references.yaml" "$WORK/services"
cat >"$WORK/services/kustomization.yaml" <<'YAML'
namePrefix: shop-
resources: [services.yaml]
configurations: [rollout-name-references.yaml]
YAML
cat >"$WORK/services/services.yaml" <<'YAML'
apiVersion: windlass.dev/v1alpha1
kind: Rollout
metadata: {name: web}
spec: {strategy: {services: {stable: web, canary: next}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
---
apiVersion: v1
kind: Service
metadata: {name: next}
YAML
build "$WORK/services"
expect "stable" "$(lines ' *stable: shop-web')" 1
expect "canary" "$(lines ' *canary: shop-next')" 1

say "without the file kustomize knows none of this"
sed -i '/^configurations:/d; /^replicas:/d' "$WORK/rollout/kustomization.yaml"
build "$WORK/rollout"
expect "the ConfigMap's name" "$(lines " *-? *name: shop-settings$hash")" 1
expect "the autoscaler's target" \
  "$(grep -A3 '^  scaleTargetRef:' "$WORK/built" | grep -c 'name: shop-web' || true)" 0

say "Argo CD's ConfigMap gets every Lua file, unchanged"
mkdir "$WORK/argocd"
{
  printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm}\n'
  "$ROOT/deploy/argocd/argocd-cm.sh"
} >"$WORK/argocd/argocd-cm.yaml"
echo 'resources: [argocd-cm.yaml]' >"$WORK/argocd/kustomization.yaml"
build "$WORK/argocd"
expect "keys" "$(grep -oE '^  resource[^:]*' "$WORK/built" | sort | paste -sd' ')" \
  "  resource.customizations.actions.windlass.dev_Rollout\
   resource.customizations.health.windlass.dev_Rollout"
cd "$ROOT/deploy/argocd"
for file in health.lua actions/discovery.lua actions/*/action.lua; do
  # The lines of a file that has N lines follow each other, apart from what stands before them.
  sed 's/^ *//' "$WORK/argocd/argocd-cm.yaml" >"$WORK/flat"
  sed 's/^ *//' "$file" >"$WORK/lua"
  from=$(grep -nxF -- "$(head -n 1 "$WORK/lua")" "$WORK/flat" | head -n 1 | cut -d: -f1)
  tail -n "+${from:-1}" "$WORK/flat" | head -n "$(wc -l <"$WORK/lua")" | cmp - "$WORK/lua" ||
    fail "$file is not in the ConfigMap as it is"
done
expect "actions" \
  "$(sed -n 's/^    - name: //p' "$WORK/argocd/argocd-cm.yaml" | paste -sd' ')" \
  "abort pause promote restart resume retry"

say "krew's manifest is of this version, and names what the build makes"
manifest() { # JSONPATH
  KUBECONFIG=/dev/null "$kubectl" label --local -f "$ROOT/deploy/krew/windlass.yaml" a=b \
    -o jsonpath="$1"
}
version=$(sed -n 's/^project(windlass VERSION \([^ ]*\) .*/\1/p' "$ROOT/CMakeLists.txt")
expect "the plugin's name" "$(manifest '{.metadata.name}')" windlass
expect "version" "$(manifest '{.spec.version}')" "v$version"
platform='{.selector.matchLabels.os}/{.selector.matchLabels.arch}'
expect "platforms" "$(manifest "{range .spec.platforms[*]}$platform {end}")" \
  "linux/amd64 linux/arm64 "
for i in 0 1; do
  entry=".spec.platforms[$i]"
  bin=$(manifest "{$entry.bin}")
  [ -x "$ROOT/build/release/cmd/kubectl-windlass/$bin" ] || fail "the build makes no $bin"
  [ -f "$ROOT/LICENSE" ] || fail "there is no file LICENSE"
  expect "files" "$(manifest "{$entry.files[*].from}")" "$bin LICENSE"
  arch=$(manifest "{$entry.selector.matchLabels.arch}")
  expect "archive" "$(basename "$(manifest "{$entry.uri}")")" "windlass-linux-$arch.tar.gz"
  manifest "{$entry.uri}" | grep -F "/v$version/" >/dev/null || fail "an archive of another version"
done

say "passed"
