#!/usr/bin/env bash
# Which rules of the contract the last run of the tests has proved (test/proves.h), by rule.
#
#   contract-coverage.sh            writes docs/contract-coverage.md
#   contract-coverage.sh --check    leaves the page alone, fails if other rules are proved now
#   ... --strict                    what is marked "not yet" in test/contract/rules.txt fails, too
#
# Exit code 1 when a rule that applies is proved by nothing. Reads build/release/proved, or the
# folder WINDLASS_PROVED_IN names, and writes the page elsewhere if WINDLASS_COVERAGE_PAGE says so.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

check=0 strict=0
for argument in "$@"; do
  case $argument in
    --check) check=1 ;;
    --strict) strict=1 ;;
    *) die "unknown argument $argument" ;;
  esac
done
rules=$root/test/contract/rules.txt
proved=${WINDLASS_PROVED_IN:-$root/build/release/proved}
page=${WINDLASS_COVERAGE_PAGE:-$root/docs/contract-coverage.md}
[ -d "$proved" ] || die "no $proved: run the tests first (make test)"

# All reports as "rule<TAB>test", a C++ case with its program's name before it.
for report in "$proved"/*; do
  [ -f "$report" ] || continue
  case $report in
    *.list) cat "$report" ;;
    *) awk -F '\t' -v program="${report##*/}" '{ print $1 "\t" program ": " $2 }' "$report" ;;
  esac
done | sort -u >"$scratch/reports"

awk -F '\t' -v reports="$scratch/reports" -v page="$scratch/page" -v strict="$strict" '
  function fail(text) { print "    " text; failures++ }
  function tell(text) { print "    " text; failures += strict }
  function cell(text) { gsub(/\|/, "\\|", text); return text }
  BEGIN {
    while ((getline line < reports) > 0) {
      split(line, part, "\t")
      if (++count[part[1]] <= 3) tests[part[1]] = tests[part[1]] "<br>" cell(part[2])
    }
  }
  /^#? *$/ || /^# / { next }
  /^## / {
    body = body "\n## " substr($0, 4) "\n\n| rule | what | proved by |\n|---|---|---|\n"
    next
  }
  {
    id = $0; sub(/ .*/, "", id); known[id] = 1
    title = substr($0, length(id) + 2); mark = ""
    if (bar = index(title, " | ")) {
      mark = substr(title, bar + 3); title = substr(title, 1, bar - 1)
    }
    what = substr(tests[id], 5)
    if (count[id] > 3) what = what "<br>and " (count[id] - 3) " more"
    if (mark ~ /^not applicable: /) {
      away++
      if (count[id]) print "    " id " is said not to apply, and is proved by:" tests[id]
      what = mark
    } else {
      applicable++
      if (mark != "" && mark != "not yet") fail(id ": mark not understood: " mark)
      if (count[id]) {
        covered++
        if (mark == "not yet") tell(id " is proved: take \"not yet\" away in rules.txt")
      } else {
        what = "**nothing yet**"; missing = missing " " id
        if (strict || mark == "") fail(id " (" title ") is proved by no test")
      }
    }
    body = body "| " id " | " title " | " what " |\n"
  }
  END {
    for (id in count) {
      if (id ~ /^(D-[0-9][0-9][0-9]|(X|W|IT|UT|CMD)-[0-9][0-9]|E2E-[0-9][0-9]b?)$/ && !known[id]) {
        fail(id " is proved, and is no rule:" substr(tests[id], 5))
      }
    }
    summary = covered + 0 " of " applicable " applicable rules proved, "
    summary = summary away " not applicable"
    print "# The contract, rule by rule\n" > page
    made = "Made by tools/contract-coverage.sh from what the tests of `make test` reported"
    print made " when" > page
    print "they ran (test/proves.h) and from test/contract/rules.txt; not written by hand.\n" > page
    print "**" summary ".**" > page
    if (missing != "") print "\nProved by nothing yet:" missing "." > page
    printf "%s", body > page
    print "    " summary
    exit failures > 0
  }' "$rules" || status=1

# A page says which rules are proved; which tests do it changes with every test.
verdicts() { awk -F ' [|] ' '/^[|]/ { print $1, $2, /nothing yet/; next } { print }' "$1"; }

if ((check)); then
  if ! diff -u <(verdicts "$page") <(verdicts "$scratch/page") >"$scratch/diff"; then
    head -n 40 "$scratch/diff"
    say "docs/contract-coverage.md is out of date: run tools/contract-coverage.sh"
    status=1
  fi
else
  cp "$scratch/page" "$page"
fi
exit "${status:-0}"
