#!/usr/bin/env bash
# Installs windlass, kubectl-windlass and kubectl_complete-windlass, which `make build` has built.
#
#   make install PREFIX=/usr/local DESTDIR=
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
[ -x build/release/cmd/windlass/windlass ] || die "nothing is built: run make build first"
cmake --install build/release --prefix "${PREFIX:-/usr/local}" --strip
