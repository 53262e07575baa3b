#!/usr/bin/env bash
# The Lua of deploy/argocd says of each row of test/conditions/rows.json what Argo CD is to show,
# offers the actions that would do something, and each action changes the one field that it is for.
# Argo CD's own interpreter is Lua 5.1. Without an interpreter this is not run.
set -euo pipefail
cd "$(dirname "$0")/../.."

for lua in lua5.1 luajit lua lua5.4 lua5.3; do
  if command -v "$lua" >/dev/null; then break; fi
  lua=
done
if [ -z "$lua" ]; then
  echo "not run: Argo CD's Lua, because there is no Lua interpreter; Debian has it as lua5.1"
  exit 77
fi
"$lua" -v 2>&1
actions=(deploy/argocd/actions/*/action.lua)
actions=("${actions[@]#deploy/argocd/actions/}")
"$lua" test/nightly/argocd_test.lua "${actions[@]%/action.lua}"
