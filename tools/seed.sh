#!/usr/bin/env bash
# Prints the seed of all random choices of the tests: from the commit, so that each commit is always
# tested alike; from the project's version if there is no git. SEED=NUMBER overrides it.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

if [ -n "${SEED:-}" ]; then
  if ! [[ $SEED =~ ^[0-9]{1,18}$ ]]; then
    echo "seed.sh: SEED is to be a number of at most 18 digits, not '$SEED'" >&2
    exit 2
  fi
  echo $((10#$SEED))
elif commit=$(git -C "$root" rev-parse --verify --quiet HEAD 2>/dev/null); then
  echo $((16#${commit:0:8}))
else
  version=$(sed -n 's/^project(windlass VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
  cksum <<<"$version" | cut -d ' ' -f 1
fi
