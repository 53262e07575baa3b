#!/usr/bin/env bash
# Prints the names of all tests, one a line, sorted, so that `diff` compares two commits:
#
#   diff <(tools/test-names.sh HEAD~1) <(tools/test-names.sh)
#   tools/test-names.sh [--bare] [COMMIT]     default: this checkout as it is
#
# It reads sources and builds nothing. Where a test lies is not part of its name, so a test that
# moved stays the same line. --bare leaves out the rules that a name cites, at its begin or its end:
# "D-261 a text is read (D-261)" is "a text is read".
#
#   c++            a test case of Catch2
#   go             a test function
#   script         a script, as test/e2e/lifecycle_test.sh
#   check          what a script says that it does or expects, after the script's name
#   differential   a script of test/differential
#   fuzz           a target of test/fuzz
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

bare=
if [ "${1:-}" = --bare ]; then
  bare=1
  shift
fi
tree=$(tree_of "${1:-}")
cd "$tree"

id='[A-Z][A-Z0-9]{0,2}[.-]?[0-9][0-9.]*[a-z]?'

cpp() {
  tokens_of test | awk '
    /^TEST_CASE/ { cases = 1; next }
    cases && /^"/ { print "c++ " substr($0, 2); cases = 0 }
    /^[;{]$/ { cases = 0 }'
}
go_tests() {
  find test -name '*_test.go' -print0 |
    xargs -0 sed -n 's/^func \(Test[A-Za-z0-9_]*\)(.*/go \1/p'
}
scripts() { find test -name '*_test.sh' | sort; }
# The text after say, expect and until_true; variables stand as they are written.
checks() {
  local file
  scripts | while read -r file; do
    sed -nE 's/^ *(say|expect|until_true [^ ]+) "(([^"\\]|\\.)*)".*/\2/p' "$file" |
      sed "s|^|check ${file##*/}: |"
  done
}

{
  cpp
  go_tests
  scripts | sed 's/^/script /'
  checks
  find test/differential/scripts -name '*.script' | sed 's|.*/|differential |; s|[.]script$||'
  find test/fuzz/corpus -mindepth 1 -maxdepth 1 -type d | sed 's|.*/|fuzz |'
} | if [ -n "$bare" ]; then
  sed -E "s/^c\+\+ (($id)( to $id)?:? )+/c++ /; s/ \([^()]*[0-9][^()]*\)\$//"
else
  cat
fi | sort
