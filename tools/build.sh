#!/usr/bin/env bash
# Builds Windlass for release in build/release. What is missing is named, never installed.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

run "$root/tools/packages.sh" build --check
cd "$root"
run cmake --preset release
run cmake --build --preset release
say "built build/release/cmd/windlass/windlass"
