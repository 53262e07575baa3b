#!/usr/bin/env bash
# Takes away each right of deploy/base/rbac.yaml, one at a time. /readyz and the log name the
# missing right, and what does not need the right continues. Each case is a Windlass of its own, in
# a namespace of its own. It has the shipped rules without one verb, as a Role. So it may see
# nothing cluster-wide, and asks for nothing cluster-wide (R-046). One right is given back, and
# Windlass notices.
#
# Then takes away each right of deploy/base/rbac-in-place.yaml. It is named, too, but Windlass stays
# ready. Only updates in place may have to wait until the right is given back. Nodes have no
# namespace, so a ClusterRole gives the right to them.
. "$(dirname "$0")/lib.sh"

PIDS=()
at_exit() { end_children TERM "${PIDS[@]}"; }

# Prints a line for each right: group, resource, name or "-", verb. Leaves out
# - the update of finalizers, which an admission plugin needs and Windlass does not
# - Namespaces, which no Role can cover
# - the list of kinds that this Windlass does not carry out: nobody misses it
shipped_rights() { # shipped_rights FILE
  awk '
    function list(text) { gsub(/.*\[|\].*|"/, "", text); gsub(/, */, " ", text); return text }
    /- apiGroups:/ { group = list($0); if (group == "") group = "core"; name = "-" }
    /^ *resources:/ { resource = list($0) }
    /^ *resourceNames:/ { name = list($0) }
    /^ *verbs:/ { n = split(list($0), verbs, " ")
      for (i = 1; i <= n; i++) print group, resource, name, verbs[i] }
  ' "$ROOT/deploy/base/$1" | grep -vE '^windlass\.dev | (deployments/finalizers|namespaces) '
}

# Prints what must continue without the right:
#   complete   a rollout completes        told       the Deployment's status says what is wrong
#   pods       its Pods are made          alive      /livez and /metrics answer
# And of an update in place:
#   moved      it completes               held       its condition says what is missing
#   refused    it waits
goes_on_without() {
  case "$1" in
    'watch deployments' | 'watch replicasets') echo alive ;; # nothing is known
    'list deployments' | 'list replicasets' | 'list pods') echo complete ;; # a watch lists, too
    'create replicasets') echo told ;;
    'patch deployments/status') echo pods ;;
    'watch nodes' | 'watch poddisruptionbudgets') echo held ;;
    'patch pods') echo refused ;;
    'get pods' | 'patch pods/status' | 'patch pods/resize') echo moved ;;
    'list nodes' | 'list poddisruptionbudgets') echo moved ;;
    *' leases') echo alive ;; # without leadership it writes nothing
    *) echo complete ;;
  esac
}

rules() { # of lines on standard input
  echo 'rules:'
  while read -r group resource name verb; do
    [ "$group" != core ] || group=
    [ "$name" = - ] && names='' || names=", resourceNames: [$name]"
    echo "- {apiGroups: ['$group'], resources: ['$resource'], verbs: ['$verb']$names}"
  done
}
role() { # role NAMESPACE LEFT-OUT [FILE]: the shipped rules, less that line
  echo "apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: windlass, namespace: $1}"
  grep -vxF "$2" "${3:-$WORK/rights}" | rules
}
in_place_roles() { # in_place_roles NAMESPACE LEFT-OUT
  role "$1" "$2" "$WORK/rights-in-place"
  cat <<YAML
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: $1}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: $1}
subjects: [{kind: ServiceAccount, name: windlass, namespace: $1}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: $1}
YAML
  grep '^core nodes ' "$WORK/rights-in-place" | grep -vxF "$2" | rules
}
account() {
  cat <<YAML
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: windlass, namespace: $1}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: windlass, namespace: $1}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: windlass}
subjects: [{kind: ServiceAccount, name: windlass, namespace: $1}]
YAML
}

launch_in() { # launch_in NAMESPACE
  local token
  token=$(kubectl -n "$1" create token windlass)
  sed "s|^\( *token:\).*|\1 $token|" "$DATA/windlass.kubeconfig" >"$WORK/$1.kubeconfig"
  "$WINDLASS" --controllers=deployment --kubeconfig "$WORK/$1.kubeconfig" --namespace "$1" \
    --leader-elect-resource-namespace "$1" --metrics-bind-address 127.0.0.1:0 \
    2>"$WORK/$1.rights.log" &
  PIDS+=($!)
}
address_of() { sed -n 's/.*address=\([^ ]*\).*/\1/p' "$WORK/$1.rights.log" | head -n 1; }

name_of() { # name_of GROUP RESOURCE NAME VERB
  local right="$4 ${2%%/*}"
  [ "$1" = core ] || right="$right.$1"
  case $2 in */*) right="$right/${2#*/}" ;; esac
  [ "$3" = - ] || right="$right '$3'"
  echo "$right"
}
named_in() { # named_in NAMESPACE RIGHT
  grep -F "missing right: $2" "$WORK/$1.rights.log" >/dev/null || return 1
  OPS=$(address_of "$1")
  http_body /readyz | grep -F "missing right: $2" >/dev/null
}
complete_in() {
  [ "$(status_of "$1")$(status_of "$1" availableReplicas)$(status_of "$1" updatedReplicas)" = 111 ]
}
status_of() { # status_of NAMESPACE [FIELD]
  kubectl -n "$1" get deployment web -o jsonpath="{.status.${2:-observedGeneration}}"
}
told_in() { status_of "$1" 'conditions[*].reason' | grep ReplicaSetCreateError >/dev/null; }
pods_in() {
  kubectl -n "$1" get pods -o jsonpath='{.items[*].status.phase}' | grep Running >/dev/null
}
in_place_condition() { # in_place_condition NAMESPACE FIELD
  status_of "$1" "conditions[?(@.type=='windlass.dev/InPlace')].$2"
}
# held_in NAMESPACE VERB-AND-RESOURCE: the condition names the right, and the Pod is unchanged.
held_in() {
  [ "$(in_place_condition "$1" reason)" = MissingRights ] &&
    in_place_condition "$1" message | grep -F "${2#watch } (no right to watch them)" >/dev/null &&
    [ "$(uid_of_web "$1")" = "$(cat "$WORK/uid-${1##*-}")" ]
}
# refused_in NAMESPACE: Windlass tried the patch, the log has the refusal, and the Pod is unchanged.
refused_in() {
  grep -F 'cannot patch resource \"pods\"' "$WORK/$1.rights.log" >/dev/null &&
    [ "$(in_place_condition "$1" status)" = True ] &&
    [ "$(uid_of_web "$1")" = "$(cat "$WORK/uid-${1##*-}")" ]
}
# moved_in NAMESPACE: the Pod is the same, with another image.
moved_in() {
  [ "$(in_place_condition "$1" reason)" = Complete ] &&
    [ "$(uid_of_web "$1" app:v2)" = "$(cat "$WORK/uid-${1##*-}")" ]
}
uid_of_web() { # uid_of_web NAMESPACE [IMAGE]
  kubectl -n "$1" get pods -l app=web \
    -o jsonpath="{.items[?(@.spec.containers[0].image=='${2:-app:v1}')].metadata.uid}"
}
alive_in() {
  OPS=$(address_of "$1")
  [ "$(http_status /livez)" = 200 ] && http_body /metrics | grep '^process_cpu' >/dev/null
}

start_cluster --nodes 1
shipped_rights rbac.yaml >"$WORK/rights"
expect "rights found in deploy/base/rbac.yaml" "$(($(wc -l <"$WORK/rights") >= 16))" 1

say "$(wc -l <"$WORK/rights") times Windlass, each without one of its rights, and once with all"
kubectl create namespace with-all >/dev/null
i=0
while read -r line; do
  i=$((i + 1))
  echo "---
apiVersion: v1
kind: Namespace
metadata: {name: without-$i}"
done <"$WORK/rights" | kubectl apply -f - >/dev/null
{
  role with-all '' && account with-all
  i=0
  while read -r line; do
    i=$((i + 1))
    echo --- && role "without-$i" "$line" && account "without-$i"
  done <"$WORK/rights"
} >"$WORK/accounts.yaml"
kubectl apply -f "$WORK/accounts.yaml" >/dev/null
for namespace in with-all $(seq -f without-%g "$i"); do
  launch_in "$namespace"
  deployment web 1 app:v1 | kubectl -n "$namespace" apply -f - >/dev/null
done

until_true 60 "with all rights a rollout completes" complete_in with-all
OPS=$(address_of with-all)
expect "/readyz with all rights" "$(http_body /readyz)" ok
i=0
while read -r group resource name verb; do
  i=$((i + 1))
  right=$(name_of "$group" "$resource" "$name" "$verb")
  until_true 30 "'$right' is named" named_in "without-$i" "$right in namespace without-$i"
  goes_on=$(goes_on_without "$verb $resource")
  until_true 60 "without '$right': $goes_on" "${goes_on}_in" "without-$i"
  say "ok: $right is named in /readyz and in the log; without it: $goes_on"
done <"$WORK/rights"
for pid in "${PIDS[@]}"; do kill -0 "$pid" || fail "one of them has ended"; done

say "a right that is given back is noticed"
role without-1 '' | kubectl apply -f - >/dev/null
OPS=$(address_of without-1)
until_true 60 "Windlass is ready" windlass_ready

say "a policy lets no ReplicaSet shrink: the status goes on and names the refusal"
held() { kubectl -n with-all get deployment held -o jsonpath="{.status.$1}"; }
held_is() { [ "$(held "$1")" = "$2" ]; }
deployment held 4 app:v1 | kubectl -n with-all apply -f - >/dev/null
until_true 60 "it has its Pods" held_is readyReplicas 4
old=$(kubectl -n with-all get replicasets -l app=held -o name)
kubectl apply -f - >/dev/null <<'YAML'
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: no-shrink}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [apps], apiVersions: [v1], operations: [UPDATE], resources: [replicasets]}
  validations:
  - {expression: object.spec.replicas >= oldObject.spec.replicas, message: no shrinking today}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: no-shrink}
spec:
  policyName: no-shrink
  validationActions: [Deny]
  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: with-all}}}
YAML
may_not_shrink() {
  ! kubectl -n with-all patch "$old" -p '{"spec":{"replicas":3}}' --dry-run=server
}
until_true 30 "the policy is in force" may_not_shrink
kubectl -n with-all set image deployment/held app=app:v2 >/dev/null
until_true 60 "the new Pod counts" held_is readyReplicas 5
refusal="conditions[?(@.type=='ReplicaFailure')]"
expect "reason of ReplicaFailure" "$(held "$refusal.reason")" ReplicaSetUpdateRefused
refused="the API server refused to patch replicasets with-all/${old#*/}: "
case $(held "$refusal.message") in
  "$refused"*"'no-shrink' denied request: no shrinking today") ;;
  *) fail "its message: $(held "$refusal.message")" ;;
esac
expect "generation observed" "$(held observedGeneration)" 1
kubectl delete validatingadmissionpolicybinding,validatingadmissionpolicy no-shrink >/dev/null
kubectl -n with-all rollout status deployment/held --timeout=60s >/dev/null ||
  fail "it does not go on without the policy"
expect "ReplicaFailure" "$(held "$refusal.reason")" ""

say "each right of in-place updates: missed from the first Deployment on that asks for them"
kill "${PIDS[@]}"
PIDS=()
shipped_rights rbac-in-place.yaml >"$WORK/in-place"
expect "rights found in deploy/base/rbac-in-place.yaml" "$(($(wc -l <"$WORK/in-place") >= 7))" 1
sort -u "$WORK/rights" "$WORK/in-place" >"$WORK/rights-in-place"
i=0
while read -r line; do
  i=$((i + 1))
  kubectl create namespace "in-place-$i" >/dev/null
  { in_place_roles "in-place-$i" "$line" && account "in-place-$i"; } | kubectl apply -f - >/dev/null
  launch_in "in-place-$i"
  deployment web 1 app:v1 | kubectl -n "in-place-$i" apply -f - >/dev/null
  deployment plain 1 app:v1 | kubectl -n "in-place-$i" apply -f - >/dev/null
done <"$WORK/in-place"
for i in $(seq "$i"); do
  until_true 60 "a rollout in in-place-$i completes" complete_in "in-place-$i"
  uid_of_web "in-place-$i" >"$WORK/uid-$i"
  [ "$(wc -w <"$WORK/uid-$i")" = 1 ] || fail "not one Pod: $(cat "$WORK/uid-$i")"
  OPS=$(address_of "in-place-$i")
  expect "/readyz while nobody asks" "$(http_body /readyz)" ok
  kubectl -n "in-place-$i" patch deployment web -p '{
    "metadata": {"annotations": {"windlass.dev/in-place": "Only"}},
    "spec": {"template": {"spec": {"containers": [{"name": "app", "image": "app:v2"}]}}}
  }' >/dev/null
done
i=0
while read -r group resource name verb; do
  i=$((i + 1))
  namespace=in-place-$i
  right=$(name_of "$group" "$resource" "$name" "$verb")
  [ "$resource" = nodes ] && scope='all namespaces' || scope="namespace $namespace"
  until_true 30 "'$right' is named" named_in "$namespace" "$right in $scope"
  OPS=$(address_of "$namespace")
  remedy='apply again the manifests that installed Windlass, or give this user the rules of'
  remedy+=' deploy/base/rbac-in-place.yaml'
  expect "/readyz" "$(http_body /readyz | grep "missing right")" \
    "note: missing right: $right in $scope; $remedy"
  expect "its status" "$(http_status /readyz)" 200
  goes_on=$(goes_on_without "$verb $resource")
  until_true 60 "without '$right': $goes_on" "${goes_on}_in" "$namespace" "$verb $resource"
  kubectl -n "$namespace" set image deployment/plain app=app:v2 >/dev/null
  kubectl -n "$namespace" rollout status deployment/plain --timeout=60s >/dev/null ||
    fail "without '$right' an ordinary Deployment does not go on"
  in_place_roles "$namespace" '' | kubectl apply -f - >/dev/null
  # Windlass repeats a refused patch after five minutes at the latest (P-036).
  until_true 360 "'$right' is back: updated in place" moved_in "$namespace"
  times=$(grep -cF "missing right: $right in" "$WORK/$namespace.rights.log")
  expect "times it was logged" "$times" 1
  say "ok: $right; without it: $goes_on"
done <"$WORK/in-place"

say "nothing cluster-wide was asked for"
grep -F 'system:serviceaccount:with' "$DATA/audit.log" | grep -F '"userAgent":"windlass' |
  grep -v '"resource":"selfsubjectaccessreviews"' >"$WORK/requests"
[ "$(wc -l <"$WORK/requests")" -gt 100 ] || fail "the audit log does not show what Windlass asked"
cluster_wide=$(grep -vcE '"requestURI":"[^"]*/namespaces/with' "$WORK/requests" || true)
expect "requests outside its namespace" "$cluster_wide" 0
say passed
echo "proves: D-601"
