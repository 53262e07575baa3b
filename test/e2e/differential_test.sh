#!/usr/bin/env bash
# What Windlass makes of a script is what Kubernetes' own Deployment controller makes of it; see
# test/differential/README.md. Without arguments a part of the scripts, which the commit chooses;
# --all plays every one, names play those; --record writes test/differential/expected anew.
# SHARE says how many of the scripts make a part, SEED which one (tools/seed.sh), PARALLEL how many
# are played at a time.
. "$(dirname "$0")/lib.sh"

SCRIPTS=$ROOT/test/differential/scripts
SHARE=${SHARE:-24}
SEED=$("$ROOT/tools/seed.sh")
names=() options=() all=
for argument; do
  case $argument in
    --all) all=1 ;;
    --record) options+=(--record "$ROOT/test/differential/expected") ;;
    --*) fail "unknown option $argument" ;;
    *) names+=("$argument") ;;
  esac
done
if [ -z "$all" ] && [ ${#names[@]} -eq 0 ]; then
  # Every n-th script of the list, counted from the seed: n seeds in a row play all.
  total=$(find "$SCRIPTS" -name '*.script' | wc -l)
  stride=$(((total + SHARE - 1) / SHARE))
  mapfile -t names < <(find "$SCRIPTS" -name '*.script' -printf '%f\n' | LC_ALL=C sort |
    awk -v n="$stride" -v first=$((SEED % stride)) \
      'NR % n == first { sub(/\.script$/, ""); print }')
  say "SEED=$SEED: ${#names[@]} of $total scripts"
fi

stock=$("$ROOT/test/cluster/build" --stock | tail -n 1)
differential=$("$ROOT/test/cluster/build" --differential | tail -n 1)

# Nobody else may touch Pods: no scheduler, no nodes, and no controller that looks for them.
controllers=replicaset-controller,garbage-collector-controller,namespace-controller
controllers+=,serviceaccount-controller,resourcequota-controller
start_cluster --nodes 0 --no-scheduler --controllers="$controllers"

"$differential" --data "$DATA" --logs "$WORK" --scripts "$SCRIPTS" --stock "$stock" \
  --windlass "$WINDLASS" --parallel "${PARALLEL:-12}" "${options[@]}" "${names[@]}" ||
  fail "the two controllers differ"
say "passed"
