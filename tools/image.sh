#!/usr/bin/env bash
# Builds the container image windlass:<version> with whichever builder this machine has.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

version=$(sed -n 's/^project(windlass VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
[ -n "$version" ] || die "no version in CMakeLists.txt"

if command -v buildah >/dev/null; then
  build=(buildah bud)
elif command -v podman >/dev/null; then
  build=(podman build)
elif command -v docker >/dev/null && docker info >/dev/null 2>&1; then
  build=(docker build)
else
  die "no container builder found; remedy: apt-get install buildah"
fi
run "${build[@]}" --build-arg "VERSION=$version" --tag "windlass:$version" "$@" "$root"
say "built windlass:$version"
