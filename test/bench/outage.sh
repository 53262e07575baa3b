#!/usr/bin/env bash
# Windlass while the API server is away, next to its goals (C-013): requests per second
# of the whole process, CPU, growth of memory, log lines, and the time from the server's return to
# the first write. Everything else that would talk to the API server is stopped meanwhile.
#
#   MINUTES=10 MODE=refused LEADER_ELECT=true test/bench/outage.sh
#
# MODE is what becomes of connections: `refused` (nobody listens), `closing` (accepted and closed at
# once) or `black-hole` (accepted, and never a byte). In the latter two a listener in the server's
# place counts them from outside (needs python3); Windlass's own count is printed always.
. "$(dirname "$0")/../e2e/lib.sh"

MINUTES=${MINUTES:-10}
MODE=${MODE:-refused}
LEADER_ELECT=${LEADER_ELECT:-true}
COUNT=${COUNT:-20}
WINDLASS=${WINDLASS_RELEASE:-$WINDLASS}

cpu_seconds() {
  awk -v hz="$(getconf CLK_TCK)" '{sub(/.*\) /, ""); printf "%.2f", ($12 + $13) / hz}' \
    "/proc/$WINDLASS_PID/stat"
}
resident_kib() { awk '/VmRSS/ {print $2}' "/proc/$WINDLASS_PID/status"; }
log_lines() { wc -l <"$WORK/windlass.log"; }
metric() { http_body /metrics | awk -v name="$1" '$1 == name {print int($2)}'; }
leading() { [ "$(metric 'leader_election_master_status{name="windlass"}')" = 1 ]; }

# Counts connections to the API server's port; prints nothing but their number, into $WORK/accepted.
listen() {
  python3 - "$1" "$MODE" "$WORK/accepted" <<'PY' &
import socket, sys
port, mode, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", port))
listener.listen(128)
held = []
for count in range(1 << 30):
    with open(path, "w") as out:
        out.write(str(count))
    connection, _ = listener.accept()
    connection.close() if mode == "closing" else held.append(connection)
PY
  WITNESS_PID=$! # ended by cleanup whatever happens
  until_true 10 "the listener listens" test -s "$WORK/accepted"
}

# Windlass's first write since $1, as the audit log has it.
first_write() {
  grep '"username":"system:serviceaccount:windlass-system:windlass"' "$DATA/audit.log" |
    grep -E '"verb":"(create|patch|update|delete)"' |
    grep -E '"resource":"(deployments|replicasets)"' |
    sed -n 's/.*"requestReceivedTimestamp":"\([^"]*\)".*/\1/p' |
    awk -v since="$1" '$1 > since {print; exit}'
}
has_written() { [ -n "$(first_write "$1")" ]; }
milliseconds() { echo $(($(date -d "$1" +%s%N) / 1000000)); }

start_cluster --nodes 1
port=$(sed -n 's|.*server: https://[^:]*:\([0-9]*\).*|\1|p' "$DATA/windlass.kubeconfig")
start_windlass --leader-elect="$LEADER_ELECT"
for i in $(seq "$COUNT"); do
  deployment "web-$i" 2 app:v1
  echo ---
done | kubectl apply -f - >/dev/null
until_true 300 "all are created" complete "$COUNT" 2 app:v1
[ "$LEADER_ELECT" = false ] || until_true 30 "Windlass leads" leading
cluster stop kcm scheduler node-0 >/dev/null

say "the API server goes away for $MINUTES min ($MODE)"
cluster kill apiserver
[ "$MODE" = refused ] || listen "$port"
sent=$(metric windlass_api_requests_total) cpu=$(cpu_seconds) rss=$(resident_kib) log=$(log_lines)
end=$((SECONDS + MINUTES * 60))
while [ "$SECONDS" -lt "$end" ]; do
  kill -0 "$WINDLASS_PID" || fail "Windlass ended"
  sleep 1 # the outage is what is measured
done
sent=$(($(metric windlass_api_requests_total) - sent))
rss=$(($(resident_kib) - rss)) log=$(($(log_lines) - log))
cpu=$(awk -v a="$cpu" -v b="$(cpu_seconds)" 'BEGIN {print b - a}')
accepted=-
if [ -n "$WITNESS_PID" ]; then
  accepted=$(cat "$WORK/accepted")
  kill "$WITNESS_PID" && wait "$WITNESS_PID" 2>/dev/null || true
  WITNESS_PID=
fi

say "it comes back"
cluster start apiserver >/dev/null
back=$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)
kubectl set image deployment/web-1 app=app:v2 >/dev/null
until_true 120 "Windlass writes" has_written "$back"
wrote=$(first_write "$back")
took=$(($(milliseconds "$wrote") - $(milliseconds "$back")))

goal=8000
[ "$LEADER_ELECT" = false ] || goal=20000 # the Lease is lost meanwhile
row() {
  awk -v what="$1" -v value="$2" -v goal="$3" -v format="$4" 'BEGIN {
    printf("%-44s " format " " format "  %s\n", what, value, goal,
           value <= goal ? "met" : "MISSED") }'
}
per_second() { awk -v n="$1" -v s=$((MINUTES * 60)) 'BEGIN {print n / s}'; }
{
  echo "API server away for $MINUTES min, $MODE, --leader-elect=$LEADER_ELECT, $COUNT Deployments"
  row "requests per second" "$(per_second "$sent")" 0.5 %10.3f
  [ "$accepted" = - ] ||
    row "connections per second, from outside" "$(per_second "$accepted")" 0.5 %10.3f
  row "CPU, per cent of a core" "$(per_second "${cpu}e2")" 0.5 %10.3f
  row "growth of resident memory (KiB)" "$rss" 1024 %10d
  row "log lines per second" "$(per_second "$log")" 2 %10.3f
  row "first write after the return (ms)" "$took" "$goal" %10d
} | tee "${REPORT:-$WORK/report.txt}"
