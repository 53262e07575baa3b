# Reads lines "file:#include "path"" and prints two lines: how many units the largest group holds in
# which every unit includes every other by way of the group ("none" if there is no such group), and
# how many units are in such groups. A unit is X.h, X_inl.h, X_inl_PART.h and X.cc.

function unit(path) { sub(/(_inl(_[a-z]+)?)?[.](h|cc)$/, "", path); return path }
function walk(from,   n, i, list) {
  n = split(arrows[from], list, " ")
  for (i = 1; i <= n; i++) {
    if (!((start, list[i]) in reach)) { reach[start, list[i]] = 1; walk(list[i]) }
  }
}
{
  from = $0; sub(/:.*/, "", from); from = unit(from)
  to = $0; sub(/^[^"]*"/, "", to); sub(/".*/, "", to); to = unit(to)
  if (from != to && !seen[from, to]++) arrows[from] = arrows[from] " " to
}
END {
  for (start in arrows) starts[start] = 1 # a walk must not add to what is looped over
  for (start in starts) walk(start)
  for (a in starts) {
    if (!((a, a) in reach)) continue
    units++; size = 0
    for (b in starts) if (((a, b) in reach) && ((b, a) in reach)) size++
    if (size > longest) longest = size
  }
  print longest ? longest " units" : "none"
  print units + 0
}
