#!/usr/bin/env bash
# Builds Windlass for release in build/release. Names what is missing, and installs nothing.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$root/tools/packages.sh" build --check
cd "$root"
cmake --preset release
cmake --build --preset release
say "built build/release/cmd/windlass/windlass"
