# Reads the tokens of C++ files twice (tools/tokens.awk) and prints what tools/surface.sh describes.
# The file that `decisions` names holds the names of decisions. Needs tools/expressions.awk.

BEGIN { while ((getline line < decisions) > 0) is_decision[line] = 1 }

function flag(i,   end, name, variable, help, checks) {
  end = operand_end(i + 2); name = text(i + 2)
  for (i += 4; tok[i] != ","; i++) variable = tok[i]
  help = literal(i + 1) ? text(i + 1) : "…"
  for (i = operand_end(i + 1) + 1; tok[i] != ";"; i++) {
    checks = checks (literal(i) ? "\"" text(i) "\"" : tok[i])
  }
  print "flag " name " = " defaults[variable] " | " help " | " checks
}
# Metric kPods{"windlass_pods_total", MetricType::kCounter, "Pods.", {{{"result", values}, kKind}}};
function metric(i,   end, type, name, help, list) {
  end = call_end(i - 1); name = text(i)
  for (i++; i < end && tok[i] !~ /^k(Counter|Gauge|Histogram)$/; i++) {}
  type = tolower(substr(tok[i], 2))
  for (; i < end && !literal(i); i++) {}
  help = text(i)
  for (i++; i < end; i++) {
    if (literal(i) && tok[i - 1] == "{") list = list (list ? " " : "") text(i)
    else if (tok[i] ~ /^k[A-Z]/ && tok[i - 1] ~ /^[{,]$/ && tok[i - 2] != "about" &&
             !(tok[i - 1] == "," && literal(i - 2))) list = list (list ? " " : "") tok[i]
  }
  print "metric " type " " name " {" list "} | " help
}
function log_line(i,   level, message, end, depth) {
  level = tolower(tok[i]); end = call_end(i + 1); i += 2
  if (level == "write") i = operand_end(i) + 1
  fields = pairs(i, end)
  for (; i < end && (depth || tok[i] != ","); i++) {
    depth += (tok[i] ~ /^[({[]$/) - (tok[i] ~ /^[]})]$/)
    if (!depth && literal(i) && !used[i]) message = message (message == "" ? "" : " / ") chain(i)
  }
  if (tok[i + 1] ~ /fields$/) fields = "…" # put together before
  print "log " level " | " (message == "" ? "…" : message) " | " fields
}

function read_file(   i) {
  for (i = 1; i <= n; i++) {
    if (tok[i] == "Labels" && tok[i + 2] == "=" && literal(i + 5)) {
      labels[tok[i + 1]] = pairs(i + 3, call_end(i + 3))
    }
  }
  for (i = 1; i <= n; i++) {
    if (tok[i] ~ /^add_(option|flag)$/) flag(i)
    else if (literal(i) && tok[i - 1] == "{" && tok[i - 3] == "Metric") metric(i)
    else if (tok[i] ~ /^(Debug|Info|Warning|Error|Write)$/ && tok[i + 1] == "(" &&
             tok[i - 1] ~ /^([.]|->)$/ && tok[i - 2] ~ /(^|_)log_?$/) log_line(i)
    else if (tok[i] ~ /^k(Normal|Warning)$/ && tok[i + 1] == "," && literal(i + 2)) {
      print "event " substr(tok[i], 2) " | " chain(i + 2)
    } else if (tok[i] == "NewCondition" && literal(i + 2) && literal(i + 4) && literal(i + 6)) {
      print "condition " text(i + 2) " | " text(i + 4) " | " chain(i + 6)
    }
  }
  for (i = 1; i <= n; i++) {
    if (!literal(i) || used[i] || tok[i] == "\"") continue
    print (substr(tok[i], 2) in is_decision ? "decision " : "text ") chain(i)
  }
  split("", tok)
  split("", used)
  split("", labels)
  n = 0
}
# The first look at the tokens finds the defaults of flags: type name = value ;
FNR == 1 { pass++ }
pass == 1 {
  if (/^= /) flags = /cmd\/windlass\/flags/
  else if (!flags) next
  else if (/^[;{}]$/) {
    if (assigned != "" && !(assigned in defaults)) defaults[assigned] = value
    assigned = value = ""
  } else if ($0 == "=" && before != ".") assigned = last
  else if (assigned != "") value = value (/^"/ ? substr($0, 2) : $0)
  before = last
  last = $0
  next
}
/^= / { read_file(); next }
{ tok[++n] = $0 }
END { read_file() }
