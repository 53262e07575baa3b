#!/usr/bin/env bash
# Prints the figures that say how the house is arranged: its boxes, its cycles, what a new tenant
# touches, and what cannot be looked up. docs/map.md keeps them, before and after.
#
#   tools/house.sh [COMMIT]     default: this checkout as it is
#
# A box is a folder with .cc files; a unit is X.h, X_inl.h and X.cc.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

commit=${1:-}
tree=$(tree_of "$commit")
cd "$tree"

sources() { find cmd controller kubeclient -type f \( -name '*.cc' -o -name '*.h' \) | sort; }
figure() { printf '    %-58s %s\n' "$1" "$2"; }

boxes() {
  sources | xargs wc -l | awk '
    $2 == "total" { next }
    { box = $2; sub("/[^/]*$", "", box); files[box]++; lines[box] += $1; n++; all += $1 }
    END {
      for (box in files) printf "    %-34s %5d %8d\n", box, files[box], lines[box] | "sort"
      close("sort")
      printf "    %-34s %5d %8d\n", "all of it", n, all
    }'
}

# Two lines: which share of the lines with code are includes, and how many .cc files are small.
fullness() {
  sources | xargs awk '
    FNR == 1 { small += file ~ /[.]cc$/ && lines <= 40; file = FILENAME }
    { lines = FNR }
    /^[ \t]*(\/\/|$)/ { next }
    { code++ }
    /^#include/ { includes++ }
    END {
      small += file ~ /[.]cc$/ && lines <= 40
      printf "%.1f %%\n%d\n", code ? 100 * includes / code : 0, small
    }'
}

cycles() {
  sources | xargs grep -H '^#include "' | awk -f "$root/tools/cycles.awk"
}

# touched PATH BEGIN: files of the commit that added PATH. Those whose names begin with BEGIN are
# counted, other tests as well; the rest is named, with the number of lines added.
touched() {
  local added
  added=$(git -C "$root" log --diff-filter=A --format=%H "${commit:-HEAD}" -- "$1" 2>/dev/null |
    tail -n 1) || added=
  if [ -z "$added" ]; then
    echo "not known: no commit adds $1"
    return
  fi
  git -C "$root" show --format= --numstat "$added" | awk -F '\t' -v folder="$2" '
    index($3, folder) == 1 { own++; next }
    $3 ~ /^test\/(unit|fuzz|sim)\// { tests++; next }
    { others++; lines += $1; list = list " " $3 }
    END {
      if (others) list = ", " others " others (" lines + 0 " lines):" list
      print own + 0 " " folder "*" list (tests ? "; tests: " tests : "")
    }'
}

# Number of steps in a section of docs/adding.md, a file each. Every file that they name must exist.
steps_for() { # HEADING
  local file steps
  if [ ! -f docs/adding.md ]; then
    echo "not known: there is no docs/adding.md"
    return
  fi
  steps=$(awk -v heading="## $1" '
    /^## / { inside = $0 == heading }
    inside && /^[0-9]+[.] /' docs/adding.md)
  for file in $(grep -oE '(cmd|controller|kubeclient)/[a-z_/]+[.](h|cc)' <<<"$steps"); do
    [ -f "$file" ] || die "docs/adding.md, $1: there is no $file"
  done
  grep -c . <<<"$steps" || true
}

# Every rule id of the repository, as test/tidy sees one, but for the pages of the rules.
cited() {
  find . -type f -not -path './.*' -not -path './build/*' -not -path './docs/rules/*' \
    -not -name 'contract-coverage*' -not -path './test/contract/*' \
    -not -path './test/tidy/*' -print0 |
    xargs -0 grep -hIoE '[A-Za-z0-9_-]+' |
    grep -xE '([A-Z]{1,3}|E2E)-[0-9]{2,3}[a-z]?' | grep -vx 'P-256' | sort -u
}
rows() { cut -d ' ' -f 1 test/contract/rules.txt | sort -u; }

guests() { # files elsewhere that include a header of in_place
  sources | grep -v '^controller/in_place/' |
    xargs grep -l '^#include "controller/in_place/' || true
}
named() { # FOLDER WORD: files that say the word outside of comments
  tokens_of "$1" | awk -v word="(^|[^A-Za-z0-9_])$2([^A-Za-z0-9_]|\$)" '
    /^= / { file = $2; next }
    $0 ~ word { found[file] = 1 }
    END {
      for (file in found) n++
      print n + 0
    }'
}

step "Boxes: files, lines"
boxes
step "Figures"
{ read -r longest; read -r in_cycles; } < <(cycles)
figure "longest include cycle" "$longest"
figure "units in cycles" "$in_cycles"
{ read -r share; read -r small; } < <(fullness)
figure "includes, of the lines with code" "$share"
figure ".cc files of 40 lines or fewer" "$small"
figure "files for a new controller" "$(touched test/toy/toy_controller.cc test/toy/)"
figure "files for a new resource" "$(touched kubeclient/api/config_map.h kubeclient/api/config_map)"
new_metric=$(steps_for 'A metric')
figure "files for a new metric" "$new_metric"
new_flag=$(steps_for 'A flag')
figure "files for a new flag" "$new_flag"
cited >"$scratch/cited"
figure "cited rule ids without a row" \
  "$(comm -23 "$scratch/cited" <(rows) | wc -l) of $(wc -l <"$scratch/cited")"
guests >"$scratch/guests"
figure "files outside in_place that include one of its headers" "$(wc -l <"$scratch/guests")"
figure "of these, without in_place_ in their own name" "$(grep -vc '/in_place_' "$scratch/guests")"
figure "files of controller/runtime that name Deployment" "$(named controller/runtime Deployment)"
