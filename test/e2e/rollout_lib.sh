# Functions of the scripts about Rollouts. Sourced after lib.sh.

# --- the cluster ---

# install_rollouts: installs the CustomResourceDefinition of Rollouts and Windlass' rights to them.
# Scripts that share a control plane may call it at the same time.
install_rollouts() {
  flock "$DATA/rollouts.lock" kubectl apply -f "$ROOT/crds/windlass.dev_rollouts.yaml" \
    -f "$ROOT/deploy/rollout/rbac-rollout.yaml" >/dev/null
  until_true 60 "kubectl knows Rollouts" kubectl get wro
  local account=system:serviceaccount:windlass-system:windlass
  until_true 60 "Windlass has its rights" \
    kubectl auth can-i patch rollouts.windlass.dev --subresource=status --as="$account"
}

# --- Rollouts ---

# rollout NAME REPLICAS IMAGE [STRATEGY]: prints a manifest.
rollout() {
  deployment "$@" | sed -e 's|^apiVersion: apps/v1|apiVersion: windlass.dev/v1alpha1|' \
    -e 's|^kind: Deployment|kind: Rollout|'
}
# set_rollout NAME PATCH: applies a merge patch.
set_rollout() { kubectl patch wro "$1" --type=merge -p "$2" >/dev/null; }
set_rollout_image() { # NAME IMAGE
  kubectl patch wro "$1" --type=json -p "[{\"op\":\"replace\",\
\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\"$2\"}]" >/dev/null
}
# rollout_ready NAME [TIMEOUT]: expects that kubectl wait ends by itself.
rollout_ready() {
  kubectl wait --for=condition=Ready "wro/$1" --timeout="${2:-180s}" >/dev/null ||
    fail "$1 is not ready: $(field "wro/$1" '{.status.phase}: {.status.message}')"
}
rollout_phase() { field "wro/$1" '{.status.phase}'; }
# in_phase NAME PHASE: succeeds if the status is about the present spec and has that phase.
in_phase() {
  [ "$(field "wro/$1" \
    '{.status.observedGeneration}={.metadata.generation} {.status.phase}')" = \
    "$(field "wro/$1" '{.metadata.generation}={.metadata.generation}') $2" ]
}
rollout_observed() {
  local generations
  generations=$(field "wro/$1" '{.status.observedGeneration}={.metadata.generation}')
  [ "${generations%=*}" = "${generations#*=}" ]
}
no_rollback_to() { [ -z "$(field "wro/$1" '{.spec.rollbackTo}')" ]; }
# promote NAME: ends the step in force.
promote() {
  kubectl annotate --overwrite "wro/$1" windlass.dev/promote="$(
    field "wro/$1" '{.status.step.index}@{.status.step.revision}')" >/dev/null
}

# --- ReplicaSets and Pods ---

# revisions_of NAME: prints the revisions of its ReplicaSets, ascending, in one line.
revisions_of() {
  kubectl get replicasets -l "app=$1" --no-headers -o custom-columns="\
R:.metadata.annotations.deployment\.kubernetes\.io/revision" | sort -n | paste -sd' '
}
# pod_images NAME: prints how many live Pods have which image, as "3 app:v1, 1 app:v2".
pod_images() {
  kubectl get pods -l "app=$1" --no-headers -o custom-columns="\
I:.spec.containers[0].image,D:.metadata.deletionTimestamp" | awk '$2 == "<none>" {print $1}' |
    sort | uniq -c | awk '{printf "%s%s %s", comma, $1, $2; comma = ", "} END {print ""}'
}
have_images() { [ "$(pod_images "$1")" = "$2" ]; } # NAME IMAGES

# --- sessions that the docs quote ---

# type_in FILE: runs the shell commands of FILE, one after the other, each in a shell of its own,
# and prints each with its output, as a terminal does. A command may go on in the next lines. Lines
# that are comments are left out. Stops at the first command that fails.
type_in() {
  local line command='' status=0
  while IFS= read -r line <&9; do
    if [ -z "$command" ] && [[ $line =~ ^[[:space:]]*(#|$) ]]; then continue; fi
    command+=${command:+$'\n'}$line
    if [[ $line == *\\ ]] || ! bash -n <<<"$command" 2>/dev/null; then continue; fi
    printf '$ %s\n' "$command"
    bash -c "$command" 2>&1 </dev/null 9<&- || status=$?
    if ((status)); then
      printf 'exit code %s\n' "$status"
      return 1
    fi
    command=
  done 9<"$1"
}

# Replaces what is random, hashed or of the clock, and the width of columns.
without_chance() {
  local drawn='[2456789bcdfghjklmnpqrstvwxz]'
  sed -E "s/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/g
    s/-$drawn{6,10}(-$drawn{5})?\b/-HASH/g
    s/\b([0-9]+[dhms]){1,2}\b/AGE/g
    s/  +/ /g; s/ +\$//"
}
# check_quotes TRANSCRIPTS PAGE…: expects each command that a page quotes in a block "console", with
# its output, in one of the transcripts (a pattern of files). What other processes have a say in
# (--watch, events, autoscalers) may have another output.
check_quotes() {
  local pattern=$1
  shift
  # shellcheck disable=SC2086 # a pattern
  cat $pattern | without_chance >"$WORK/typed-here"
  awk '/^```console$/ {inside = 1; next} /^```$/ {if (inside) print "$"; inside = 0} inside' "$@" |
    without_chance >"$WORK/quoted"
  awk '
    function flush() {
      if (entry ~ /^\$ [^\n]*(--watch|kubectl events|hpa)/) sub(/\n.*/, "", entry)
      if (entry != "" && entry != "$") {
        if (here) typed[entry] = 1
        else if (!(entry in typed)) {
          print "quoted otherwise than typed:\n" entry
          bad = 1
        } else good++
      }
      entry = ""
    }
    FNR == 1 {flush(); here = FILENAME ~ /typed-here$/}
    /^\$/ {flush()}
    {entry = entry == "" ? $0 : entry "\n" $0}
    END {
      flush()
      print good + 0 " quotes are as typed"
      exit bad
    }' "$WORK/typed-here" "$WORK/quoted" || fail "the docs quote what the script has not seen"
}

# --- the audit log ---

# audit_mark: from here on, see made_since.
audit_mark() { stat -c %s "$DATA/audit.log"; }
# made_since MARK RESOURCE VERB: prints how many objects of namespace default were created (or
# deleted) since then. Dry runs and subresources, such as the binding of a Pod, do not count.
made_since() {
  tail -c +$(($1 + 1)) "$DATA/audit.log" | grep -F '"stage":"ResponseComplete"' |
    grep -E "\"verb\":\"($3)\"" | grep -F "\"objectRef\":{\"resource\":\"$2\"" |
    grep -F '"namespace":"default"' | grep -vE '"subresource":|dryRun=' |
    grep -cE '"code":2[0-9][0-9]' || true
}
