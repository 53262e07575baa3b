# Functions over the tokens of one C++ file: tok[1] … tok[n], as tools/tokens.awk prints them. used[i]
# says that the literal at i is part of something that was printed; labels[] has the text of
# variables that hold pairs.

function literal(i) { return substr(tok[i], 1, 1) == "\"" }
function text(i,   found) {
  used[i] = 1
  found = substr(tok[i], 2)
  gsub(/\\"/, "\"", found)
  return found
}
# The end of the operand that begins at i: the next +, or what ends the expression.
function operand_end(i,   depth) {
  for (; i <= n; i++) {
    if (tok[i] ~ /^[({[]$/) depth++
    else if (tok[i] ~ /^[]})]$/ && --depth < 0) return i
    else if (!depth && tok[i] ~ /^([+,;?:]|==|[+]=)$/) return i
  }
  return i
}
# A literal and all that is added to it: "a" + name + "b" is a…b. std::string("a") is "a".
function chain(i,   whole, wrapped) {
  wrapped = tok[i - 1] == "(" && tok[i - 2] == "string" && tok[i + 1] == ")"
  whole = (tok[i - 1 - 4 * wrapped] == "+" ? "…" : "") text(i)
  for (i += 1 + wrapped; tok[i] == "+";) {
    if (literal(i + 1)) { whole = whole text(i + 1); i += 2 }
    else if (tok[i + 3] == "string" && literal(i + 5) && tok[i + 6] == ")") {
      whole = whole text(i + 5); i += 7
    } else { whole = whole "…"; i = operand_end(i + 1) }
  }
  return whole
}
function call_end(i,   depth) { # i: the opening one
  for (; i <= n; i++) {
    if (tok[i] ~ /^[({[]$/) depth++
    else if (tok[i] ~ /^[]})]$/ && --depth == 0) return i
  }
  return n
}
# Names of {"name", value} pairs in a call, with values that are literals: "name=value". A name that
# is no literal is "…".
function pairs(i, end,   list) {
  for (; i < end; i++) {
    if (tok[i] == "{" && tok[i - 1] ~ /^[{,]$/ && tok[i + 1] ~ /^[a-z]/) {
      list = list (list ? " " : "") "…"
    }
    if (literal(i) && tok[i - 1] == "{" && tok[i + 1] == ",") {
      list = list (list ? " " : "") text(i)
      if (literal(i + 2) && tok[i + 3] == "}") list = list "=" text(i + 2)
    } else if (tok[i] in labels && tok[i - 1] == "," && tok[i + 1] == ")") {
      list = list (list ? " " : "") labels[tok[i]]
    }
  }
  return list
}
