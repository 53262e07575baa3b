#!/usr/bin/env bash
# A tenant of namespace "noisy" tries to stop Windlass for the whole cluster. Beside each deed a
# rollout in namespace "quiet" is timed: before it, while its object is there, after the leader was
# killed, after both daemons were started anew, and after the object is gone. The times are printed;
# each has LIMIT seconds (120). The rows:
#
#   1  one object whose watch line is 8 to 12 MB: a Deployment, a ReplicaSet, a Pod, a Rollout
#   2  50 ReplicaSets with annotations of 255,000 `<`, and another leader
#   3  an object at etcd's limit, whose writes are answered 500; it is edited twice a second for
#      EDITS seconds (60)
#   webhooks   the same with a webhook that answers 429 or 503, or cannot be reached
#   slow       a webhook that never answers, with its default timeout of 10 s, asked about the
#              ReplicaSets of MANY (86) Deployments in two namespaces
#   long       a webhook that refuses the ReplicaSets of MANY Deployments with a message of 1.2 MB
#   events     a webhook that never answers, asked about the Events of MANY Deployments
#   4  watches that are dead without a FIN (needs root, for a network of its own)
#   5  180 Deployments with templates of 1.4 MB, then 60 with templates that JSON makes 8.4 MB, and
#      daemons that may use MEMORY MiB (256) each (needs root, for control groups)
#   6  a Node that becomes ready and unready for FLIPS seconds (20), and has PODS (20,000) Pods,
#      while a Deployment that is updated in place has all Pods and Nodes watched
#   7  a list that takes longer than etcd keeps its revision (needs root)
#
# ROWS='1 3' plays only these. STOCK=1 plays them to upstream's controller, for comparison.
# FORMS='Deployment/less-than …' are the objects of row 1.
. "$(dirname "$0")/../e2e/lib.sh"

ROWS=${ROWS:-1 2 3 webhooks slow long events 4 5 6 7}
LIMIT=${LIMIT:-120} EDITS=${EDITS:-60} STOCK=${STOCK:-}
MEMORY=${MEMORY:-256} MANY=${MANY:-86} PODS=${PODS:-20000} FLIPS=${FLIPS:-20}
FORMS=${FORMS:-Deployment/less-than Deployment/terms ReplicaSet/less-than Pod/less-than
  WholePod/less-than Rollout/less-than}
TENANT=${TENANT:-$ROOT/test/nightly/tenant.py}
SYSTEM=windlass-system
ACCOUNT=system:serviceaccount:$SYSTEM:windlass
PIDS=() LEADER=1 LATE=()
GROUPS_OF=() # control groups of the replicas, while their memory is limited
at_exit() {
  local group
  end_children KILL "${PIDS[@]}"
  for group in "${GROUPS_OF[@]}"; do
    until rmdir "$group" 2>/dev/null || [ ! -d "$group" ]; do sleep 0.1; done # until it is empty
  done
}

if ! command -v python3 >/dev/null; then
  echo "not run: python3 is missing"
  exit 77
fi

# --- the controllers ---

# limited COMMAND…: becomes the command, in the control group $GROUP if that is set.
limited() {
  if [ -n "${GROUP:-}" ]; then echo "$BASHPID" >"$GROUP/cgroup.procs"; fi
  exec "$@"
}
run_windlass() { # N [KUBECONFIG] [more flags]
  local log=$WORK/replica-$1.log config=${2:-$DATA/windlass.kubeconfig}
  shift $(($# > 1 ? 2 : 1))
  limited "$WINDLASS" --controllers="${CONTROLLERS:-deployment}" --kubeconfig "$config" \
    --metrics-bind-address=127.0.0.1:0 "$@" 2>>"$log" &
}
run_stock() { # N [KUBECONFIG]
  limited "$("$ROOT/test/cluster/build" --stock | tail -n 1)" \
    --kubeconfig "${2:-$DATA/admin.kubeconfig}" >>"$WORK/replica-$1.log" 2>&1 &
}
replica_address() { # N LINES
  tail -n +$(($2 + 1)) "$WORK/replica-$1.log" |
    sed -n 's/.*address=\([^ ]*\).*/\1/p' | head -n 1 | grep .
}
# start_replica N [KUBECONFIG] [more flags]: sets PIDS[N] and ADDRESS[N]. It does not wait for
# /readyz: the rows of a tenant may keep it from being ready.
declare -A ADDRESS=()
start_replica() {
  local from=0 GROUP=${GROUPS_OF[$1]:-}
  if [ -f "$WORK/replica-$1.log" ]; then from=$(wc -l <"$WORK/replica-$1.log"); fi
  if [ -n "$STOCK" ]; then run_stock "$@"; else run_windlass "$@"; fi
  PIDS[$1]=$!
  if [ -n "$STOCK" ]; then return 0; fi
  until_true 60 "replica $1 logs its address" replica_address "$1" "$from"
  ADDRESS[$1]=$(replica_address "$1" "$from")
}
end_replica() { # N SIGNAL
  if [ -z "${PIDS[$1]:-}" ]; then return 0; fi
  kill "-$2" "${PIDS[$1]}" 2>/dev/null || true
  wait "${PIDS[$1]}" 2>/dev/null || true
  unset "PIDS[$1]"
}
leads() { kubectl -n $SYSTEM get lease windlass -o jsonpath='{.spec.holderIdentity}' | grep .; }
# The stock controller has no election: one process, which is started anew.
start_pair() {
  LEADER=1
  start_replica 1
  if [ -n "$STOCK" ]; then return 0; fi
  until_true 60 "the first replica leads" leads
  start_replica 2
}
end_pair() {
  end_replica 2 TERM
  end_replica 1 TERM
}
kill_leader() { # the other replica takes over
  end_replica "$LEADER" KILL
  start_replica "$LEADER"
  if [ -z "$STOCK" ]; then LEADER=$((3 - LEADER)); fi
}
restart_pair() {
  end_replica 2 KILL
  end_replica 1 KILL
  start_pair
}

# state: prints what the leader says of itself.
state() {
  if [ -n "$STOCK" ]; then return 0; fi
  local n figures='^windlass_(api_server_(away|outages_total)|client_(rate|throttled_total)'
  figures+='|informer_(synced|relists_total|watch_ends_total)|leader[a-z_]*)(\{|  *)'
  for n in "${!PIDS[@]}"; do
    OPS=${ADDRESS[$n]}
    say "replica $n: /readyz $(http_status /readyz || true): $(http_body /readyz | tr '\n' ' ')"
    http_body /metrics | grep -E "$figures" | grep -vE ' 0$' | sed 's/^/           /' || true
  done
}
# complaints: prints the warnings of both logs, counted, and begins new logs.
complaints() {
  local log
  for log in "$WORK"/replica-*.log; do
    grep -hE '^[^ ]+ +(warning|error) |^[EW][0-9]{4} ' "$log" || true
    mv "$log" "$log.${ROW//[ \/]/-}"
  done | sed -E 's/^[^ ]+ +//; s/[0-9]{2}:[0-9]{2}:[0-9.]+ +[0-9]+ //' | cut -c 1-400 | sort |
    uniq -c | sort -rn | sed -n 1,12p
}

# --- the rollout beside ---

round=0
BESIDE= # another Deployment that is rolled out with it
micros() { printf '%s' "${EPOCHREALTIME/./}"; }
tenths() { # BEGAN: prints the seconds since then
  local passed=$((($(micros) - $1) / 100000))
  echo "$((passed / 10)).$((passed % 10))"
}
# timed WHEN: rolls a Deployment of namespace quiet out, and prints how long it took.
timed() {
  local began end wanted=1
  if [ -n "$BESIDE" ]; then wanted=2; fi
  round=$((round + 1))
  began=$(micros)
  # shellcheck disable=SC2086 # no name, or one
  kubectl set image deployment web $BESIDE "app=app:v$round" >/dev/null
  end=$((SECONDS + LIMIT))
  until complete "$wanted" 2 "app:v$round"; do
    if ((SECONDS >= end)); then
      say "figure: $ROW: $1: NOT within $LIMIT s"
      LATE+=("$ROW: $1")
      return 0
    fi
    sleep 0.2 # between two checks
  done
  say "figure: $ROW: $1: $(tenths "$began") s"
}

tenant() { python3 "$TENANT" "$PROXY" "$@"; }
start_proxy() {
  kubectl proxy --port=0 >"$WORK/proxy.out" 2>"$WORK/proxy.log" &
  OTHER_PIDS="$OTHER_PIDS $!"
  until_true 20 "the proxy listens" grep -q '^Starting to serve on' "$WORK/proxy.out"
  PROXY=$(sed -n 's/^Starting to serve on //p' "$WORK/proxy.out")
}
begin() {
  # shellcheck disable=SC2086 # several words
  start_cluster --nodes 1 ${PORTS:+--ports $PORTS}
  if [ -n "$STOCK" ]; then "$ROOT/test/cluster/build" --stock >/dev/null; fi
  kubectl create namespace noisy >/dev/null
  kubectl create namespace quiet >/dev/null
  cp "$DATA/admin.kubeconfig" "$WORK/admin.kubeconfig"
  export KUBECONFIG=$WORK/admin.kubeconfig
  kubectl config set-context --current --namespace=quiet >/dev/null
  until_true 60 "namespace quiet takes Pods" kubectl get serviceaccount default
  until_true 60 "namespace noisy takes Pods" kubectl -n noisy get serviceaccount default
  start_proxy
  deployment web 2 app:v0 | kubectl apply -f - >/dev/null
}
gone() { [ -z "$(kubectl -n noisy get "$1" -o name)" ]; }
clear_noisy() {
  kubectl -n noisy delete deployments,replicasets,pods --all --grace-period=0 --force \
    --wait=false >/dev/null 2>&1 || true
  until_true 60 "noisy has no ReplicaSets" gone replicasets
  until_true 60 "noisy has no Pods" gone pods
}

# phases: what follows once the object of a row is there.
phases() {
  timed "while it is there"
  state
  kill_leader
  timed "after the leader was killed"
  restart_pair
  timed "after both were started anew"
  state
}

# --- row 1 ---

rollout_object() { # a custom resource is stored as JSON: a `<` has six bytes in etcd as well
  { deployment large 0 "$(head -c 250000 /dev/zero | tr '\0' '<')"; } |
    sed 's|^apiVersion: .*|apiVersion: windlass.dev/v1alpha1|; s|^kind: .*|kind: Rollout|' |
    sed '/^  strategy: /d'
}
row_1() {
  local form kind fill
  for form in $FORMS; do
    kind=${form%/*} fill=${form#*/} ROW="1 $form"
    CONTROLLERS=deployment
    if [ "$kind" = Rollout ]; then
      if [ -n "$STOCK" ]; then continue; fi
      # shellcheck disable=SC1091
      . "$ROOT/test/e2e/rollout_lib.sh"
      install_rollouts
      CONTROLLERS=deployment,rollout
    fi
    BESIDE=
    case $kind in # Pods are watched where a Deployment recreates or patches them
      Pod) BESIDE=recreated ;;
      WholePod) BESIDE=patched kind=Pod ;;
    esac
    if [ -n "$BESIDE" ]; then beside | kubectl apply -f - >/dev/null; fi
    start_pair
    timed before
    if [ "$kind" = Rollout ]; then
      rollout_object >"$WORK/rollout.yaml"
      kubectl -n noisy create -f "$WORK/rollout.yaml" >/dev/null || fail "no Rollout"
    else
      say "POST: $(tenant make "$kind" noisy large "$fill" 1450000 1)"
      say "its watch line: $(tenant line "$(path_of "$kind")" large-1) bytes"
    fi
    phases
    if [ "$kind" = Rollout ]; then kubectl -n noisy delete wro --all >/dev/null; fi
    clear_noisy
    timed "after it is gone"
    state
    end_pair
    complaints
    if [ -n "$BESIDE" ]; then kubectl delete deployment "$BESIDE" >/dev/null; fi
    BESIDE=
  done
  CONTROLLERS=deployment
}
beside() {
  case $BESIDE in
    recreated) deployment recreated 2 app:v0 '{type: Recreate}' ;;
    patched)
      deployment patched 2 app:v0 |
        sed 's|{name: patched}$|{name: patched, annotations: {windlass.dev/in-place: Only}}|'
      ;;
  esac
}
path_of() { # KIND
  case $1 in
    Pod) echo api/v1/namespaces/noisy/pods ;;
    *) echo "apis/apps/v1/namespaces/noisy/${1,,}s" ;;
  esac
}

# --- row 2 ---

row_2() {
  ROW=2
  start_pair
  timed before
  say "POST: $(ANNOTATION=255000 tenant make ReplicaSet noisy large letters 1 50)"
  say "a list of them: $(kubectl get --raw "/$(path_of ReplicaSet)" | wc -c) bytes"
  phases
  clear_noisy
  timed "after they are gone"
  state
  end_pair
  complaints
}

# --- row 3 ---

row_3() {
  ROW="3 etcd's limit"
  start_pair
  timed before
  end_pair # else it writes the status before the object is full
  say "brim: $(tenant brim noisy full)"
  say "a status patch: $(status_patch full)"
  start_pair
  edited full "$EDITS"
  clear_noisy
  timed "after it is gone"
  end_pair
  complaints
}
row_webhooks() {
  local how code
  deployment refused 1 app:v1 | kubectl -n noisy apply -f - >/dev/null
  for how in 'nobody 0' 'answers 503' 'denies 429' 'denies 503'; do
    code=${how#* } how=${how% *}
    ROW="3 webhook $how $code"
    start_pair
    timed before
    serve_webhook "$how" "$code"
    say "a status patch: $(status_patch refused)"
    # Something to write: a new ReplicaSet, and the status.
    kubectl -n noisy set image deployment/refused "app=app:$how-$code" >/dev/null
    edited refused $((EDITS / 2))
    kubectl delete validatingwebhookconfiguration tenant >/dev/null
    timed "after the webhook is gone"
    end_pair
    complaints
  done
  clear_noisy
}
row_slow() {
  ROW="slow webhook"
  kubectl create namespace noisy-2 >/dev/null
  slow_deployments app:v1 | kubectl apply -f - >/dev/null
  start_pair
  until_true 120 "all of them are rolled out" told observedGeneration 1
  timed before
  serve_webhook hangs 0
  slow_deployments app:v2 | kubectl apply -f - >/dev/null
  timed "at first"
  until_true 300 "all of them are told" told_refused
  say "$(kubectl -n noisy-2 get deployment slow-1 -o jsonpath='{.status.conditions}')"
  timed "in the middle"
  state
  kill_leader
  timed "after the leader was killed"
  state
  kubectl delete validatingwebhookconfiguration tenant >/dev/null
  timed "after the webhook is gone"
  until_true 300 "all of them are rolled out" told observedGeneration 2
  state
  end_pair
  kubectl delete namespace noisy-2 --timeout=120s >/dev/null
  clear_noisy
  complaints
}
row_long() {
  ROW="long refusals"
  kubectl create namespace noisy-2 >/dev/null
  start_pair
  timed before
  serve_webhook long 403
  slow_deployments app:v1 | kubectl apply -f - >/dev/null
  timed "at first"
  until_true 120 "all of them are told" told 'conditions[*].message' '.*denied the request: nono'
  say "the longest message: $(kubectl get deployments -A -o json |
    jq '[.items[].status.conditions[]?.message | length] | max') characters"
  timed "in the middle"
  state
  end_webhook_row
}
row_events() {
  ROW="a webhook hangs on Events"
  kubectl create namespace noisy-2 >/dev/null
  start_pair
  timed before
  event_timed before
  serve_webhook hangs 0 '""' events
  slow_deployments app:v1 | sed 's/replicas: 0/replicas: 1/' | kubectl apply -f - >/dev/null
  timed "at first"
  event_timed "at first"
  timed "in the middle"
  event_timed "in the middle"
  state
  end_webhook_row
}
end_webhook_row() {
  kubectl delete validatingwebhookconfiguration tenant >/dev/null
  timed "after the webhook is gone"
  end_pair
  kubectl delete namespace noisy-2 --timeout=120s >/dev/null
  clear_noisy
  complaints
}
# event_timed WHEN: makes a Deployment in quiet, and times how soon its first Event can be read.
event_timed() {
  local began name=event-$((++round))
  began=$(micros)
  deployment "$name" 1 app:v1 | kubectl apply -f - >/dev/null
  until_true "$LIMIT" "$name has an Event" has_event "$name"
  say "figure: $ROW: Event $1: $(tenths "$began") s"
  kubectl delete deployment "$name" --wait=false >/dev/null
}
has_event() {
  [ -n "$(kubectl get events --field-selector "involvedObject.name=$1" -o name)" ]
}
slow_deployments() { # IMAGE
  local number namespace=noisy
  for ((number = 1; number <= MANY; ++number)); do
    if ((number > MANY / 2)); then namespace=noisy-2; fi
    deployment "slow-$((number > MANY / 2 ? number - MANY / 2 : number))" 0 "$1" |
      sed "s/^metadata: {/&namespace: $namespace, /"
    echo ---
  done
}
# told FIELD WORDS: that field of the status has these words in each slow Deployment.
told() {
  local one='{range .items[*]}{.metadata.name}{" "}{.status.'$1'}{"\n"}{end}'
  [ "$(kubectl get deployments -A -o jsonpath="$one" | grep -c "^slow-.* $2")" = "$MANY" ]
}
told_refused() { told 'conditions[*].message' '.*did not complete the write in time'; }
status_patch() { tenant status "$(path_of Deployment)/$1"; } # NAME
# edited NAME SECONDS: edits it twice a second, and times rollouts beside.
edited() {
  local pid
  python3 "$TENANT" "$PROXY" edit "$(path_of Deployment)/$1" "$2" >"$WORK/edits" &
  pid=$!
  OTHER_PIDS="$OTHER_PIDS $pid"
  timed "at first"
  until_true $(($2 / 2 + 60)) "half of the edits" half_done "$((SECONDS + $2 / 2))"
  timed "in the middle"
  state
  wait "$pid" || true
  say "$(cat "$WORK/edits")"
  timed "at the end"
  state
}
half_done() { ((SECONDS >= $1)); }
# serve_webhook HOW CODE [GROUP RESOURCES]: a webhook for what Windlass writes in the namespaces
# noisy and noisy-2.
# With "nobody", nothing listens.
serve_webhook() {
  local port=1 authority timeout=2 group=${3:-apps}
  local resources=${4:-deployments/status, replicasets}
  case $1 in
    hangs) timeout=10 resources=${4:-replicasets} ;;
    long) timeout=10 resources=replicasets ;;
  esac
  if [ "$1" != nobody ]; then
    rm -f "$WORK/webhook.out"
    python3 "$TENANT" "$PROXY" webhook 0 "$DATA/pki/apiserver.crt" \
      "$DATA/pki/apiserver.key" "$2" "$1" >"$WORK/webhook.out" 2>"$WORK/webhook.log" &
    OTHER_PIDS="$OTHER_PIDS $!"
    until_true 20 "the webhook listens" grep -q ready "$WORK/webhook.out"
    port=$(sed 's/ready //' "$WORK/webhook.out")
  fi
  authority=$(base64 -w 0 "$DATA/pki/ca.crt")
  kubectl apply -f - >/dev/null <<YAML
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: tenant}
webhooks:
  - name: tenant.example.com
    clientConfig: {url: "https://127.0.0.1:$port/", caBundle: $authority}
    rules:
      - operations: ['*']
        apiGroups: [$group]
        apiVersions: ['*']
        resources: [$resources]
    namespaceSelector:
      matchExpressions:
        - {key: kubernetes.io/metadata.name, operator: In, values: [noisy, noisy-2]}
    failurePolicy: Fail
    sideEffects: None
    admissionReviewVersions: [v1]
    timeoutSeconds: $timeout
YAML
}

# --- rows 4 and 7: in a network of their own ---

# in_own_network ROW: plays that row in a new network namespace, in which packets can be lost.
in_own_network() {
  if ! unshare -n true 2>/dev/null; then
    echo "not run: row $1 needs root, for a network namespace"
    return 0
  fi
  OWN_NETWORK=1 ROWS=$1 unshare -n "$0" || LATE+=("row $1")
}
# The API server wants a default route.
prepare_network() {
  ip link set lo up
  ip link add here type veth peer name there
  ip address add 10.99.0.1/24 dev here
  ip link set here up
  ip link set there up
  ip route add default via 10.99.0.2 dev here
  # Rules that lose packets come before the local table.
  ip rule add pref 100 lookup local
  ip rule del pref 0
}
# connections PID: prints the local ports of its connections to the API server.
connections() {
  ss -tnpH state established "dst 127.0.0.1:$CLUSTER_APISERVER_PORT" |
    sed -n "s/.*127.0.0.1:\([0-9]*\) .*127.0.0.1:.*pid=$1,.*/\1/p"
}
# requests_since LINE VERB: prints the requests of the controller for all Deployments and
# ReplicaSets since that line of the audit log. The log has a watch when it begins and when it ends.
requests_since() {
  local stage=ResponseComplete
  if [ "$2" = watch ]; then stage=ResponseStarted; fi
  tail -n +$(($1 + 1)) "$DATA/audit.log" | grep -F "\"username\":\"$AUDITED\"" |
    grep -F "\"stage\":\"$stage\"" | grep -F "\"verb\":\"$2\"" |
    grep -E '/apis/apps/v1/(deployments|replicasets)' | sed 's/\\u0026/\&/g' || true
}
AUDITED=$ACCOUNT
if [ -n "$STOCK" ]; then AUDITED=admin; fi
rewatched() { [ "$(requests_since "$1" watch | wc -l)" -ge 2 ]; }
row_4() {
  if [ -z "${OWN_NETWORK:-}" ]; then
    in_own_network 4
    return 0
  fi
  local from port began
  ROW=4
  if [ -n "$STOCK" ]; then start_replica 1; else start_replica 1 '' --leader-elect=false; fi
  timed before
  from=$(wc -l <"$DATA/audit.log")
  for port in $(connections "${PIDS[1]}"); do
    say "connection $port is dead from now on"
    ip rule add pref 1 ipproto tcp sport "$port" blackhole
    ip rule add pref 1 ipproto tcp dport "$port" blackhole
  done
  began=$(micros)
  timed "with dead connections"
  until_true "$LIMIT" "the watches are open again" rewatched "$from"
  say "figure: $ROW: the watches are open again: $(tenths "$began") s"
  say "lists: $(requests_since "$from" list | grep -vc 'limit=1"' || true), watches:" \
    "$(requests_since "$from" watch | grep -o '"requestURI":"[^"]*"' | cut -c 1-200)"
  timed "after they are open again"
  state
  end_replica 1 TERM
  complaints
}

# --- row 5 ---

# Makes a control group for each of two replicas. Returns 1 if that is not possible here.
limit_memory() {
  local n parent=/sys/fs/cgroup/memory file=memory.limit_in_bytes
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then parent=/sys/fs/cgroup file=memory.max; fi
  for n in 1 2; do
    mkdir "$parent/windlass-$$-$n" 2>/dev/null || return 1
    GROUPS_OF[n]=$parent/windlass-$$-$n
    echo $((MEMORY << 20)) 2>/dev/null >"${GROUPS_OF[n]}/$file" || return 1
  done
}
memory() {
  local n
  for n in "${!PIDS[@]}"; do
    say "figure: $ROW: replica $n: $(awk '/^Vm(RSS|HWM)/ {printf "%s %d MiB ", $1, $2 / 1024}' \
      "/proc/${PIDS[n]}/status" 2>/dev/null || echo "was ended")"
  done
}
row_5() {
  if ! limit_memory; then
    say "row 5 is not played: no control groups can be made here"
    return 0
  fi
  large_templates 5-letters letters 180
  large_templates 5-less-than less-than 60
}
# large_templates ROW FILL COUNT
large_templates() {
  ROW=$1
  start_pair
  timed before
  memory
  tenant make Deployment noisy large "$2" 1400000 "$3" | sort | uniq -c
  timed "while they are there"
  memory
  state
  kill_leader
  timed "after the leader was killed"
  restart_pair
  timed "after both were started anew"
  memory
  say "ReplicaSets of the tenant: $(kubectl -n noisy get replicasets -o name | wc -l)"
  OPS=${ADDRESS[$LEADER]:-}
  if [ -z "$STOCK" ]; then
    say "left out: $(http_body /metrics | grep '^windlass_left_out_objects' | tr '\n' ' ')"
  fi
  clear_noisy
  timed "after they are gone"
  memory
  for n in "${!PIDS[@]}"; do
    kill -0 "${PIDS[n]}" 2>/dev/null || LATE+=("$ROW: replica $n was ended")
  done
  end_pair
  complaints
}

# --- row 6 ---

# turns: prints how many turns the core has had, and how many of them took more CPU than 50 ms.
turns() {
  if [ -n "$STOCK" ]; then return 0; fi
  OPS=${ADDRESS[$LEADER]}
  say "figure: $ROW: $1: $(http_body /metrics | awk '
    $1 == "windlass_core_turn_cpu_seconds_bucket{le=\"0.05\"}" { short = $2 }
    $1 == "windlass_core_turn_cpu_seconds_count" { all = $2 }
    END { printf "%d turns, %d of them above 50 ms", all, all - short }')"
}
row_6() {
  ROW=6 BESIDE=patched
  beside | kubectl apply -f - >/dev/null
  start_pair
  timed before
  say "POST: $(tenant pods noisy far "$PODS")"
  timed "while the Pods are there"
  turns "before the Node flips"
  tenant flip far "$FLIPS" >"$WORK/flips" &
  local pid=$!
  timed "while the Node flips"
  timed "while the Node flips, again"
  wait "$pid"
  say "$(cat "$WORK/flips")"
  turns "after the Node has flipped"
  kill_leader
  timed "after the leader was killed"
  turns "after the leader was killed"
  kubectl delete node far >/dev/null
  kubectl delete deployment "$BESIDE" >/dev/null
  BESIDE=
  end_pair
  complaints
}

# --- row 7 ---

# The link between the two networks is slow in this direction only. The controller stays here:
# it asks a relay, which asks a relay in the other network, which asks a relay here.
row_7() {
  if [ -z "${OWN_NETWORK:-}" ]; then
    in_own_network 7
    return 0
  fi
  local other pid
  ROW=7
  PATH=$PATH:/usr/local/go/bin CGO_ENABLED=0 go build -trimpath -o "$WORK/relay" \
    "$ROOT/test/e2e/relay/main.go"
  unshare -n sleep infinity &
  other=$!
  OTHER_PIDS="$OTHER_PIDS $other"
  until_true 20 "there is another network" is_other "$other"
  ip link set there netns "$other"
  nsenter -t "$other" -n ip address add 10.99.0.2/24 dev there
  nsenter -t "$other" -n ip link set there up
  relay last '' --listen 10.99.0.1:0 --to "127.0.0.1:$CLUSTER_APISERVER_PORT"
  relay middle "$other" --listen 10.99.0.2:0 --to "$RELAY"
  relay first '' --to "$RELAY"
  local from server config=$DATA/windlass.kubeconfig
  if [ -n "$STOCK" ]; then config=$DATA/admin.kubeconfig; fi
  server=$(kubectl config view --raw -o jsonpath='{.clusters[0].cluster.server}')
  sed "s|$server|https://$RELAY|" "$config" >"$WORK/slow.kubeconfig"

  start_slow
  timed before
  end_replica 1 TERM
  say "POST: $(tenant make ReplicaSet noisy large letters 1400000 30)"
  tc qdisc add dev here root tbf rate "${RATE:-4mbit}" burst 64k latency 400ms
  compact_often &
  pid=$!
  OTHER_PIDS="$OTHER_PIDS $pid"
  from=$(wc -l <"$DATA/audit.log")
  start_slow
  timed "a start over ${RATE:-4mbit}, with a compaction every second"
  say "compactions: $(grep -c ' 200 ' "$WORK/compactions" || true); lists and watches:"
  { requests_since "$from" list && requests_since "$from" watch; } |
    grep -o '"requestURI":"[^"]*"' | sort | uniq -c
  state
  end_replica 1 TERM
  complaints
}
is_other() { [ "$(readlink /proc/self/ns/net)" != "$(readlink "/proc/$1/ns/net")" ]; }
start_slow() {
  if [ -n "$STOCK" ]; then
    start_replica 1 "$WORK/slow.kubeconfig"
  else
    start_replica 1 "$WORK/slow.kubeconfig" --leader-elect=false
  fi
}
# relay NAME PID OPTIONS…: starts a relay in the network of process PID. Its address is in $RELAY.
relay() {
  local name=relay-$1 network=()
  if [ -n "$2" ]; then network=(nsenter -t "$2" -n); fi
  "${network[@]}" "$WORK/relay" "${@:3}" >"$WORK/$name" 2>&1 &
  OTHER_PIDS="$OTHER_PIDS $!"
  until_true 20 "the relay listens" grep -q '^listening ' "$WORK/$name"
  RELAY=$(sed -n 's/^listening //p' "$WORK/$name")
}
# compact_often: compacts the history of all objects once a second, through etcd's JSON gateway.
compact_often() {
  local revision body
  while true; do
    revision=$(kubectl get --raw '/apis/apps/v1/namespaces/quiet/replicasets?limit=1' |
      sed 's/.*"metadata":{"resourceVersion":"\([0-9]*\)".*/\1/')
    body="{\"revision\": \"$revision\", \"physical\": true}"
    exec 3<>"/dev/tcp/127.0.0.1/$CLUSTER_ETCD_PORT"
    printf 'POST /v3/kv/compaction HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s' "${#body}" \
      "$body" >&3
    head -n 1 <&3 >>"$WORK/compactions"
    sleep 1 # there is no condition to wait for
  done
}

# ---

if [ -n "${OWN_NETWORK:-}" ]; then prepare_network; fi
# Rows 4 and 7 start a control plane in their own network.
here=' (1|2|3|5|6|webhooks|slow|long|events) '
if [ -n "${OWN_NETWORK:-}" ] || [[ " $ROWS " =~ $here ]]; then begin; fi
for row in $ROWS; do
  say "row $row"
  "row_$row"
done
if ((${#LATE[@]})); then fail "not within $LIMIT s: $(printf '%s; ' "${LATE[@]}")"; fi
say passed
