#!/usr/bin/env bash
# kubeclient as a package: a project outside of this tree finds what was installed, builds a program
# on it and runs it. No file of this tree is read on the way, and `make install` installs none of
# the package.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$ROOT/build/release}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/windlass-package.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM

fail() {
  echo "FAILED: $*" >&2
  cat "$WORK/said" >&2
  exit 1
}
quietly() { "$@" >"$WORK/said" 2>&1 || fail "$*"; }

version=$(sed -n 's/^project(windlass VERSION \([0-9.]*\).*/\1/p' "$ROOT/CMakeLists.txt")
[ -n "$version" ] || fail "CMakeLists.txt has no version"
quietly cmake --install "$BUILD" --component kubeclient --prefix "$WORK/prefix"
if grep -rIlF "$ROOT/" "$WORK/prefix" >"$WORK/said"; then fail "the package names this tree"; fi
(cd "$WORK/prefix" && find . -type f | sort) >"$WORK/said"
if grep -qvE '^\./(include/kubeclient/.*\.h|lib/libkubeclient_.*\.a|lib/cmake/kubeclient/.*)$' \
  "$WORK/said"; then
  fail "the package has a file of another kind"
fi
if grep -rlF windlass.dev "$WORK/prefix" >"$WORK/said"; then
  fail "the package names a resource of Windlass"
fi

mkdir "$WORK/project"
cp "$ROOT/test/package/"{CMakeLists.txt,pods_by_node.cc} "$WORK/project"
configure() { # VERSION
  cmake -G Ninja -S "$WORK/project" -B "$WORK/build" -DCMAKE_PREFIX_PATH="$WORK/prefix" \
    -DCMAKE_BUILD_TYPE=Debug -DWANTED="$1" >"$WORK/said" 2>&1
}
configure 9 && fail "version $version is taken for version 9"
configure "$version" || fail "the package is not found"
quietly cmake --build "$WORK/build"

# Every header that the compiler read.
ninja -C "$WORK/build" -t deps >"$WORK/said"
grep -qF "$WORK/prefix/include/kubeclient/cache/informer.h" "$WORK/said" ||
  fail "the installed headers were not read"
if grep -qF "$ROOT/" "$WORK/said"; then fail "headers of this tree were read"; fi

cat >"$WORK/want" <<'TEXT'
watches /api/v1/pods
on node-1: a
on node-1: c
client: /api/v1/namespaces/shop/pods/a
config: kubeconfig: no-such-file: No such file or directory
lease: retry-period must be at least 100ms
transport: made
TEXT
timeout 60 "$WORK/build/pods_by_node" >"$WORK/said" || fail "the program fails"
diff "$WORK/want" "$WORK/said" || fail "the program says something else"

quietly cmake --install "$BUILD" --prefix "$WORK/all"
(cd "$WORK/all" && find . -type f) >"$WORK/said"
if grep -q kubeclient "$WORK/said"; then fail "make install installs parts of the package"; fi
echo passed
