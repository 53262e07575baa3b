#!/usr/bin/env bash
# Runs clang-tidy over all C++, tests included, or over the files named. Fails if it finds anything.
# Checks a clean file again when the file, a header that it includes, its flags or .clang-tidy have
# changed.
#
#   tools/tidy.sh [FILE.cc…]
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$root/tools/packages.sh" nightly --check
cd "$root"
quietly cmake --preset debug
clean=$root/build/tidy # one file for each clean file
mkdir -p "$clean"
targets=()

# Prints "COMPILER FLAGS -o OBJECT -c FILE", in shell syntax, for each file and target.
sed -n 's/\\\(.\)/\1/g; s/^  "command": "\(.*\)",$/\1/p' build/debug/compile_commands.json |
  awk -v root="$root/" '
    BEGIN {
      print "rule tidy"
      print "  command = clang++-19 $flags -M -MF $out.d -MT $out $in && " \
        "clang-tidy-19 --quiet --warnings-as-errors=\"*\" $in -- $flags && touch $out"
      print "  description = clang-tidy $in"
      print "  depfile = $out.d"
      print "  deps = gcc"
    }
    !seen[$NF]++ {
      file = $NF
      sub(/^[^ ]* /, ""); sub(/ -o [^ ]* -c [^ ]*$/, ""); gsub(/\$/, "$$")
      print "build " substr(file, length(root) + 1) ".clean: tidy " file " | " root ".clang-tidy"
      print "  flags = " $0
    }' >"$clean/build.ninja"
# A file that no target compiles, such as one of another compiler, has no row.
for file; do
  if grep -qF "build $file.clean:" "$clean/build.ninja"; then targets+=("$file.clean"); fi
done
if (($# > 0 && ${#targets[@]} == 0)); then exit 0; fi
ninja -C "$clean" -k 0 "${targets[@]}"
