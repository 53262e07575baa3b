#!/usr/bin/env bash
# Prints what users see of Windlass, one thing a line, sorted, so that `diff` compares two commits:
#
#   diff <(tools/surface.sh HEAD~1) <(tools/surface.sh)
#   tools/surface.sh [COMMIT]                    default: this checkout as it is
#   tools/surface.sh --against COMMIT [COMMIT]   the diff, without lines that are equal where "…"
#                                                stands for text
#
# It reads the string literals of cmd/, controller/ and kubeclient/, and builds nothing. A literal
# that moved to another file stays the same line. What stands for a value is "…".
#
#   flag        name = default | help | checks of its value
#   metric      type name {labels} | help
#   log         level | message | fields whose names stand in the same call
#   event       type | reason
#   condition   type | status | reason, where one call names them
#   decision    a name of a decision (`Decision k…{"…"}`, `Decision{"…"}`) in this checkout
#   text        every other literal, with those that are added to it: messages of Events and
#               conditions, reasons, errors, fields of log lines, paths and members of the API
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

surface() { # [COMMIT]
  local tree
  tree=$(tree_of "${1:-}")
  (cd "$tree" && tokens_of cmd controller kubeclient) >"$scratch/tokens"
  awk -v decisions="$scratch/decisions" -f "$root/tools/expressions.awk" \
    -f "$root/tools/surface.awk" "$scratch/tokens" "$scratch/tokens" | sort -u
}

# Leaves out of a diff each line that has a partner on the other side: the same line, if "…" in one
# of them stands for any text. The line has to say at least five bytes besides.
without_partners() {
  awk '
    function pattern(line,   letters) {
      letters = line
      sub(/^[a-z]+ /, "", letters)
      gsub(/…/, "", letters)
      if (length(letters) < 5) return "^$"
      gsub(/…/, "\001", line)
      gsub(/[^A-Za-z0-9_ \001]/, ".", line)
      gsub(/\001/, ".*", line)
      return "^" line "$"
    }
    /^[<>] / { side[++n] = substr($0, 1, 1); line[n] = substr($0, 3); like[n] = pattern(line[n]) }
    END {
      for (i = 1; i <= n; i++) {
        for (j = 1; j <= n && !paired[i]; j++) {
          paired[i] = side[i] != side[j] && (line[i] ~ like[j] || line[j] ~ like[i])
        }
        if (paired[i]) partners++
        else print side[i], line[i]
      }
      print partners + 0, "lines differ by what stands for … alone, and are left out"
    }'
}

tokens_of "$root/controller" | awk '
  $0 == "Decision" { named = NR }
  (NR == named + 2 || NR == named + 3) && /^"/ { print substr($0, 2) }' |
  sort -u >"$scratch/decisions"
if [ "${1:-}" = --against ]; then
  surface "${2:?a commit}" >"$scratch/before"
  rm -rf "$scratch/tree"
  surface "${3:-}" >"$scratch/after"
  { diff "$scratch/before" "$scratch/after" || true; } | without_partners
else
  surface "${1:-}"
fi
