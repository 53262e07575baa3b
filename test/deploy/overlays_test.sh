#!/usr/bin/env bash
# The overlays of deploy/ beside each other, on a real API server. They have no object in common and
# no CustomResourceDefinition, so they are applied in any order, with either kind of apply, and each
# is removed without taking anything of another. For each overlay that is applied a real Windlass
# runs, with the arguments of its Deployment and as its ServiceAccount.
#
# The commands that install and remove are those of docs/rollouts.md and
# docs/replication-controllers.md.
. "$(dirname "$0")/../e2e/lib.sh"

SINGLE="deployment rollout replication-controller" # the overlays of one kind
folder_of() { [ "$1" = deployment ] && echo deploy || echo "deploy/overlays/$1"; }
namespace_of() { [ "$1" = deployment ] && echo windlass-system || echo "windlass-$1"; }
cd "$ROOT"

# --- what is rendered ---

kubectl=$("$ROOT/test/cluster/build" --kubectl | tail -n 1)
# render FOLDER: splits what kustomize makes of a folder into a file for each object, named like it.
render() {
  local out=$WORK/rendered/${1//\//+}
  mkdir -p "$out"
  "$kubectl" kustomize "$1" | awk -v out="$out/" '
    function flush() {
      if (kind != "") printf "%s", text >out kind "_" namespace "_" name
      text = kind = name = namespace = ""
    }
    /^---$/ { flush(); next }
    /^kind: / { kind = $2 }
    /^[a-z]/ { top = $1 }
    top == "metadata:" && /^  name: / { name = $2 }
    top == "metadata:" && /^  namespace: / { namespace = $2 }
    { text = text $0 "\n" }
    END { flush() }'
  [ -n "$(ls "$out")" ] || fail "$1 has no objects"
}
objects_of() { (cd "$WORK/rendered/${1//\//+}" && ls); }
# custom_kinds_in FOLDER: prints the CustomResourceDefinitions that kustomize makes of a folder.
custom_kinds_in() { objects_of "$1" | sed -n 's/^CustomResourceDefinition__//p'; }

say "the overlays are what tools/overlays.sh writes"
tools/overlays.sh "$WORK/written"
for kind in rollout replication-controller; do
  diff "$WORK/written/$kind/windlass.yaml" "deploy/overlays/$kind/windlass.yaml" ||
    fail "run tools/overlays.sh"
done

say "no kustomization but crds/ has a CustomResourceDefinition"
for folder in crds deploy deploy/bare deploy/overlays/*; do
  render "${folder%/}"
  [ "$folder" = crds ] || expect "kinds of $folder" "$(custom_kinds_in "$folder")" ""
done
expect "kinds of crds" "$(custom_kinds_in crds | paste -sd ' ')" \
  "replicationcontrollerupdates.windlass.dev rollouts.windlass.dev"

say "Argo CD, Flux and Helm leave the CustomResourceDefinitions alone"
for kept in 'argocd.argoproj.io/sync-options: Prune=false,Delete=false' \
  'helm.sh/resource-policy: keep' 'kustomize.toolkit.fluxcd.io/prune: disabled'; do
  for file in "$WORK"/rendered/crds/*; do
    grep -qxF "    $kept" "$file" || fail "${file##*/} has no annotation $kept"
  done
done
echo "proves: RO-170"

say "no two overlays have an object in common, and deploy/overlays/both is two of them"
for kind in $SINGLE; do objects_of "$(folder_of "$kind")"; done | sort >"$WORK/objects"
expect "objects of two overlays" "$(uniq -d "$WORK/objects")" ""
cat "$WORK"/rendered/{deploy,deploy+overlays+rollout}/* >"$WORK/two"
cat "$WORK"/rendered/deploy+overlays+both/* >"$WORK/both"
expect "objects of both" "$(objects_of deploy/overlays/both | paste -sd " ")" \
  "$({ objects_of deploy && objects_of deploy/overlays/rollout; } | sort | paste -sd " ")"
sort "$WORK/two" >"$WORK/two-sorted"
sort "$WORK/both" | cmp - "$WORK/two-sorted" || fail "both are otherwise than each alone"

say "the right to Services is an overlay of its own, of the Windlass of Rollouts"
expect "its objects" "$(objects_of deploy/overlays/rollout-services | paste -sd ' ')" \
  "ClusterRoleBinding__windlass-rollout-services ClusterRole__windlass-rollout-services"
expect "its account" windlass-rollout \
  "$(sed -n 's/^  namespace: //p' "$WORK"/rendered/deploy+overlays+rollout-services/*)"

say "a process of several kinds is a kustomization of components, in any order"
# combined NAME BASE COMPONENT…: prints --controllers of such a kustomization.
combined() {
  local folder=$ROOT/build/$1-$$ component
  mkdir -p "$folder"
  {
    printf 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'
    printf 'resources: [../../deploy/%s]\ncomponents:\n' "$2"
    for component in "${@:3}"; do printf ' - ../../deploy/%s\n' "$component"; done
  } >"$folder/kustomization.yaml"
  "$kubectl" kustomize "$folder" >"$WORK/combined" || fail "$* cannot be combined"
  rm -r "$folder"
  sed -n 's/^ *- --controllers=//p' "$WORK/combined" | paste -sd ,
}
expect "rollout and replication-controller" \
  "$(combined two bare rollout replication-controller)" rollout,replicationcontrollerupdate
expect "the other way round" \
  "$(combined two bare replication-controller rollout)" replicationcontrollerupdate,rollout
expect "all three" "$(combined three base rollout rollout-services replication-controller)" \
  deployment,rollout,replicationcontrollerupdate
for role in windlass-deployment windlass-rollout windlass-rollout-services \
  windlass-replication-controller; do
  expect "role and binding of $role" "$(grep -c "^  name: $role$" "$WORK/combined")" 3
done

# --- what runs ---

declare -A PIDS=()
at_exit() { end_children TERM "${PIDS[@]}"; }
# run_deployed KIND: runs Windlass as the Deployment of the overlay says.
run_deployed() {
  local ns arguments
  ns=$(namespace_of "$1")
  sed "s|^\( *token:\).*|\1 $(kubectl -n "$ns" create token windlass)|" \
    "$DATA/windlass.kubeconfig" >"$WORK/$1.kubeconfig"
  mapfile -t arguments < <(kubectl -n "$ns" get deployment windlass \
    -o jsonpath='{range .spec.template.spec.containers[0].args[*]}{@}{"\n"}{end}')
  "$WINDLASS" --kubeconfig "$WORK/$1.kubeconfig" "${arguments[@]/0.0.0.0:808?/127.0.0.1:0}" \
    2>>"$WORK/$1.log" &
  PIDS[$1]=$!
  until_true 60 "the Windlass of $1 leads" holds "$1"
}
holds() {
  local ns
  ns=$(namespace_of "$1")
  grep -q '"leading' "$WORK/$1.log" && kubectl -n "$ns" get leases -o name | grep -q windlass
}
end_deployed() {
  kill "${PIDS[$1]}"
  wait "${PIDS[$1]}" || fail "the Windlass of $1 ended with $?"
  unset "PIDS[$1]"
  rm "$WORK/$1.log"
}
page_of() {
  case $1 in deployment) echo install ;; rollout) echo rollouts ;; *) echo "$1s" ;; esac
}
# as_documented KIND COMMAND: runs a command that the page of the kind has.
as_documented() {
  sed 's/ *#.*//' "docs/$(page_of "$1").md" | grep -xF "$2" >/dev/null ||
    fail "docs/$(page_of "$1").md does not say: $2"
  say "\$ $2"
  bash -c "$2" >"$WORK/said" 2>&1 || fail "$2: $(cat "$WORK/said")"
}
# install KIND [--server-side]: by the command of the page, or with the other kind of apply.
install() {
  local documented=--server-side
  [ "$1" != deployment ] || documented=
  if [ "${2:-}" = "$documented" ]; then
    as_documented "$1" "kubectl apply ${2:+$2 }-k $(folder_of "$1")"
  else
    kubectl apply -k "$(folder_of "$1")" ${2:+"$2"} >"$WORK/said" || fail "$1: $?"
  fi
}
remove() {
  as_documented "$1" "kubectl delete -k $(folder_of "$1")"
  if grep customresourcedefinition "$WORK/said"; then fail "$1 took a kind with it"; fi
}
# uids: prints a line for each object of users that is not being deleted.
uids() {
  kubectl get wro,wrcu,rs,pods,rc --no-headers \
    -o custom-columns=U:.metadata.uid,D:.metadata.deletionTimestamp | grep '<none>$'
}
SPECS= # the number of changes so far
change_rollout() {
  SPECS=$((SPECS + 1))
  kubectl patch wro web --type=merge -p '{"spec":{"template":{"metadata":{"annotations":
    {"change":"'$SPECS'"}}}}}' >/dev/null
}
# is_told KIND: expects that the Windlass of KIND says that no process carries out the Rollout.
is_told() {
  local text='rollouts.windlass.dev: 1 object waits, default/web, because no process handles'
  text+=' this kind; run a Windlass with --controllers=rollout'
  until_true 120 "the log names the Rollout" grep -qF "$text" "$WORK/$1.log"
  OPS=$(sed -n 's/.*"address":"\([^"]*\)".*/\1/p' "$WORK/$1.log" | head -n 1)
  expect "/readyz" "$(http_status /readyz)" 200
  until_true 20 "/readyz has the note" has_note "note: $text" # the next heartbeat
  expect "metric" "$(http_body /metrics | grep '^windlass_unserved_objects')" \
    'windlass_unserved_objects{kind="Rollout"} 1'
  echo "proves: RO-172"
}
has_note() { http_body /readyz | grep -xF "$1"; }
# served KIND: gives an object of the kind a change, and expects that it is carried out.
served() {
  SPECS=$((SPECS + 1))
  if [ "$1" = rollout ]; then
    change_rollout
  else
    printf '{"apiVersion":"windlass.dev/v1alpha1","kind":"ReplicationControllerUpdate","metadata":
      {"name":"old"},"spec":{"image":"app:v%s","updatePeriod":"1s"}}' $((SPECS + 1)) |
      kubectl apply -f - >/dev/null
  fi
  until_true 60 "the change of a $1 is carried out" carried_out "$1"
  say "ok: a $1 is carried out"
}
carried_out() {
  local object=wro/web status
  [ "$1" = rollout ] || object=wrcu/old
  status='{.status.observedGeneration}={.metadata.generation} '
  status+='{.status.conditions[?(@.type=="Ready")].status}'
  status=$(kubectl get "$object" -o jsonpath="$status")
  [ "${status#* }" = True ] && status=${status% *} && [ "${status%=*}" = "${status#*=}" ]
}
# still_there KIND: expects that everything that the overlay has is there as it was applied.
still_there() {
  expect "difference of $1" "$(kubectl diff -k "$(folder_of "$1")" "${@:2}")" ""
}

start_cluster --nodes 3 --controllers='*'
say "the kinds are installed by a command of their own"
as_documented rollout 'kubectl apply --server-side -k crds'
as_documented replication-controller 'kubectl apply --server-side -k crds'
until_true 60 "the kinds are served" kubectl get wro,wrcu
kubectl apply -f - >/dev/null <<'YAML'
apiVersion: windlass.dev/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: app, image: "app:v1"}]
---
apiVersion: v1
kind: ReplicationController
metadata: {name: old}
spec:
  replicas: 1
  selector: {app: old}
  template:
    metadata: {labels: {app: old}}
    spec:
      containers: [{name: app, image: "app:v1"}]
YAML

# Each overlay is applied after, and before, the other one; it is removed while the other one runs,
# and applied again.
round() { # FIRST SECOND [options of kubectl apply]
  local first=$1 second=$2
  shift 2
  say "--- $first, then $second: kubectl apply $*"
  local kept
  install "$first" "$@"
  run_deployed "$first"
  served "$first"
  install "$second" "$@"
  run_deployed "$second"
  served "$second"
  still_there "$first" "$@"
  served "$first"
  install deployment "$@"
  still_there "$first" "$@"
  still_there "$second" "$@"

  say "--- $second is removed"
  end_deployed "$second"
  kept=$(uids)
  remove "$second"
  [ "$(uids)" = "$kept" ] || fail "objects of users are not the same: $(uids), $kept"
  still_there "$first" "$@"
  still_there deployment "$@"
  if [ "$second" = rollout ]; then
    # Its first look at Rollouts is at its start, and the next one a minute later.
    end_deployed "$first"
    change_rollout
    run_deployed "$first"
  fi
  served "$first"
  remove deployment
  if [ "$second" = rollout ]; then is_told "$first"; fi

  say "--- and $first"
  end_deployed "$first"
  kept=$(uids)
  still_there "$first" "$@"
  remove "$first"
  [ "$(uids)" = "$kept" ] || fail "objects of users are not the same: $(uids), $kept"
  expect "namespaces of Windlass" "$(kubectl get namespaces -o name | grep -c windlass- || true)" 0
}
round rollout replication-controller
round replication-controller rollout --server-side
echo "proves: RO-171"

say "only the command for the kinds deletes Rollouts, and their Pods"
as_documented replication-controller \
  'kubectl delete -f crds/windlass.dev_replicationcontrollerupdates.yaml'
expect "Pods of the ReplicationController" "$(kubectl get pods -l app=old -o name | wc -l)" 1
expect "ready Pods of the Rollout" "$(kubectl get wro web -o jsonpath='{.status.readyReplicas}')" 2
kubectl apply --server-side -k crds >/dev/null # both again
as_documented rollout 'kubectl delete -k crds'
pods_gone() { [ -z "$(kubectl get rs,pods -l app=web -o name)" ]; }
until_true 120 "the Pods of the Rollout are gone" pods_gone

say "passed"
