#!/usr/bin/env bash
# --in-place-namespace-selector: Pods are updated in place in namespaces that have the label, and in
# no other; the label comes and goes, in the middle of rollouts, too. The right to see Namespaces is
# missed only with the flag, and the right to see one of them is enough for --namespace.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/in_place_lib.sh"

COUNT=${COUNT:-6}
LABEL=windlass.dev/in-place
SELECTOR=--in-place-namespace-selector=$LABEL=allowed
UNAVAILABLE=1

# in_namespace NAME: where everything happens from now on.
in_namespace() { kubectl config set-context --current --namespace="$1" >/dev/null; }
allow() { kubectl label namespace "$1" --overwrite $LABEL=allowed >/dev/null; }
forbid() { kubectl label namespace "$1" $LABEL- >/dev/null; }
begin() { # NAME [IMAGE]: at rest, with its Pods noted
  in_place "$1" "$COUNT" "${2:-app:v1}" | kubectl apply -f - >/dev/null
  rolled_out "$1" 120s
  note_pods "$1"
}
begin_middle() { # NAME POLICY: a rollout that takes its time, and some Pods have been patched
  begin "$1" app:v1-slow-stop-1s
  annotate "$1" "windlass.dev/in-place=$2"
  set_image "$1" app:v2-slow-stop-1s
  until_true 60 "some of $1 are patched" at_least "$1" app:v2-slow-stop-1s 2
}
names_the_namespace() { condition "$1" message | grep -F "select namespace $2" >/dev/null; }
# Of what Windlass asks for: lists and watches of Namespaces, each once.
asked_of_namespaces() {
  grep -F '"userAgent":"windlass' "$DATA/audit.log" |
    sed -n 's/.*"requestURI":"\(\/api\/v1\/namespaces?[^"]*\)".*/\1/p' | sort -u
}
# new_pods NAME: none of those that were noted is left, and none was patched.
left_of() {
  identities "$1" | awk '{print $2}' | sort >"$WORK/now.uids"
  awk '{print $2}' "$WORK/$1.pods" | sort | comm -12 - "$WORK/now.uids" | wc -l
}
none_left() { [ "$(left_of "$1")" = 0 ]; }
new_pods() {
  until_true 60 "the Pods of $1 are other ones" none_left "$1"
  restarted "$1" 0
}

say "a selector that is none ends the program"
status=0
"$WINDLASS" --in-place-namespace-selector='team in (a' 2>"$WORK/refused" || status=$?
expect "exit code" "$status" 2
grep -F "windlass: --in-place-namespace-selector: expected ',' or ')' at the end" "$WORK/refused" \
  >/dev/null || fail "$(cat "$WORK/refused")"

start_cluster --nodes 3
kubectl create namespace shop >/dev/null
kubectl create namespace other >/dev/null
allow shop

say "nobody asks: no Namespace is looked at"
start_windlass "$SELECTOR"
in_namespace shop
deployment plain 1 app:v1 | kubectl apply -f - >/dev/null
rolled_out plain
expect "requests for Namespaces" "$(asked_of_namespaces)" ""

say "where it is allowed, the same Pods get the new image"
begin web
set_image web app:v2
in_order web app:v2
restarted web 1
same_pods web
[ -n "$(asked_of_namespaces)" ] || fail "the audit log does not show what Windlass asked"

say "elsewhere, with Only, nothing is rolled out until it is"
in_namespace other
begin web
until_true 20 "it is told so" says web NotSelected
names_the_namespace web other || fail "$(condition web message)"
set_image web app:v2
until_true 20 "it is refused" says web NotPossible
names_the_namespace web other || fail "$(condition web message)"
same_pods web
expect "images" "$(images web | sort -u)" app:v1
allow other
in_order web app:v2
restarted web 1
same_pods web
forbid other
until_true 20 "it is told so" says web NotSelected

say "elsewhere, with IfPossible, Pods are replaced"
begin loose
annotate loose windlass.dev/in-place=IfPossible
set_image loose app:v2
rolled_out loose 120s
until_true 20 "it is told so" says loose NotSelected
expect "images" "$(images loose | sort -u)" app:v2
new_pods loose

say "not allowed any more, midway, with Only: all stays as it is"
allow other
begin_middle strict Only
forbid other
until_true 60 "it is told so" says strict NotPossible
patched=$(with_image strict app:v2-slow-stop-1s)
say "$patched of $COUNT are patched"
[ "$patched" -lt "$COUNT" ] || fail "all were patched before: it proves nothing"
# The status follows once more: whoever wrote it has looked, and has patched no one.
kubectl scale deployment/strict --replicas=$((COUNT + 1)) >/dev/null
wanted() { [ "$(field deployment/strict '{.status.availableReplicas}')" = $((COUNT + 1)) ]; }
until_true 60 "it is scaled all the same" wanted
expect "patched" "$(with_image strict app:v2-slow-stop-1s)" "$patched"
allow other
in_order strict app:v2-slow-stop-1s

say "and with IfPossible: the rest is replaced"
begin_middle easy IfPossible
forbid other
rolled_out easy 120s
expect "images" "$(images easy | sort -u)" app:v2-slow-stop-1s
until_true 20 "it is told so" says easy NotSelected
told_by_event() {
  kubectl get events --field-selector reason=InPlaceFellBackToRecreate \
    -o jsonpath='{.items[*].message}' | grep -F NamespaceNotSelected
}
until_true 20 "an event tells of it" told_by_event
new_pods easy

stop_windlass
if grep -E ' (error|warning) ' "$WORK/windlass.log"; then fail "the log holds warnings"; fi

say "without the right to see Namespaces nothing is updated in place, and Windlass is ready"
change_role() { # PATCH
  kubectl patch clusterrole windlass-in-place --type=json --patch "$1" >/dev/null
}
rule=$(field clusterrole/windlass-in-place '{range .rules[*]}{.resources}{"\n"}{end}' |
  grep -nxF '["namespaces"]' | cut -d: -f1)
change_role "[{op: remove, path: /rules/$((rule - 1))}]"
in_namespace shop
note_pods web
start_windlass "$SELECTOR"
set_image web app:v3
until_true 30 "the condition says so" says web MissingRights
condition web message | grep -F 'namespaces (no right to watch them)' >/dev/null ||
  fail "$(condition web message)"
named() { http_body /readyz | grep -F "note: missing right: $1 namespaces" >/dev/null; }
until_true 30 "list is named in /readyz" named list
until_true 30 "watch is named in /readyz" named watch
expect "/readyz" "$(http_status /readyz)" 200
expect "images" "$(images web | sort -u)" app:v2
stop_windlass

say "for --namespace the right to see that one is enough"
change_role '[{op: add, path: /rules/-, value: {apiGroups: [""], resources: [namespaces],
  resourceNames: [shop], verbs: [list, watch]}}]'
asked_of_namespaces >"$WORK/asked"
start_windlass "$SELECTOR" --namespace shop
in_order web app:v3
same_pods web
expect "what else was asked of Namespaces" \
  "$(asked_of_namespaces | comm -13 "$WORK/asked" - | grep -vc 'metadata.name%3Dshop' || true)" 0
expect "/readyz" "$(http_body /readyz)" ok
stop_windlass
say passed
