#!/usr/bin/env bash
# Counts what the project consists of, so that two versions can be compared: files and lines per box
# of product and tests, settings, flags, metrics, and rights.
#
#   tools/inventory.sh [CHECKOUT]     default: this one; --names lists settings, flags, … by name
#
# Counts all lines of the .cc, .h, .go, .sh and .yaml files that git tracks.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

names=
if [ "${1:-}" = --names ]; then
  names=1
  shift
fi
cd "${1:-$root}"

# A box is a folder at depth two, below test/unit at depth three.
box_of() {
  awk -F/ '{
    depth = $1 == "test" && $2 == "unit" ? 3 : 2
    box = $1
    for (i = 2; i <= depth && i < NF; i++) box = box "/" $i
    print box "\t" $0
  }'
}

boxes() { # PATTERN
  git ls-files | grep -E '\.(cc|h|go|sh|yaml)$' | grep -E "$1" | box_of >"$scratch/files"
  cut -f 2 "$scratch/files" | xargs wc -l |
    awk '$2 != "total" { print $2 "\t" $1 }' >"$scratch/lines"
  awk -F '\t' '
    NR == FNR { lines[$1] = $2; next }
    { files[$1]++; sum[$1] += lines[$2]; all_files++; all += lines[$2] }
    END {
      for (box in sum) printf "    %-32s %5d %8d\n", box, files[box], sum[box] | "sort"
      close("sort")
      printf "    %-32s %5d %8d\n", "all of it", all_files, all
    }' "$scratch/lines" "$scratch/files"
}

settings() {
  tr '\n' ' ' <controller/workload/in_place_annotations.h |
    grep -oE 'constexpr std::string_view k[A-Za-z]+ = *"[^"]*"' |
    grep -oE 'windlass\.dev/[a-z-]+' | grep -vx 'windlass.dev/in-place-state' | sort -u
}
flags() {
  tr '\n' ' ' <cmd/windlass/flags.cc |
    grep -oE 'add_(option|flag)\( *"[^"]*"' | sed -E 's/.*"(-v,)?(--[a-z-]+).*/\2/' | sort -u
}
metrics() { # each is a constant (controller/runtime/metric.h)
  git ls-files 'controller/*.cc' 'cmd/*.cc' | xargs cat | tr '\n' ' ' |
    { grep -oE 'Metric k[A-Za-z]+\{ *"[a-z_]+"' || true; } | grep -oE '[a-z]+_[a-z_]+' | sort -u
}
rights() { # prints lines such as "apps/deployments get"
  find deploy -name 'rbac*.yaml' -type f -not -path '*metrics*' -exec cat {} + | awk '
    function list(text) { sub(/^[^[]*\[/, "", text); sub(/\].*/, "", text); return text }
    /apiGroups:/ { group = list($0); gsub(/"/, "", group) }
    /resources:/ { resources = list($0) }
    /verbs:/ {
      n = split(resources, resource, /, */); m = split(list($0), verb, /, */)
      for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) print group "/" resource[i], verb[j]
    }' | sort -u
}
count_of() {
  printf '    %-32s %5d\n' "$1" "$("$1" | wc -l)"
  if [ -n "$names" ]; then "$1" | sed 's/^/        /'; fi
}

step "Product: files, lines"
boxes '^(cmd|controller|kubeclient|deploy)/'
step "Tests and tools: files, lines"
boxes '^(test|tools|examples)/'
step "What can be set, seen and done"
for what in settings flags metrics rights; do count_of "$what"; done
