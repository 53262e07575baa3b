# Reads C++ files and prints their tokens, one per line, after a line "= path" for each file.
#
# A string literal is printed as " and its text, as written between the quotes: "a \"word\"" is
#   "a \"word\"
# Adjacent literals are one token. Comments and preprocessor lines are left out.

function flush() {
  if (open) print "\"" literal
  open = 0
  literal = ""
}
function add(text) {
  literal = literal text
  open = 1
}
function take(expression) {
  if (!match(line, expression)) return 0
  taken = substr(line, 1, RLENGTH)
  line = substr(line, RLENGTH + 1)
  return 1
}
# Text up to `end`, which may be some lines away; "" and waiting = 1 if it is not in this line.
function skip_to(end,   at, text) {
  at = index(line, end)
  waiting = !at
  text = at ? substr(line, 1, at - 1) : line
  line = at ? substr(line, at + length(end)) : ""
  return text
}

FNR == 1 {
  flush()
  print "= " FILENAME
  inside = ""
  directive = 0
}
{
  line = $0
  if (inside == "" && (directive || line ~ /^[ \t]*#/)) {
    directive = line ~ /\\$/
    next
  }
  if (inside != "") {
    text = skip_to(inside)
    if (inside != "*/") add(text (waiting ? "\\n" : ""))
    if (waiting) next
    inside = ""
  }
  while (line != "") {
    if (take("^[ \t]+")) continue
    if (line ~ /^\/\//) break
    if (take("^/[*]")) {
      skip_to("*/")
      if (waiting) inside = "*/"
    } else if (take("^R\"[^(]*[(]")) {
      end = ")" substr(taken, 3, length(taken) - 3) "\""
      text = skip_to(end)
      add(text (waiting ? "\\n" : ""))
      if (waiting) inside = end
    } else if (take("^\"([^\"\\\\]|\\\\.)*\"")) {
      add(substr(taken, 2, length(taken) - 2))
    } else {
      flush()
      if (!take("^'([^'\\\\]|\\\\.)+'") && !take("^[A-Za-z_][A-Za-z0-9_]*") &&
          !take("^[0-9][0-9A-Za-z.']*") && !take("^(::|->|==|[+]=|[+][+])")) {
        take("^.")
      }
      print taken
    }
  }
}
END { flush() }
