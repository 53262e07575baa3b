#!/usr/bin/env bash
# Each right of deploy/rbac.yaml, taken away one at a time: it is named in /readyz and in the log,
# and what does not need it goes on. Every case is a Windlass of its own, in a namespace of its own,
# with the shipped rules less one verb as a Role; it may see nothing cluster-wide, and asks for
# nothing cluster-wide (R-046). One right is given back, and noticed.
. "$(dirname "$0")/lib.sh"

PIDS=()
at_exit() { for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done; }

# A line per right: group, resource, name or "-", verb. An admission plugin asks for the update of
# finalizers, Windlass does not; Namespaces are no matter of a Role.
shipped_rights() {
  awk '
    function list(text) { gsub(/.*\[|\].*|"/, "", text); gsub(/, */, " ", text); return text }
    /- apiGroups:/ { group = list($0); if (group == "") group = "core"; name = "-" }
    /^ *resources:/ { resource = list($0) }
    /^ *resourceNames:/ { name = list($0) }
    /^ *verbs:/ { n = split(list($0), verbs, " ")
      for (i = 1; i <= n; i++) print group, resource, name, verbs[i] }
  ' "$ROOT/deploy/rbac.yaml" | grep -vE ' (deployments/finalizers|namespaces) '
}

# What the right is called, and what must go on without it:
#   complete   a rollout completes        told       the Deployment's status says what is wrong
#   pods       its Pods are made          alive      /livez and /metrics answer
goes_on_without() {
  case "$1" in
    'watch deployments' | 'watch replicasets') echo alive ;; # nothing can be known
    'list deployments' | 'list replicasets' | 'list pods') echo complete ;; # a watch lists, too
    'create replicasets') echo told ;;
    'patch deployments/status') echo pods ;;
    *' leases') echo alive ;; # who may not lead does not write
    *) echo complete ;;
  esac
}

role() { # role NAMESPACE LEFT-OUT: the shipped rules, less that line
  echo "apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: windlass, namespace: $1}
rules:"
  grep -vxF "$2" "$WORK/rights" | while read -r group resource name verb; do
    [ "$group" != core ] || group=
    [ "$name" = - ] && names='' || names=", resourceNames: [$name]"
    echo "- {apiGroups: ['$group'], resources: ['$resource'], verbs: ['$verb']$names}"
  done
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
  "$WINDLASS" --kubeconfig "$WORK/$1.kubeconfig" --namespace "$1" \
    --leader-elect-resource-namespace "$1" --metrics-bind-address 127.0.0.1:0 \
    2>"$WORK/$1.rights.log" &
  PIDS+=($!)
}
address_of() { sed -n 's/.*address=\([^ ]*\).*/\1/p' "$WORK/$1.rights.log" | head -n 1; }

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
alive_in() {
  OPS=$(address_of "$1")
  [ "$(http_status /livez)" = 200 ] && http_body /metrics | grep '^process_cpu' >/dev/null
}

start_cluster --nodes 1
shipped_rights >"$WORK/rights"
expect "rights found in deploy/rbac.yaml" "$(($(wc -l <"$WORK/rights") >= 16))" 1

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
  right="$verb ${resource%%/*}"
  [ "$group" = core ] || right="$right.$group"
  case $resource in */*) right="$right/${resource#*/}" ;; esac
  [ "$name" = - ] || right="$right '$name'"
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

say "nothing cluster-wide was asked for"
grep -F 'system:serviceaccount:with' "$DATA/audit.log" | grep -F '"userAgent":"windlass' |
  grep -v '"resource":"selfsubjectaccessreviews"' >"$WORK/requests"
[ "$(wc -l <"$WORK/requests")" -gt 100 ] || fail "the audit log does not show what Windlass asked"
cluster_wide=$(grep -vcE '"requestURI":"[^"]*/namespaces/with' "$WORK/requests" || true)
expect "requests outside its namespace" "$cluster_wide" 0
say passed
echo "proves: D-601"
