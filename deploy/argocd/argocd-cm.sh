#!/usr/bin/env bash
# Prints what Argo CD has to know of Rollouts, as a patch of its ConfigMap argocd-cm: the health of
# a Rollout, and its actions.
#
#   kubectl -n argocd patch configmap argocd-cm --patch "$(deploy/argocd/argocd-cm.sh)"
set -euo pipefail
cd "$(dirname "$0")"

indent() { # SPACES FILE: prints FILE, with that number of spaces before each line that is not empty
  sed "s/^\(.\)/$(printf '%*s' "$1" '')\1/" "$2"
}

echo 'data:'
echo '  resource.customizations.health.windlass.dev_Rollout: |'
indent 4 health.lua
echo '  resource.customizations.actions.windlass.dev_Rollout: |'
echo '    discovery.lua: |'
indent 6 actions/discovery.lua
echo '    definitions:'
for file in actions/*/action.lua; do
  name=${file#actions/}
  printf '    - name: %s\n      action.lua: |\n' "${name%/action.lua}"
  indent 8 "$file"
done
