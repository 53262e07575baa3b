#!/usr/bin/env bash
# clang-tidy over all C++, tests included. Fails if it finds anything.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

command -v clang-tidy >/dev/null || die "remedy: apt-get install clang-tidy"
"$root/tools/packages.sh" test --check
cd "$root"
quietly cmake --preset debug
git ls-files -z '*.cc' | xargs -0 -r -n 4 -P "$(nproc)" \
  clang-tidy -p build/debug --quiet --warnings-as-errors='*'
