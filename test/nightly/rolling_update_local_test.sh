#!/usr/bin/env bash
# kill -9 ends `kubectl windlass rolling-update --local` right before, and right after, each of its
# writes: of an update that is renamed, of one with two names, and of a rollback. The same command
# again finishes what it finds. No Windlass runs, and no object describes the updates: the witness
# judges every committed state by the annotations of the two ReplicationControllers, and by the
# limits of kubectl.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/replication_controller_lib.sh"

PLUGIN=${PLUGIN:-$ROOT/build/release/cmd/kubectl-windlass/kubectl-windlass}
WRITES_MAX=60 # more than any of these updates has
FLAGS=(--local --update-period=0s --poll-interval=100ms --progress-timeout=60s)

# run ARGUMENT…: the command, not through the proxy, which may have a fault that never struck.
run() {
  "$PLUGIN" rolling-update "$@" "${FLAGS[@]}"
}
# run_struck SIDE N ARGUMENT…: kills the command at its N-th write. STRUCK says whether it came to
# that. It waits for the fault before it begins.
run_struck() {
  local side=$1 n=$2 pid
  shift 2
  : >"$WORK/proxy.out"
  (
    while [ ! -e "$WORK/armed" ]; do sleep 0.05; done
    rm "$WORK/armed"
    exec "$PLUGIN" rolling-update "$@" "${FLAGS[@]}" --kubeconfig "$WORK/through.kubeconfig"
  ) >"$WORK/said" 2>&1 &
  pid=$!
  disown "$pid" # or the shell prints how it ended
  OTHER_PIDS="$OTHER_PIDS $pid"
  echo "$side $n $pid (POST|PATCH|PUT|DELETE) " >&8
  until_true 10 "the fault is armed" grep -q armed "$WORK/proxy.out"
  touch "$WORK/armed"
  until_true 120 "the command ends" has_ended "$pid"
  OTHER_PIDS=${OTHER_PIDS% "$pid"} # another process may get this id
  STRUCK=
  if grep -q killed "$WORK/proxy.out"; then STRUCK=1; fi
}
has_ended() { ! kill -0 "$1" 2>/dev/null; }

# at_every_write KIND IMAGES: KIND is a function `begin_KIND NAME`, which prepares, and
# `arguments_KIND NAME`, which prints the arguments. The end has these images.
at_every_write() {
  local kind=$1 images=$2 side n name struck arguments
  for side in before after; do
    struck=0
    for ((n = 1; n <= WRITES_MAX; n++)); do
      name=$kind-$side-$n
      begin_controller "$name" 2 app:v1
      "begin_$kind" "$name"
      mapfile -t arguments < <("arguments_$kind" "$name")
      run_struck "$side" "$n" "${arguments[@]}"
      if [ -n "$STRUCK" ]; then
        struck=$((struck + 1))
        run "${arguments[@]}" >"$WORK/again" 2>&1 || is_over "$name" "$images" ||
          fail "$name, again: $(cat "$WORK/said" "$WORK/again")"
      fi
      UPDATES=$((UPDATES + 1))
      until_true 60 "$name has the Pods of the end" run_images "$name" "$images"
      expect "ReplicationControllers" "$(controllers_of "$name" | wc -w)" 1
      expect "Pods without an owner" "$(pods_of "$name" | grep -c '<none>' || true)" 0
      no_traces "$(controllers_of "$name")"
      kubectl delete rc -l "app=$name" --wait=false >/dev/null
      if ((struck < n)); then break; fi
    done
    [ "$struck" -ge 4 ] || fail "$kind, $side: only $struck writes were struck"
    say "$kind: $struck writes, killed $side each"
  done
}
# is_over NAME IMAGES: the last write was made before the kill, and there is nothing to go on with.
is_over() { run_images "$1" "$2" && [ "$(controllers_of "$1" | wc -w)" = 1 ]; }

begin_renamed() { :; }
arguments_renamed() { printf '%s\n' "$1" --image=app:v2; }
begin_named() { :; }
arguments_named() { printf '%s\n' "$1" "$1-new" --image=app:v2; }
begin_reverted() {
  local pid
  run "$1" "$1-new" --image=app:v2-never-ready >"$WORK/begun" 2>&1 &
  pid=$!
  until_true 60 "the new Pod of $1 is there" run_images "$1" "2 app:v1, 1 app:v2-never-ready"
  kill "$pid"
  wait "$pid" || true
}
arguments_reverted() { printf '%s\n' "$1" "$1-new" --rollback; }

start_cluster --nodes 3
install_updates # the witness watches the objects, of which there are none
start_fault_proxy "$DATA/admin.kubeconfig"
start_witness --replication-controllers
UPDATES=0 # of this script
at_every_write renamed "2 app:v2"
at_every_write named "2 app:v2"
FORWARD=$UPDATES
at_every_write reverted "2 app:v1"
check_witness --settled
expect "updates that the witness has judged" "$(judged updates)" "$UPDATES"
# Up to 1, down to 1, up to 2, down to 0; a rollback takes back at least the first.
[ "$(judged scalings)" -ge $((4 * FORWARD + 2 * (UPDATES - FORWARD))) ] ||
  fail "the witness has judged only $(judged scalings) scalings of $UPDATES updates"
say "passed"
