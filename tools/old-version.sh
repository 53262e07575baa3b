#!/usr/bin/env bash
# Builds an earlier version of the daemon, unless it is already built. Prints the binary's path as
# the last line.
#
#   tools/old-version.sh v0.1.0            the binary's path
#   tools/old-version.sh v0.1.0 --commit   the commit that CHANGELOG.md names; builds nothing
#   tools/old-version.sh 245e1e52…         the same of a commit, by its whole id
#
# The binary stays in the cache folder, under the commit's id. The exit code is 77 if the repository
# does not have that commit, as in a shallow clone.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

version=${1:-}
if [[ $version =~ ^[0-9a-f]{40}$ ]]; then
  commit=$version
else
  commit=$(sed -n "s/^## ${version//./\\.} (commit \([0-9a-f]\{40\}\))\$/\1/p" "$root/CHANGELOG.md")
fi
[ -n "$commit" ] || die "CHANGELOG.md names no commit for version '$version'"
if ! git -C "$root" cat-file -e "$commit^{commit}" 2>/dev/null; then
  echo "no history: this repository does not hold commit $commit ($version)"
  exit 77
fi
if [ "${2:-}" = --commit ]; then
  echo "$commit"
  exit
fi

folder=$(cache_folder)/old-versions
binary=$folder/windlass-$commit
mkdir -p "$folder"
exec 9>"$binary.lock" # two builds at once would take twice as long
flock 9
if [ ! -x "$binary" ]; then
  step "Build: Windlass $version" >&2
  mkdir "$scratch/source"
  git -C "$root" archive "$commit" | tar -x -C "$scratch/source"
  cd "$scratch/source"
  quietly cmake --preset release >&2
  quietly cmake --build --preset release --target windlass >&2
  cp build/release/cmd/windlass/windlass "$binary.new"
  mv "$binary.new" "$binary" # an interrupted build leaves no binary
fi
echo "$binary"
