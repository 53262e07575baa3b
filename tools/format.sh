#!/usr/bin/env bash
# Formats all C++ and Go of the repository.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

command -v clang-format >/dev/null || die "remedy: apt-get install clang-format"
need_go
cd "$root"
git ls-files -z '*.cc' '*.h' | xargs -0 -r clang-format -i
gofmt -l -w test
