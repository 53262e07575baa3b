#!/usr/bin/env bash
# The alert rules of deploy/alerts: Prometheus accepts them, each alert fires in the cases of
# rules_test.yaml in which it should, and in no other; each has cases of both kinds, and a section
# in docs/runbooks.md that its link leads to and that names panels; docs/metrics.md has
# each metric; prometheus-rule.yaml has the same groups. Without promtool the first two are not run.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
WORK=$(mktemp -d "${TMPDIR:-/tmp}/windlass-alerts.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM

rules=$ROOT/deploy/alerts/rules.yaml
cases=$ROOT/test/alerts/rules_test.yaml
runbooks=$ROOT/docs/runbooks.md

say() { printf '%s\n' "$*"; }
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  if [ -s "$WORK/said" ]; then cat "$WORK/said" >&2; fi
  exit 1
}
# same DESCRIPTION FILE FILE: shows where the files differ.
same() { diff "$2" "$3" >"$WORK/said" || fail "$1 (<, >):"; }

say "the rules have alerts, each once"
sed -n 's/^ *- alert: *//p' "$rules" >"$WORK/alerts"
sort -u "$WORK/alerts" >"$WORK/sorted"
[ -s "$WORK/alerts" ] || fail "$rules has no alert"
[ "$(wc -l <"$WORK/alerts")" = "$(wc -l <"$WORK/sorted")" ] || fail "two alerts have one name"

say "each alert has a severity, a summary, a description, and a link to its section"
# Prints "alert key value" for each of these.
awk '
  $1 == "-" && $2 == "alert:" { alert = $3 }
  $1 ~ /^(for|severity|summary|description|runbook_url):$/ && alert != "" {
    print alert, substr($1, 1, length($1) - 1), $2
  }' "$rules" >"$WORK/parts"
while read -r alert; do
  for part in for severity summary description runbook_url; do
    grep -q "^$alert $part ." "$WORK/parts" || fail "$alert has no $part"
  done
  grep -qE "^$alert severity (critical|warning|info)$" "$WORK/parts" ||
    fail "the severity of $alert is not critical, warning or info"
  grep -q "^$alert runbook_url https://.*/docs/runbooks\.md#${alert,,}$" "$WORK/parts" ||
    fail "the runbook_url of $alert does not end in docs/runbooks.md#${alert,,}"
done <"$WORK/alerts"

say "each alert has a case in which it fires, and one in which it does not"
# promtool only warns of a file that does not exist.
[ "$(sed -n '/^rule_files:/{n;p}' "$cases")" = "  - ../../deploy/alerts/rules.yaml" ] ||
  fail "$cases tests other rules than $rules"
# Prints "alert fires" or "alert silent" for each case. promtool passes a case without `exp_alerts`,
# or with an alert that does not exist, if it expects nothing.
awk '
  /{.*alertname:/ {
    alert = $0
    sub(/.*alertname: */, "", alert)
    sub(/[, }].*/, "", alert)
    print alert, /exp_alerts: \[\]}/ ? "silent" : "unclear"
    next
  }
  awaited != "" {
    print awaited, $0 ~ /^ *exp_alerts:$/ ? "fires" : "unclear"
    awaited = ""
  }
  $1 == "alertname:" { awaited = $2 }' "$cases" >"$WORK/cases"
if grep unclear "$WORK/cases" >"$WORK/said"; then
  fail "beside or below alertname there is no exp_alerts:"
fi
cut -d ' ' -f 1 "$WORK/cases" | sort -u >"$WORK/tested"
same "the alerts of the rules and those of the cases differ" "$WORK/sorted" "$WORK/tested"
while read -r alert; do
  for kind in fires silent; do
    grep -qxF "$alert $kind" "$WORK/cases" || fail "$cases has no case of $alert: $kind"
  done
done <"$WORK/alerts"

say "each alert has a section in docs/runbooks.md, and each section an alert"
sed -n 's/^## *//p' "$runbooks" | sort >"$WORK/sections"
same "the alerts of the rules and the sections of $runbooks differ" "$WORK/sorted" "$WORK/sections"
for part in 'What it means' 'Dashboard' 'What to look at' 'What to do'; do
  # Prints the section of each line that begins with the part in bold.
  awk -v part="**$part.**" '
    /^## / { section = $2 }
    index($0, part) == 1 { print section }' "$runbooks" | sort >"$WORK/sections"
  same "not every section of $runbooks has $part, once" "$WORK/sorted" "$WORK/sections"
done

say "each section names a dashboard, and panels that the dashboard has"
# Prints "file<tab>panel" for each *Panel* of a line
# "**Dashboard.** [Windlass / Fleet](dashboards.md#windlass--fleet): *Panel*, *Panel*."
awk '
  index($0, "**Dashboard.** [Windlass / ") == 1 {
    match($0, /#windlass--[a-z-]+\)/)
    file = "windlass-" substr($0, RSTART + 11, RLENGTH - 12)
    rest = substr($0, RSTART + RLENGTH)
    while (match(rest, /\*[^*]+\*/)) {
      print file "\t" substr(rest, RSTART + 1, RLENGTH - 2)
      rest = substr(rest, RSTART + RLENGTH)
    }
  }' "$runbooks" >"$WORK/panels"
[ "$(wc -l <"$WORK/panels")" -ge "$(wc -l <"$WORK/alerts")" ] ||
  fail "$runbooks names fewer panels than there are alerts"
while IFS=$'\t' read -r board panel; do
  grep -qF "\"title\": \"$panel\"" "$ROOT/deploy/dashboards/$board.json" ||
    fail "$runbooks names the panel $panel, which $board.json does not have"
done <"$WORK/panels"

say "docs/metrics.md has each metric of the rules, and docs/runbooks.md each cause of both"
metrics=$ROOT/docs/metrics.md
# A histogram is listed by its name, without the ends of its series.
for metric in $(grep -ohE '(windlass|leader_election|workqueue)_[a-z_]+' "$rules" |
  sed -E 's/_(bucket|count|sum)$//' | sort -u); do
  grep -qF "| \`$metric\` |" "$metrics" || fail "$metrics has no metric $metric"
done
awk -F '|' '$2 == " `cause` " { print $3; exit }' "$metrics" | tr -cs 'A-Za-z' '\n' |
  sed '/^$/d' >"$WORK/causes"
[ -s "$WORK/causes" ] || fail "$metrics has no label cause"
# A cause of the rule alone is the third argument of label_replace: "cause", "changing", "", "".
sed -n 's/^ *"cause", "\([A-Za-z]*\)", "", ""$/\1/p' "$rules" >"$WORK/own"
[ -s "$WORK/own" ] || fail "no rule sets a label cause"
sort -o "$WORK/causes" "$WORK/causes" "$WORK/own"
awk -F '`' '
  /^## / { inside = $0 == "## WindlassRolloutStuck" }
  inside && /^\| `/ { print $2 }' "$runbooks" | sort >"$WORK/rows"
same "the causes of $metrics and $rules, and the rows of WindlassRolloutStuck differ" \
  "$WORK/causes" "$WORK/rows"

say "prometheus-rule.yaml has the groups of rules.yaml, two spaces further right"
sed -n '/^groups:$/,$p' "$rules" | sed 's/^./  &/' >"$WORK/groups"
sed -n '/^  groups:$/,$p' "$ROOT/deploy/alerts/prometheus-rule.yaml" >"$WORK/operator"
[ -s "$WORK/groups" ] || fail "$rules has no groups"
same "rules.yaml and prometheus-rule.yaml differ" "$WORK/groups" "$WORK/operator"

if ! command -v promtool >/dev/null; then
  say "not run: promtool, which Debian has in the package prometheus"
  exit 0
fi

say "Prometheus accepts the rules"
promtool check rules --lint-fatal "$rules" >"$WORK/said" 2>&1 || fail "promtool check rules:"
grep -q "SUCCESS: $(wc -l <"$WORK/alerts") rules found" "$WORK/said" ||
  fail "promtool finds other rules than the $(wc -l <"$WORK/alerts") alerts:"

say "each alert fires in the cases in which it should, and in no other"
promtool test rules "$cases" >"$WORK/said" 2>&1 || fail "promtool test rules:"
if grep -qi warning "$WORK/said"; then fail "promtool test rules warns:"; fi
say "$(wc -l <"$WORK/alerts") alerts, $(grep -c fires "$WORK/cases") cases in which one fires," \
  "$(grep -c silent "$WORK/cases") in which none does"

say "passed"
