#!/usr/bin/env bash
# clang-tidy over all C++, tests included. Fails if it finds anything.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$root/tools/packages.sh" nightly --check
cd "$root"
quietly cmake --preset debug
git ls-files -z '*.cc' | xargs -0 -r -n 4 -P "$(nproc)" \
  clang-tidy-19 -p build/debug --quiet --warnings-as-errors='*'
