#!/usr/bin/env bash
# Writes deploy/overlays/*/windlass.yaml: a Windlass of its own for each kind that has a
# CustomResourceDefinition. It is deploy/base and the rights of the kind, in another namespace, with
# another Lease, and with other names where objects belong to no namespace. With a folder as
# argument, writes there. test/deploy/overlays_test.sh fails if the files differ.
#
# Text is replaced, and not by kustomize: in one build with deploy/base, as in deploy/overlays/both,
# kustomize takes references of one Windlass for references of the other.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# overlay KIND CONTROLLER: prints the manifest. KIND is a folder of deploy/, CONTROLLER the name in
# --controllers.
overlay() {
  local file
  echo "# Written by tools/overlays.sh from deploy/base and deploy/$1. Change those; they say why."
  for file in deploy/base/{rbac,rbac-in-place,flow-schemas,windlass}.yaml \
    deploy/"$1"/rbac-*.yaml; do
    echo ---
    cat "$file"
  done | sed '/^ *#/d' | awk -v kind="$1" -v ns="windlass-$1" -v controller="$2" '
    # Prints the document. Leaves out the rights to Deployments, and those to update Pods in place
    # where a kind has no such updates.
    function flush() {
      if (text != "" && name != "windlass-deployment" &&
          (name != ns "-in-place" || kind == "rollout")) printf "---\n%s", text
      text = type = name = ""
    }
    /^---$/ { flush(); next }
    /^kind: / { type = $2 }
    # Names of what belongs to no namespace, and what refers to them.
    $2 == "windlass-in-place" || (type == "FlowSchema" && /^  name: /) { sub(/windlass/, ns) }
    /^  name: / && name == "" { name = $2 }
    # The Lease.
    /resourceNames: \[windlass\]$/ { sub(/windlass/, ns) }
    { gsub(/windlass-system/, ns) }
    { sub(/--controllers=deployment$/, "--controllers=" controller) }
    { text = text $0 "\n" }
    / - --leader-elect$/ {
      text = text $0 "-resource-namespace=" ns "\n" $0 "-resource-name=" ns "\n"
    }
    END { flush() }'
}

cd "$root"
overlay rollout rollout >"$scratch/rollout"
overlay replication-controller replicationcontrollerupdate >"$scratch/replication-controller"
for kind in rollout replication-controller; do
  mkdir -p "${1:-deploy/overlays}/$kind"
  cp "$scratch/$kind" "${1:-deploy/overlays}/$kind/windlass.yaml"
done
