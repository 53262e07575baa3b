#!/usr/bin/env bash
# The Dockerfile builds, and the image holds what it promises: the program, its libraries, no shell,
# and a user who is not root. Needs root, buildah and debootstrap, no registry and no running
# engine: the base image is a Debian root made here under the name the Dockerfile asks for.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
skip() { echo "skipped: $*"; exit 77; }
fail() { echo "FAILED: $*" >&2; exit 1; }

command -v buildah >/dev/null || skip "no buildah here"
command -v debootstrap >/dev/null || skip "no debootstrap here"
[ "$(id -u)" -eq 0 ] || skip "needs root"

data=$(mktemp -d "${TMPDIR:-/tmp}/windlass-image.XXXXXX")
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
mkdir "$data/bin"
cat >"$data/bin/buildah" <<WRAPPER
#!/bin/sh
exec $(command -v buildah) --root "$data/storage" --runroot "$data/run" "\$@"
WRAPPER
chmod +x "$data/bin/buildah"
PATH=$data/bin:$PATH

cleanup() {
  local status=$?
  trap - EXIT INT TERM
  buildah umount --all >/dev/null 2>&1 || true
  buildah rm --all >/dev/null 2>&1 || true
  rm -rf "$data"
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

echo "a Debian root as base image"
debootstrap --variant=minbase bookworm "$data/debian" >"$data/debootstrap.log" ||
  { tail -n 20 "$data/debootstrap.log"; fail "debootstrap"; }
base=$(buildah from scratch)
buildah add --quiet "$base" "$data/debian" / >/dev/null
buildah commit --quiet --rm "$base" debian:bookworm >/dev/null
rm -rf "$data/debian"

echo "the image of the Dockerfile"
version=$(sed -n 's/^project(windlass VERSION \([0-9.]*\).*/\1/p' "$ROOT/CMakeLists.txt")
"$ROOT/tools/image.sh" --pull=never >"$data/build.log" 2>&1 ||
  { tail -n 60 "$data/build.log"; fail "the image did not build"; }

echo "what it holds"
container=$(buildah from --pull-never "windlass:$version")
mounted=$(buildah mount "$container")
said=$(chroot --userspec=65532:65532 "$mounted" /usr/bin/windlass --version)
[ "$said" = "windlass $version" ] || fail "--version says '$said'"

inspect() { buildah inspect --type image --format "{{$1}}" "windlass:$version"; }
[ "$(inspect .OCIv1.Config.User)" = 65532:65532 ] || fail "user is $(inspect .OCIv1.Config.User)"
label=$(inspect 'index .OCIv1.Config.Labels "org.opencontainers.image.version"')
[ "$label" = "$version" ] || fail "version label is '$label'"

programs=$(find "$mounted" -type f -perm /111 -not -name '*.so*' -printf '/%P ')
[ "$programs" = "/usr/bin/windlass " ] || fail "programs: $programs"
writable=$(find "$mounted" -type f -perm /022)
[ -z "$writable" ] || fail "writable by others: $writable"
setuid=$(find "$mounted" -perm /6000)
[ -z "$setuid" ] || fail "runs as its owner: $setuid"

echo "passed: $(find "$mounted" -type f | wc -l) files, $(du -sh "$mounted" | cut -f 1)"
