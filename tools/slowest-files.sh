#!/usr/bin/env bash
# Prints the ten files that took longest to compile in the last build of a folder, one "seconds
# file" on each line.
#
#   tools/slowest-files.sh BUILD_FOLDER
#
# Prints nothing if that build compiled nothing, or if ninja did not build the folder. Run it before
# the folder is configured again: cmake changes the order of the lines in the log.
set -euo pipefail

[ $# -eq 1 ] || {
  echo "usage: slowest-files.sh BUILD_FOLDER" >&2
  exit 1
}
log=$1/.ninja_log
[ -f "$log" ] || exit 0

# Each line has start, end (ms since the build began), mtime, output, hash. Ninja appends a line
# when an output is finished, so a smaller end is the beginning of the next build. Every build first
# looks for new files, and logs that as cmake.verify_globs.
awk -F'\t' '
  /^#/ { next }
  $2 + 0 < last || $4 ~ /cmake\.verify_globs$/ { count = 0 }
  { last = $2 + 0 }
  $4 ~ /\.(o|gch|pch)$/ { lines[++count] = sprintf("%7.1f s  %s", ($2 - $1) / 1000, $4) }
  END { for (i = 1; i <= count; i++) print lines[i] }' "$log" |
  sed -E 's|CMakeFiles/[^/]*\.dir/(.*)\.o$|\1|' |
  sort -k1,1nr | sed -n '1,10p'
