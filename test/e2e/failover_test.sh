#!/usr/bin/env bash
# Two replicas: the leader is ended again and again while a Deployment changes, by SIGTERM and by
# kill -9. The other replica takes over, and the two never write at the same time. RUNS is the
# number of ends of each kind; 50 of each take about twenty minutes. The time of each takeover is
# printed, not judged. At last the leader gets SIGTERM while one of its writes is held. The Lease
# then keeps its holder's name, and the other replica fences.
. "$(dirname "$0")/lib.sh"

RUNS=${RUNS:-2}
SEED=$("$ROOT/tools/seed.sh")
RANDOM=$SEED # draws for how long a leader leads
LOSSES=$WORK/losses
PIDS=()
at_exit() { end_children TERM "${PIDS[@]}"; }

start_cluster --nodes 3
start_witness

# Each replica has a user of its own, so that the audit log tells the replicas apart.
SYSTEM=windlass-system
user() { printf 'system:serviceaccount:%s:windlass-%s' "$SYSTEM" "$1"; }
for n in 1 2; do
  name=windlass-$n
  {
    kubectl -n $SYSTEM create serviceaccount $name
    kubectl create clusterrolebinding $name --clusterrole=windlass-deployment \
      --serviceaccount=$SYSTEM:$name
    kubectl -n $SYSTEM create rolebinding $name --role=windlass-lease \
      --serviceaccount=$SYSTEM:$name
  } >/dev/null
  token=$(kubectl -n $SYSTEM create token $name --duration=24h)
  sed "s/^\( *token:\).*/\1 $token/" "$DATA/windlass.kubeconfig" >"$WORK/$name.kubeconfig"
done

# start_replica N [KUBECONFIG]: returns when the replica is ready, as leader or as standby.
start_replica() {
  WORK_LOG=$WORK/replica-$1.log
  local from=0
  if [ -f "$WORK_LOG" ]; then from=$(wc -l <"$WORK_LOG"); fi
  "$WINDLASS" --controllers=deployment --kubeconfig "${2:-$WORK/windlass-$1.kubeconfig}" \
    --metrics-bind-address=127.0.0.1:0 2>>"$WORK_LOG" &
  PIDS[$1]=$!
  until_true 20 "replica $1 logs its address" replica_address "$from"
  OPS=$(replica_address "$from")
  until_true 20 "replica $1 is ready" windlass_ready
}
replica_address() {
  tail -n +$(($1 + 1)) "$WORK_LOG" | sed -n 's/.*address=\([^ ]*\).*/\1/p' | head -n 1 | grep .
}
generation() { field deployment/web '{.metadata.generation}'; }
observed() { [ "$(field deployment/web '{.status.observedGeneration}')" = "$(generation)" ]; }
rolled() { observed && [ "$(field deployment/web '{.status.updatedReplicas}')" = 4 ]; }

# lose SIGNAL: ends the leader when a rollout begins; the other replica finishes the rollout.
run=0
LEADER=1
lose() {
  local other=$((3 - LEADER)) status=0
  run=$((run + 1))
  # Draws any moment between two renewals, which are 2 s apart. There is no condition to wait for.
  sleep "1.$((RANDOM % 10))$((RANDOM % 10))"
  kubectl set image deployment/web "app=app:v$run" >/dev/null
  printf '%s %s %s\n' "$(date -u +%FT%T.%NZ)" "$1" "$(user $LEADER)" >>"$LOSSES"
  kill "-$1" "${PIDS[$LEADER]}"
  # Leaves something to write for the next leader.
  kubectl scale deployment/web --replicas=$((4 + run % 2)) >/dev/null
  kubectl scale deployment/web --replicas=4 >/dev/null
  wait "${PIDS[$LEADER]}" 2>/dev/null || status=$?
  if [ "$1" = TERM ]; then [ "$status" = 0 ] || fail "SIGTERM ended the leader with $status"; fi
  until_true 60 "the other replica finishes the rollout" rolled
  kubectl rollout status deployment/web --timeout=60s >/dev/null || fail "the rollout did not end"
  start_replica "$LEADER"
  LEADER=$other
}

# ended N: replica N ends, or has ended, with the exit code that follows SIGTERM.
ended() {
  local status=0
  wait "${PIDS[$1]}" || status=$?
  expect "exit code of replica $1" "$status" 0
}

start_replica 1
# Each process has a name of its own in the Lease (L-001).
holder() { kubectl -n $SYSTEM get lease windlass -o jsonpath='{.spec.holderIdentity}'; }
leads() { holder | grep .; }
another_leads() { leads && [ "$(holder)" != "$1" ]; } # NAME
until_true 20 "the first replica leads" leads
start_replica 2
deployment web 4 app:v0 | kubectl apply -f - >/dev/null
rolled_out web

say "SIGTERM of the leader, $RUNS times, SEED=$SEED"
for _ in $(seq "$RUNS"); do lose TERM; done
say "kill -9 of the leader, $RUNS times"
for _ in $(seq "$RUNS"); do lose KILL; done

say "SIGTERM of the leader while a write is held"
other=$((3 - LEADER))
start_fault_proxy "$WORK/windlass-$other.kubeconfig"
kill "${PIDS[$other]}"
ended "$other"
start_replica "$other" "$WORK/through.kubeconfig"
before=$(holder)
kill "${PIDS[$LEADER]}"
ended "$LEADER"
until_true 60 "the replica behind the proxy leads" another_leads "$before"
start_replica "$LEADER"
LEADER=$other
other=$((3 - LEADER))

before=$(holder)
logged=$(wc -l <"$WORK/replica-$other.log")
# When the old ReplicaSet is scaled down, the new one already has a Pod: a rollout is under way.
echo "hold 1 ${PIDS[$LEADER]} PATCH .*/replicasets/.*\"replicas\":" >&8
until_true 10 "the fault is armed" grep -q armed "$WORK/proxy.out"
printf '%s HELD %s\n' "$(date -u +%FT%T.%NZ)" "$(user $LEADER)" >>"$LOSSES"
kubectl set image deployment/web app=app:held >/dev/null
until_true 60 "a write is held" grep -q '^held' "$WORK/proxy.out"
ended "$LEADER"
expect "holder of the Lease" "$(holder)" "$before"
# The new leader fences one ReplicaSet after another. Only the one of the held write matters here.
late=$(sed -n 's|^held .*/replicasets/||p' "$WORK/proxy.out")
fenced() {
  tail -n +$((logged + 1)) "$WORK/replica-$other.log" |
    grep -F 'fenced off writes of the former' | grep -F "replicasets default/$late\""
}
until_true 60 "the other replica fences $late" fenced
echo pass >&8
until_true 60 "the write reaches the server" grep -q '^passed' "$WORK/proxy.out"
expect "answer to the late write" "$(sed -n 's/^passed .* //p' "$WORK/proxy.out")" 409
until_true 60 "the other replica finishes the rollout" rolled
kubectl rollout status deployment/web --timeout=60s >/dev/null || fail "the rollout did not end"

say "who wrote, from the audit log"
check_witness
cluster writers --data "$DATA" --users "$(user 1),$(user 2)" --losses "$LOSSES" ||
  fail "somebody else than the holder of the Lease wrote"
say "passed"
echo "proves: D-538"
