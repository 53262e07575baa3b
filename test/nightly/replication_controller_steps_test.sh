#!/usr/bin/env bash
# Updates of ReplicationControllers that take longer than make test has time for: from 10 Pods to
# 20, at once and with little room, and one that is taken back at each of its steps, by the command
# or by the object. The witness judges every committed state.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/replication_controller_lib.sh"

PLUGIN=${PLUGIN:-$ROOT/build/release/cmd/kubectl-windlass/kubectl-windlass}
lines_of() { kubectl get "$RCU/$1" -o jsonpath='{range .status.lines[*]}{@}{"\n"}{end}'; }

start_cluster --nodes 3
install_updates
start_witness --replication-controllers
start_windlass --controllers=replicationcontrollerupdate

say "from 10 Pods to 20, maxSurge 300%: kubectl's lines"
begin_controller all 10 app:v1
# The row is that of Pods which are all available when the period ends.
ask all "newName: all-2, updatePeriod: 1h, maxSurge: 300%, maxUnavailable: 0,\
  $(file_content all app:v2 20)"
until_true 120 "all new Pods are available" sized all-2 20
change all '{"updatePeriod":"0s"}'
until_true 300 "the update of all has ended" update_in all Succeeded
expect "lines" "$(lines_of all)" "Created all-2
Scaling up all-2 from 0 to 20, scaling down all from 10 to 0 (keep 20 pods available, \
don't exceed 80 pods)
Scaling all-2 up to 20
Scaling all down to 0
Update succeeded. Deleting all
replicationcontroller/all-2 rolling updated to \"all-2\""
until_true 60 "only new Pods are left" run_images all "20 app:v2"
expect "ReplicationControllers" "$(controllers_of all)" all-2
no_traces all-2

# After the first twelve, each step is as large as new Pods are available by then.
say "from 10 Pods to 20, with room for two more"
begin_controller ten 10 app:v1
ask ten "newName: twenty, updatePeriod: 0s, maxSurge: 2, $(file_content ten app:v2 20)"
until_true 300 "the update of ten has ended" update_in ten Succeeded
until_true 60 "only new Pods are left" run_images ten "20 app:v2"
expect "ReplicationControllers" "$(controllers_of ten)" twenty
expect "the first step" "$(lines_of ten | sed -n 3p)" "Scaling twenty up to 12"
expect "the last line" "$(lines_of ten | tail -n 1)" \
  'replicationcontroller/twenty rolling updated to "twenty"'
no_traces twenty

# 3 Pods, one more at a time, have these sizes on the way: NEW OLD.
steps=('0 3' '1 3' '1 2' '2 2' '2 1' '3 1')
sizes() { # NAME: prints the sizes of the new one and of the old one
  echo "$(field "rc/$1-2" '{.spec.replicas}') $(field "rc/$1" '{.spec.replicas}')"
}
has_come_to() { # NAME NEW OLD: succeeds if it is there, or further
  local now
  now=$(sizes "$1")
  [ "${now% *}" -ge "$2" ] && [ "${now#* }" -le "$3" ]
}
taken_back() { # BY NAME NEW OLD; BY: command, or object
  local by=$1
  shift
  begin_controller "$1" 3 app:v1
  ask "$1" "newName: $1-2, updatePeriod: 4s, $(file_content "$1" app:v2)"
  # shellcheck disable=SC2086
  until_true 60 "$1 has come to $2 new and $3 old Pods" has_come_to "$1" $2 $3
  # It rests there, however busy the machine is.
  change "$1" '{"updatePeriod":"1h"}'
  say "$1 is taken back at (new, old): $(sizes "$1"), by the $by"
  if [ "$by" = command ]; then
    "$PLUGIN" rolling-update "$1" "$1-2" --rollback --update-period=2s >"$WORK/said" 2>&1 ||
      fail "exit code $?: $(cat "$WORK/said")"
    cat "$WORK/said"
    # Before these it may have printed a step forward.
    expect "the lines" "$(sed -n '/^Setting /,$p' "$WORK/said" | head -n 2)" \
      "Setting \"$1\" replicas to 3
Continuing update with existing controller $1."
    expect "the last line" "$(tail -n 1 "$WORK/said")" "replicationcontroller/$1 rolling updated"
  else
    change "$1" '{"rollback":true,"updatePeriod":"2s"}'
  fi
  updated_to "$1" RolledBack
  expect "ReplicationControllers of $1" "$(controllers_of "$1")" "$1"
  until_true 60 "only old Pods of $1 are left" run_images "$1" "3 app:v1"
  expect "Pods without an owner" "$(pods_of "$1" | grep -c '<none>' || true)" 0
  no_traces "$1"
}
for ((i = 0; i < ${#steps[@]}; i++)); do
  say "taken back at step $i"
  if ((i % 3 == 2)); then by=object; else by=command; fi
  # shellcheck disable=SC2086
  taken_back "$by" "back-$i" ${steps[i]}
done

stop_windlass
check_witness --settled
say "passed"
