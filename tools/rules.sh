#!/usr/bin/env bash
# Writes docs/rules, a page for each family of rules: what each rule says, which files implement it,
# what tests it, and how many faults are planted against it. A rule is proved if a fault that breaks
# it is planted (test/contract/mutants.txt), because tools/mutants.sh fails if the tests miss one.
#
#   rules.sh            writes the pages, from test/contract/rules.txt, from the rule ids that
#                       sources cite, and from what the last run of the tests reported
#   rules.sh --check    leaves the pages alone; fails if they would differ now
#   rules.sh --keep     writes the pages without a run of the tests: takes what was reported from
#                       the pages. For edits that move files or citations
#   ... --strict        fails, too, if a rule is marked "not yet" in test/contract/rules.txt
#
# The exit code is 1 if nothing tests a rule that applies. In a family that is "reported", tests
# that report a rule test it (test/proves.h). In a family that is "named", tests that cite it do,
# too. Reads build/release/proved, or the folder that WINDLASS_PROVED_IN names. Writes the pages
# into the folder that WINDLASS_RULES_PAGES names, if it is set.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

check=0 strict=0 keep=0
for argument in "$@"; do
  case $argument in
    --check) check=1 ;;
    --keep) keep=1 ;;
    --strict) strict=1 ;;
    *) die "unknown argument $argument" ;;
  esac
done
rules=$root/test/contract/rules.txt
proved=${WINDLASS_PROVED_IN:-$root/build/release/proved}
pages=${WINDLASS_RULES_PAGES:-$root/docs/rules}
cd "$root"

# --- what is cited where ---

# cited_in RANGES: reads names of files, separated by zeros. Prints a line "rule<TAB>file" for every
# rule of rules.txt that a file cites. With RANGES 1 "D-100…D-112" cites all rules from the first to
# the last, with 0 only these two: a test must name each rule that it holds.
cited_in() {
  xargs -0 awk -v rules="$rules" -v ranges="$1" '
    BEGIN {
      while ((getline line < rules) > 0) {
        if (match(line, /^[A-Z][A-Z0-9]*-[0-9]+[a-z]?/)) known[substr(line, 1, RLENGTH)] = 1
      }
    }
    function cite(id) { if (id in known) print id "\t" file }
    function family(id) { return substr(id, 1, index(id, "-") - 1) }
    function number(id) { return substr(id, index(id, "-") + 1) }
    function cite_between(first, last,   n) {
      for (n = number(first) + 1; n < number(last) + 0; n++) {
        cite(family(first) "-" sprintf("%0" length(number(first)) "d", n))
      }
    }
    # Lines are joined, so that a citation may go on in the next one.
    function look(text,   id, before, last, gap) {
      while (match(text, /[A-Z][A-Z0-9]*-[0-9][0-9]+[a-z]?/)) {
        id = substr(text, RSTART, RLENGTH)
        gap = substr(text, 1, RSTART - 1)
        before = substr(gap, length(gap), 1)
        text = substr(text, RSTART + RLENGTH)
        if (before ~ /[A-Za-z0-9_-]/ || text ~ /^[A-Za-z0-9_]/) continue
        if (ranges && gap ~ /^ ?(…|\.\.\.) ?$/ && family(last) == family(id)) cite_between(last, id)
        cite(id)
        last = id
      }
    }
    FNR == 1 { look(text); text = ""; file = FILENAME }
    /[A-Z][A-Z0-9]*-[0-9]/ || text ~ /(…|\.\.\.) ?$/ {
      line = $0
      sub(/^[ \t]*(\/\/+|#+)?[ \t]*/, "", line)
      text = text " " line
      next
    }
    { look(text); text = "" }
    END { look(text) }' | sort -u
}

find cmd controller kubeclient -type f \( -name '*.cc' -o -name '*.h' \) -print0 |
  cited_in 1 >"$scratch/implemented"
find test -type f \( -name '*_test.cc' -o -name '*_test.sh' -o -name '*_test.go' \
  -o -name 'api_contract*.cc' -o -name '*.script' \) -not -path 'test/tidy/*' -print0 |
  cited_in 0 >"$scratch/named"

# --- what was reported ---

# Prints all reports as "rule<TAB>test". A C++ test case has its program's name before it.
reported() {
  local report
  for report in "$proved"/*; do
    [ -f "$report" ] || continue
    case $report in
      *.list) cat "$report" ;;
      *) awk -F '\t' -v program="${report##*/}" '{ print $1 "\t" program ": " $2 }' "$report" ;;
    esac
  done | sort -u
}

: >"$scratch/reports"
: >"$scratch/kept"
if ((keep)); then
  # Prints "rule<TAB>cell" for each rule of the present pages.
  cat "$pages"/*.md | awk -F ' [|] ' '/^[|] [A-Z]/ && NF == 5 && $4 !~ /^named in |^not app|^\*\*/ {
      sub(/^[|] /, "", $1); print $1 "\t" $4
    }' >"$scratch/kept"
else
  [ -d "$proved" ] || die "no $proved: run the tests first (make test), or say --keep"
  reported >"$scratch/reports"
fi

# --- what is planted ---

# Prints "rule<TAB>number of faults".
grep -v -e '^#' -e '^$' "$root/test/contract/mutants.txt" | sed 's/ % .*//' | tr ' ' '\n' |
  sort | uniq -c | awk '{ print $2 "\t" $1 }' >"$scratch/faults"

# --- the pages ---

mkdir "$scratch/pages"
awk -F '\t' -v scratch="$scratch" -v strict="$strict" -v keep="$keep" '
  function fail(text) { if (!keep) { print "    " text; failures++ } }
  function tell(text) { if (strict) fail(text); else if (!keep) print "    " text }
  function cell(text) { gsub(/\|/, "\\|", text); return text }
  function read(name, count, list, most,   line, part) {
    while ((getline line < (scratch "/" name)) > 0) {
      split(line, part, "\t")
      if (++count[part[1]] <= most) list[part[1]] = list[part[1]] "<br>" cell(part[2])
    }
  }
  function shown(id, count, list, most,   text) {
    text = substr(list[id], 5)
    if (count[id] > most) text = text "<br>and " (count[id] - most) " more"
    return text
  }
  # Pages become links: docs/rules is where they are followed from.
  function linked(text,   path) {
    if (!match(text, /docs\/[a-z0-9\/-]+\.md/)) return text
    path = substr(text, RSTART, RLENGTH)
    return substr(text, 1, RSTART - 1) "[" path "](../" substr(path, 6) ")" \
      substr(text, RSTART + RLENGTH)
  }
  function write(key, text) { page[key] = page[key] text "\n" }
  BEGIN {
    read("reports", reports, tests, 3)
    read("named", names, namers, 3)
    read("implemented", files, sources, 999)
    while ((getline line < (scratch "/kept")) > 0) {
      split(line, part, "\t")
      kept[part[1]] = part[2]
    }
    while ((getline line < (scratch "/faults")) > 0) {
      split(line, part, "\t")
      faults[part[1]] = part[2]
    }
  }
  /^= / {
    split(substr($0, 3), part, " [|] ")
    key = part[1]; order[++families] = key; how[key] = part[2]; title[key] = part[3]
    text[key] = linked(part[4])
    next
  }
  /^## / { section = $0; next }
  /^#/ || /^ *$/ { next }
  {
    id = $1; sub(/ .*/, "", id); key = id; sub(/-.*/, "", key)
    rule = substr($0, length(id) + 2); mark = ""
    if (bar = index(rule, " | ")) { mark = substr(rule, bar + 3); rule = substr(rule, 1, bar - 1) }
    if (known[id]++) fail(id " has two rows")
    if (!(key in how)) fail(id " is of no family: begin one with \"= " key " | …\"")
    rows[key]++
    if (mark ~ /^not applicable: /) {
      away[key]++
      if (reports[id]) print "    " id " is said not to apply, and is tested by:" tests[id]
      what = mark
    } else {
      if (mark != "" && mark != "not yet" && mark != "named") {
        fail(id ": mark not understood: " mark)
      }
      what = "**nothing yet**"
      if (reports[id]) what = shown(id, reports, tests, 3)
      else if (id in kept) what = kept[id]
      else if (names[id] && (mark == "named" || how[key] == "named")) {
        what = "named in " shown(id, names, namers, 3)
      }
      if (what != "**nothing yet**") {
        covered[key]++
        if (id in faults) proved[key]++
        if (mark == "not yet") tell(id " is tested: take \"not yet\" away in rules.txt")
      } else {
        missing = missing " " id
        if (strict || mark != "not yet") fail(id " (" rule ") is tested by nothing")
      }
    }
    if (last[key] != section) {
      write(key, "\n" section "\n\n| rule | what | implemented in | tested by | faults |")
      write(key, "|---|---|---|---|--:|")
      last[key] = section
    }
    write(key, "| " id " | " rule " | " shown(id, files, sources, 999) " | " what " | " \
      faults[id] + 0 " |")
  }
  END {
    for (id in reports) {
      if (id ~ /^([A-Z][A-Z]?[A-Z]?|E2E)-[0-9][0-9][0-9]?[a-z]?$/ && !known[id]) {
        fail(id " is tested, and is no rule:" substr(tests[id], 5))
      }
    }
    made = "Made by tools/rules.sh (`make coverage`) from test/contract/rules.txt, from the rule"
    made = made " ids that sources cite, and from what the tests of `make test` reported; not"
    made = made " written by hand."
    index_page = scratch "/pages/README.md"
    for (i = 1; i <= families; i++) {
      key = order[i]; file = scratch "/pages/" key ".md"
      print "# " key ": " title[key] "\n\n" text[key] "\n\n" made > file
      printf "%s", page[key] > file
      close(file)
      list = list "| [" key "](" key ".md) | " title[key] " | " rows[key] " | " covered[key] + 0
      list = list " | " proved[key] + 0 " | " away[key] + 0 " |\n"
      all += rows[key] - away[key]; good += covered[key]; gone += away[key]; sure += proved[key]
    }
    summary = good + 0 " of " all + 0 " applicable rules tested, " sure + 0 " of them proved; "
    summary = summary gone + 0 " not applicable"
    print "# Rules\n" > index_page
    print "Sources and tests cite rules by id: `D-261`. Each id is a row of one of these pages.\n" \
      > index_page
    print "| family | what about | rules | tested | proved | not applicable |" > index_page
    print "|---|---|--:|--:|--:|--:|" \
      > index_page
    print list > index_page
    print "**" summary ".**\n" > index_page
    if (missing != "") print "Tested by nothing yet:" missing ".\n" > index_page
    print "\"Implemented in\" are the files that cite the rule. \"Tested by\" are tests that" \
      " reported it when they passed, or, where it says so, tests that name it. \"Faults\" are" \
      " those of test/contract/mutants.txt that break the rule: `tools/mutants.sh` plants each," \
      " and fails if the tests pass all the same. A rule with at least one is proved; of the" \
      " others it is only known that a test passes.\n" > index_page
    print made > index_page
    print "    " summary
    exit failures > 0
  }' "$rules" || status=1

# Prints which rules the pages call tested. Which tests report a rule changes too often to compare.
verdicts() {
  awk -F ' [|] ' '
    /^[|] [A-Z]/ && NF == 5 && $4 !~ /^named in |^not app/ { $4 = /nothing yet/ ? "no" : "yes" }
    { print FILENAME, $1, $2, $3, $4, $5 }' ./*.md
}

if ((check)); then
  if ! diff -u <(cd "$pages" && verdicts) <(cd "$scratch/pages" && verdicts) >"$scratch/diff"; then
    head -n 40 "$scratch/diff"
    say "docs/rules is out of date: run tools/rules.sh (make coverage)"
    status=1
  fi
else
  mkdir -p "$pages"
  rm -f "$pages"/*.md
  cp "$scratch/pages"/*.md "$pages"
fi
exit "${status:-0}"
