#!/usr/bin/env bash
# Updates of ReplicationControllers that take longer than make test has time for: from 10 Pods to
# 20, and one that is taken back at each of its steps. The witness judges every committed state.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/replication_controller_lib.sh"

start_cluster --nodes 3
install_updates
start_witness --replication-controllers
start_windlass --controllers=replicationcontrollerupdate

say "from 10 Pods to 20, two at a time"
begin_controller ten 10 app:v1
ask ten "newName: twenty, updatePeriod: 0s, maxSurge: 2, $(file_content ten app:v2 20)"
until_true 300 "the update of ten has ended" update_in ten Succeeded
until_true 60 "only new Pods are left" run_images ten "20 app:v2"
expect "ReplicationControllers" "$(controllers_of ten)" twenty
kubectl get $RCU/ten -o jsonpath='{range .status.lines[*]}{@}{"\n"}{end}' >"$WORK/lines"
expect "the last line" "$(tail -n 1 "$WORK/lines")" \
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
taken_back() { # NAME NEW OLD
  begin_controller "$1" 3 app:v1
  ask "$1" "newName: $1-2, updatePeriod: 2s, $(file_content "$1" app:v2)"
  # shellcheck disable=SC2086
  until_true 60 "$1 has come to $2 new and $3 old Pods" has_come_to "$1" $2 $3
  say "$1 is taken back at (new, old): $(sizes "$1")"
  change "$1" '{"rollback":true}'
  updated_to "$1" RolledBack
  expect "ReplicationControllers of $1" "$(controllers_of "$1")" "$1"
  until_true 60 "only old Pods of $1 are left" run_images "$1" "3 app:v1"
  expect "Pods without an owner" "$(pods_of "$1" | grep -c '<none>' || true)" 0
  no_traces "$1"
}
for ((i = 0; i < ${#steps[@]}; i++)); do
  say "taken back at step $i"
  # shellcheck disable=SC2086
  taken_back "back-$i" ${steps[i]}
done

stop_windlass
check_witness --settled
say "passed"
