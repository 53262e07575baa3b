#!/usr/bin/env bash
# Windlass must do with a script what Kubernetes' own Deployment controller does; see
# test/differential/README.md. Without arguments it plays a part of the scripts, which the commit
# chooses.
#
#   --all           plays every script
#   NAME…           plays these scripts
#   --kind rollout  plays them to Windlass with Rollouts, and to Kubernetes' controller with
#                   Deployments; KIND=rollout is the same
#   --record        writes test/differential/expected anew
#
# SHARE is the number of scripts in a part, SEED chooses the part (tools/seed.sh), PARALLEL is the
# number of scripts that are played at a time.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/rollout_lib.sh"

SCRIPTS=$ROOT/test/differential/scripts
SHARE=${SHARE:-24}
SEED=$("$ROOT/tools/seed.sh")
KIND=${KIND:-deployment}
names=() options=() all=
while (($#)); do
  argument=$1
  shift
  case $argument in
    --all) all=1 ;;
    --kind)
      KIND=${1:-}
      shift || fail "--kind is deployment or rollout"
      ;;
    --kind=*) KIND=${argument#--kind=} ;;
    --record) options+=(--record "$ROOT/test/differential/expected") ;;
    --*) fail "unknown option $argument" ;;
    *) names+=("$argument") ;;
  esac
done
if [ -z "$all" ] && [ ${#names[@]} -eq 0 ]; then
  # Takes every n-th script of the list, beginning at the seed. So n seeds in a row play all
  # scripts.
  total=$(find "$SCRIPTS" -name '*.script' | wc -l)
  stride=$(((total + SHARE - 1) / SHARE))
  mapfile -t names < <(find "$SCRIPTS" -name '*.script' -printf '%f\n' | LC_ALL=C sort |
    awk -v n="$stride" -v first=$((SEED % stride)) \
      'NR % n == first { sub(/\.script$/, ""); print }')
  say "SEED=$SEED: ${#names[@]} of $total scripts"
fi

stock=$("$ROOT/test/cluster/build" --stock | tail -n 1)
differential=$("$ROOT/test/cluster/build" --differential | tail -n 1)

# Nothing else may touch Pods: no scheduler, no nodes, and no controller that watches for missing
# nodes.
controllers=replicaset-controller,garbage-collector-controller,namespace-controller
controllers+=,serviceaccount-controller,resourcequota-controller
start_cluster --nodes 0 --no-scheduler --controllers="$controllers"
if [ "$KIND" = rollout ]; then
  install_rollouts
  # Scripts orphan what a Rollout owns. kubectl waits until the garbage collector has done it: that
  # looks for new kinds twice a minute.
  rollout known 0 app:1 | kubectl apply -f - >/dev/null
  kubectl delete wro known --cascade=orphan --timeout=120s >/dev/null
fi

"$differential" --data "$DATA" --logs "$WORK" --scripts "$SCRIPTS" --stock "$stock" \
  --windlass "$WINDLASS" --kind "$KIND" --parallel "${PARALLEL:-12}" \
  "${options[@]}" "${names[@]}" ||
  fail "the two controllers differ"
say "passed"
