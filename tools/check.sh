#!/usr/bin/env bash
# Checks what you changed: the format of the changed files, which it does not write; clang-tidy of
# the changed .cc files, and of the changed headers with a .cc file that includes them; the tests of
# the changed folders, and the rules of style. It takes under two minutes once everything is built.
# It does not replace make test.
#
#   tools/check.sh [COMMIT]     default: what the last push does not have, or what is not committed
#
# FAST=1 leaves out clang-tidy and the tests: the hook does (tools/hooks/pre-commit).
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
base=${1:-}
if [ -z "$base" ]; then base=$(git merge-base HEAD '@{upstream}' 2>/dev/null || echo HEAD); fi
git rev-parse --quiet --verify "$base^{commit}" >/dev/null || die "there is no commit $base"

# Prints the changed files that still exist, those that git does not know yet included.
changed() {
  {
    git diff --name-only --diff-filter=d "$base" -- "$@"
    git ls-files --others --exclude-standard -- "$@"
  } | sort -u
}

# Prints the .cc file with which clang-tidy reads a file: of a header the one beside it. If there is
# none, one that includes the header, from its own folder if possible, or one beside a header that
# includes it.
unit_of() {
  {
    echo "${1%.*}.cc"
    git grep --untracked -lF "\"$1\"" -- "${1%/*}/*.cc" || true
    git grep --untracked -lF "\"$1\"" -- '*.cc' || true
    git grep --untracked -lF "\"$1\"" -- '*.h' | sed 's/h$/cc/' || true
  } | while read -r unit; do
    if [ -f "$unit" ]; then echo "$unit" && break; fi
  done || true
}

# Prints the folder of the tests of a source file; nothing if no folder has them.
tests_of() {
  case $1 in
    cmd/kubectl-windlass/*) echo test/unit/kubectl ;;
    cmd/windlass/*) echo test/unit/cmd test/unit/daemon ;;
    kubeclient/*/*) echo "test/unit/$(cut -d / -f 2 <<<"$1")" ;;
    # No folder has tests of the core alone: those of the runtime and of the planner have them.
    controller/core/*) echo test/unit/controller/runtime test/unit/controller/workload ;;
    controller/*) echo "test/unit/${1%/*}" ;;
    test/*) echo "${1%/*}" ;;
  esac
}

# Prints the test programs of the folders read, as CMake names them. The tests of a room are in the
# folder above.
programs() {
  tr ' ' '\n' | sort -u | while read -r folder; do
    while [ "$folder" != . ] && ! grep -qs '^windlass_test(' "$folder/CMakeLists.txt"; do
      folder=$(dirname "$folder")
    done
    sed -n 's/^windlass_test(\([a-z_]*\)[ )].*/\1_test/p' "$folder/CMakeLists.txt"
  done | sort -u
}

mapfile -t cpp < <(changed '*.cc' '*.h')
step "Changed since $(git rev-parse --short "$base"): ${#cpp[@]} C++ files"
if ((${#cpp[@]} > 0)); then
  step "Format"
  part "format"
  command -v clang-format-19 >/dev/null || die "remedy: apt-get install clang-format-19"
  clang-format-19 --dry-run --Werror "${cpp[@]}" || die "remedy: make format"
fi
if [ "${FAST:-}" = 1 ]; then exit 0; fi

mapfile -t units < <(for file in "${cpp[@]}"; do unit_of "$file"; done | sort -u)
if ((${#units[@]} > 0)); then
  step "clang-tidy"
  part "clang-tidy"
  run "$root/tools/tidy.sh" "${units[@]}"
fi

mapfile -t tests < <(for file in "${cpp[@]}"; do tests_of "$file"; done | programs)
tests+=(tidy_test)
step "Tests: ${tests[*]}"
part "build"
quietly cmake --preset release -DBUILD_TESTING=ON
quietly cmake --build build/release --target "${tests[@]}"
part "tests"
failed=0
for program in "${tests[@]}"; do
  run "$(find build/release/test -name "$program" -type f)" >"$scratch/$program" 2>&1 ||
    { cat "$scratch/$program" && failed=$((failed + 1)); }
  say "$program: $(grep -E '^(All tests passed|test cases:)' "$scratch/$program" || echo failed)"
done
print_times
((failed == 0)) || die "$failed of ${#tests[@]} test programs failed"
