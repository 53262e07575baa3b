#!/usr/bin/env bash
# tools/house.sh, surface.sh, inventory.sh and test-names.sh: what they print changes with what they
# are about, and with nothing else.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
WORK=$(mktemp -d "${TMPDIR:-/tmp}/windlass-figures.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM
export GIT_CONFIG_GLOBAL=/dev/null # settings of one machine

fail() {
  echo "FAILED: $*" >&2
  cat "$WORK/said" >&2
  exit 1
}
says() { grep -qxF -- "$1" "$WORK/said" || fail "it does not say '$1'"; }
figure() { tr -s ' ' <"$WORK/said" | grep -qxF -- " $1" || fail "it does not say '$1'"; }
silent() { [ ! -s "$WORK/said" ] || fail "it says something"; }
commit() {
  git add -A
  git -c user.name=test -c user.email=test@localhost commit --quiet --message "$1"
}

# A repository of our own: two units that include each other, a flag, a log line, a test.
mkdir "$WORK/repository"
cd "$WORK/repository"
mkdir -p tools cmd/windlass controller/{core,runtime} kubeclient \
  test/{contract,differential/scripts,fuzz/corpus/pod}
git init --quiet
cp "$ROOT"/tools/{common,house,inventory,surface,test-names}.sh "$ROOT"/tools/*.awk tools
# Ids put together here, so that this file cites none. The tools themselves cite the second.
id=D-
printf '%s what must hold\n' ${id}001 ${id}261 >test/contract/rules.txt
echo 'inline constexpr Decision kRollBack{"roll back"};' >controller/core/decision.h
echo '#include "controller/runtime/y.h"' >controller/runtime/x.h
cat >controller/runtime/y.cc <<SOURCE
// Deployment (${id}001, ${id}002)
#include "controller/runtime/x.h"
SOURCE
printf '#include "controller/in_place/z.h"\nDeployment* shown;\n' >controller/runtime/y.h
cat >controller/runtime/told.cc <<'SOURCE'
// log.Info("a comment");
constexpr Metric kPods{"windlass_pods_total", MetricType::kCounter, "Pods \"seen\".",
                       {{{"result", kResults}, kKind}}};
void Tell() {
  log_.Warning("a Pod of " + name + " is "
               "gone", {{"pod", name}, {"how", "quietly"}});
  Do("roll back");
  Do(Decision{"roll on"});
}
SOURCE
cat >cmd/windlass/flags.cc <<'SOURCE'
int qps = 50;
void Describe() { app.add_option("--qps", flags.qps, "calls per second")->check(Range(1, 9)); }
SOURCE
cat >test/pod_test.cc <<SOURCE
TEST_CASE("${id}001 a Pod is "
          "told of (${id}001, ${id}002)", "[pod]") {}
SOURCE
printf 'say "begins"\nexpect "size" "$(size)" 3\n' >test/pod_test.sh
printf 'func TestPod(t *testing.T) {}\n' >test/pod_test.go
touch kubeclient/pod.h test/differential/scripts/roll.script test/fuzz/corpus/pod/whole
commit one

tools/house.sh >"$WORK/said"
figure "longest include cycle 2 units"
figure "units in cycles 2"
figure "includes, of the lines with code 20.0 %"
figure ".cc files of 40 lines or fewer 3"
figure "cited rule ids without a row 1 of 3"
figure "files outside in_place that include one of its headers 1"
figure "files of controller/runtime that name Deployment 1"
: >controller/runtime/x.h
tools/house.sh >"$WORK/said"
figure "longest include cycle none"
tools/house.sh HEAD >"$WORK/said"
figure "longest include cycle 2 units"

tools/surface.sh >"$WORK/said"
says 'log warning | a Pod of … is gone | pod how=quietly'
says 'metric counter windlass_pods_total {result kKind} | Pods "seen".'
says 'flag --qps = 50 | calls per second | ->check(Range(1,9))'
says 'decision roll back'
says 'decision roll on'
# A text that moves and is wrapped in another way is the same one; a new default is another flag.
sed 's/ is "$/ is " "gone"/; s/^ *"gone", /, /' controller/runtime/told.cc >controller/moved.cc
rm controller/runtime/told.cc
diff <(tools/surface.sh HEAD) <(tools/surface.sh) >"$WORK/said" || fail "a text that moved differs"
sed -i 's/50/60/' cmd/windlass/flags.cc
sed -i 's/" is " "gone"/" was gone"/' controller/moved.cc
tools/surface.sh --against HEAD >"$WORK/said"
says '> flag --qps = 60 | calls per second | ->check(Range(1,9))'
says '< log warning | a Pod of … is gone | pod how=quietly'
# A value in the place of a text makes lines differ, but they may be equal.
git checkout --quiet cmd
sed -i 's/" was gone"/" is gone"/; s/"a Pod of "/"a " + noun + " of "/' controller/moved.cc
tools/surface.sh --against HEAD >"$WORK/said"
says '2 lines differ by what stands for … alone, and are left out'
[ "$(wc -l <"$WORK/said")" = 1 ] || fail "it says more"

cat >cmd/windlass/process_metrics.cc <<'SOURCE'
constexpr Metric kMaxFiles{
    "process_max_fds", MetricType::kGauge, "Maximum."};
SOURCE
mkdir -p controller/{in_place/watch,workload} deploy
echo 'inline constexpr std::string_view kPdb = "windlass.dev/in-place-pdb";' \
  >controller/workload/in_place_annotations.h
touch deploy/rbac.yaml
echo 'constexpr Metric kPatches{"windlass_inplace_patch_total", MetricType::kCounter, "Done."};' \
  >controller/in_place/watch/in_place_metrics.cc
git add -A
tools/inventory.sh --names >"$WORK/said"
figure "metrics 3"
figure "windlass_pods_total"
figure "windlass_inplace_patch_total"
figure "process_max_fds"

tools/test-names.sh >"$WORK/said"
says "c++ ${id}001 a Pod is told of (${id}001, ${id}002)"
says 'check pod_test.sh: begins'
says 'check pod_test.sh: size'
says 'go TestPod'
says 'script test/pod_test.sh'
says 'differential roll'
says 'fuzz pod'
sed -i "s/${id}001 //; s/ (.*2)//" test/pod_test.cc
diff <(tools/test-names.sh --bare HEAD) <(tools/test-names.sh --bare) >"$WORK/said" || true
silent
for tool in house surface test-names; do
  if tools/$tool.sh nothing >"$WORK/said" 2>&1; then fail "$tool.sh knows a commit that is none"; fi
  says "$tool.sh: this repository holds no commit nothing (a shallow clone holds few)"
done

# docs/map.md tells the figures of this checkout. Those of a new controller and a new resource are
# of the commits that added the examples.
"$ROOT/tools/house.sh" >"$WORK/said"
told=0
while IFS='|' read -r _ name _ now _; do
  name=$(xargs <<<"$name") now=$(xargs <<<"$now")
  case $name in "files for a new controller" | "files for a new resource") continue ;; esac
  told=$((told + 1))
  printed=$(sed -n "s|^ *$name  *\([^ ]*\).*|\1|p" "$WORK/said")
  [ "$printed" = "$now" ] ||
    fail "docs/map.md has '$now' for '$name', and tools/house.sh prints '$printed'"
done < <(sed -n '/^| figure | before | now |$/,/^$/p' "$ROOT/docs/map.md" |
  grep -v '^|-\|^| figure\|^$')
[ "$told" -ge 7 ] || fail "docs/map.md has only $told figures"
echo passed
