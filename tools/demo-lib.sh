# Sourced by the demos: a control plane in a temporary folder, Windlass in it, and the end of both.
# Two demos may run side by side: no port and no folder is fixed.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

need_go

cluster=$scratch/cluster
windlass_log=$scratch/windlass.log
windlass=

on_exit() {
  local status=$1
  if [ -n "$windlass" ]; then end_children "$windlass"; fi
  # 77: the machine lacks something. Above 128: a signal ended it.
  case $status in 0 | 77 | 129 | 130 | 143) ;; *) keep_logs ;; esac
  if [ -f "$cluster/cluster.json" ]; then
    part "ending it all"
    if ! "$root/test/cluster/down" --data "$cluster" --remove; then
      printf 'demo: left behind: %s; make demo-clean ends it\n' "$cluster" >&2
      scratch=$(mktemp -d) # finish removes this one instead
    fi
  fi
  if [ "$status" -eq 0 ]; then
    print_times
    say "Nothing runs any more. \`make demo-clean\` removes what was built as well."
  fi
}

keep_logs() {
  [ -f "$windlass_log" ] || return 0
  local kept=$root/build/demo
  mkdir -p "$kept"
  cp -r "$windlass_log" "$cluster/log" "$kept/" 2>/dev/null || true
  printf 'demo: failed; logs kept in %s; the end of the daemon'"'"'s:\n' "$kept" >&2
  tail -n 20 "$windlass_log" >&2
}

# show COMMAND…: prints COMMAND as at a prompt, and runs it. Words with blanks are quoted.
show() {
  local word shown=
  for word; do
    case $word in *' '*) word="'$word'" ;; esac
    shown+=" $word"
  done
  printf '%s$%s%s\n' "$bold" "$shown" "$plain"
  run "$@"
}

# get PATH: prints the status code with which the operations port answers.
get() {
  exec 3<>"/dev/tcp/127.0.0.1/$port" || return 1
  printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&3
  local version code rest
  read -r version code rest <&3 || code=
  exec 3>&-
  echo "$code"
}

# await SECONDS WHAT COMMAND…: waits until COMMAND succeeds. Fails if the daemon ends before.
await() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" 2>/dev/null; do
    kill -0 "$windlass" 2>/dev/null || die "windlass ended before $what"
    ((SECONDS < deadline)) || die "no $what in time"
    sleep 0.1
  done
}
port_known() {
  port=$(sed -n 's/.*address=127\.0\.0\.1:\([0-9][0-9]*\).*/\1/p' "$windlass_log" | head -n 1)
  [ -n "$port" ]
}
ready() { [ "$(get /readyz)" = 200 ]; }

# build_demo TARGET…: compiles Windlass, these other targets, and the control plane.
build_demo() {
  step "Windlass: building it (about 3 minutes the first time)"
  part "building Windlass"
  cd "$root"
  quietly cmake --preset release
  quietly cmake --build --preset release --target windlass "$@"

  step "Kubernetes: building a control plane (about 5 minutes the first time)"
  part "building the control plane"
  run "$root/test/cluster/build" >"$scratch/built"
}

# start_demo_cluster OPTIONS…: starts a control plane, with these options of test/cluster/up.
start_demo_cluster() {
  part "starting the cluster"
  run "$root/test/cluster/up" --data "$cluster" "$@"
  # shellcheck disable=SC1091 # written by up
  . "$cluster/env"
}

# start_demo_windlass CONTROLLERS: returns when Windlass is ready.
start_demo_windlass() {
  part "starting Windlass"
  "$root/build/release/cmd/windlass/windlass" --controllers="$1" \
    --kubeconfig "$cluster/windlass.kubeconfig" --leader-elect=false \
    --metrics-bind-address=127.0.0.1:0 \
    >"$windlass_log" 2>&1 </dev/null &
  windlass=$!
  echo "$windlass" >"$scratch/windlass.pid"
  await 15 "address of the operations port in its log" port_known
  await 60 "readiness" ready
  say "ready, pid $windlass"
}

# make demo-clean sees by this lock that a demo runs, and finds the cluster of a killed demo here.
mkdir -p "$(cache_folder)"
exec 8>"$(cache_folder)/demo.lock"
flock --shared 8
echo $$ >"$scratch/pid"
