#!/usr/bin/env bash
# kill -9 ends Windlass right before, and right after, each write of an update of a
# ReplicationController: of one by image that is renamed, of one by image with another name, and of
# one that is taken back. The next process finishes what it finds. The end is the same as without
# the kill, and the witness judges every committed state.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/replication_controller_lib.sh"

WRITES_MAX=80 # more than any of these updates has

# arm SIDE N: Windlass will be killed at its N-th write.
arm() {
  : >"$WORK/proxy.out"
  disown "$WINDLASS_PID" # or the shell prints how it ended
  echo "$1 $2 $WINDLASS_PID (POST|PATCH|DELETE).*/(replicationcontroller|pods)" >&8
  until_true 10 "the fault is armed" grep -q armed "$WORK/proxy.out"
}
is_killed() { grep -q killed "$WORK/proxy.out"; }
ended_or_killed() { is_killed || update_in "$1" "$2"; } # NAME PHASE

# crash_at_every_write KIND PHASE IMAGES [SUFFIX]: begin_KIND NAME SIDE N arms the fault, and begins
# what ends in PHASE with these images, in the ReplicationController NAME, or NAME and SUFFIX.
crash_at_every_write() {
  local kind=$1 phase=$2 images=$3 suffix=${4:-} side n name killed
  for side in before after; do
    killed=0
    for ((n = 1; n <= WRITES_MAX; n++)); do
      name=$kind-$side-$n
      begin_controller "$name" 2 app:v1
      "begin_$kind" "$name" "$side" "$n"
      until_true 120 "$name ends, or Windlass does" ended_or_killed "$name" "$phase"
      if is_killed; then
        killed=$((killed + 1))
        WINDLASS_PID=
        start_windlass --controllers=replicationcontrollerupdate
        updated_to "$name" "$phase"
      else
        stop_windlass # with the fault that never struck
        start_windlass --controllers=replicationcontrollerupdate
      fi
      expect "ReplicationControllers" "$(controllers_of "$name")" "$name$suffix"
      until_true 60 "the Pods are those of the end" run_images "$name" "$images"
      expect "Pods without an owner" "$(pods_of "$name" | grep -c '<none>' || true)" 0
      no_traces "$name$suffix"
      kubectl delete "$RCU/$name" "rc/$name$suffix" --wait=false >/dev/null
      if ((killed < n)); then break; fi
    done
    [ "$killed" -ge 8 ] || fail "$kind, $side: only $killed writes were struck"
    say "$kind: $killed writes, killed $side each"
  done
}

begin_renamed() {
  arm "$2" "$3"
  ask "$1" 'image: "app:v2", updatePeriod: 0s'
}
begin_named() { # its cleanup is Delete
  arm "$2" "$3"
  ask "$1" "newName: $1-2, image: \"app:v2\", updatePeriod: 0s"
}
begin_reverted() {
  ask "$1" 'image: "app:v2-never-ready", updatePeriod: 0s'
  until_true 60 "the new Pod of $1 is there" run_images "$1" "2 app:v1, 1 app:v2-never-ready"
  arm "$2" "$3"
  change "$1" '{"rollback":true}'
}

start_cluster --nodes 3
install_updates
start_fault_proxy
start_witness --replication-controllers
start_windlass --controllers=replicationcontrollerupdate
crash_at_every_write renamed Succeeded "2 app:v2"
crash_at_every_write named Succeeded "2 app:v2" -2
crash_at_every_write reverted RolledBack "2 app:v1"
stop_windlass
check_witness --settled
say "passed"
