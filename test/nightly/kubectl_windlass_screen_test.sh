#!/usr/bin/env bash
# What a person sees of kubectl windlass: get, get -w and status in a window of 80 by 24, which then
# becomes narrower and lower. tmux is the terminal, and the test reads its screen. The cause that is
# shown is long, and has what a tenant could do to a terminal: line breaks, tabs, escape sequences,
# wide characters.
. "$(dirname "$0")/../e2e/lib.sh"

export LC_ALL=C.UTF-8
PLUGIN=${PLUGIN:-$ROOT/build/release/cmd/kubectl-windlass/kubectl-windlass}

if ! command -v tmux >/dev/null; then
  echo "not run: tmux is missing; Debian has it in the package tmux"
  exit 77
fi

# --- a terminal ---

terminal() { tmux -u -f /dev/null -S "$WORK/tmux" "$@"; }
at_exit() { terminal kill-server 2>/dev/null || true; }

# open SIZE COMMAND: a window of that size, such as 80x24, that runs the command and stays open.
open() {
  cat >"$WORK/command" <<SH
echo before
$2
echo "ended with \$?"
exec cat
SH
  terminal kill-session -t windlass 2>/dev/null || true
  terminal new-session -d -s windlass -x "${1%x*}" -y "${1#*x}" "exec bash '$WORK/command'"
  resize "$1"
}
resize() { terminal resize-window -t windlass -x "${1%x*}" -y "${1#*x}"; }
screen() { terminal capture-pane -p -t windlass "$@"; }
shows() { screen | grep -F -- "$1" >/dev/null; }
until_seen() { until_true 60 "the screen shows: $1" shows "$1"; }
# await TEXT: waits for it, and prints the screen.
await() {
  until_seen "$1"
  say "ok: the screen shows: $1"
  screen
}
# once TEXT: exactly one line of the screen has it.
once() { expect "lines with '$1'" "$(screen | grep -cF -- "$1")" 1; }

# --- a Deployment whose Pod waits for something that a tenant describes ---

join_cluster
start_windlass
terminal new-session -d -s base 'exec cat' # the server ends with its last session
terminal set-option -g status off

cause='tenant: first line\n└─ forged row\r\tafter a tab \u001b[2J\u001b[H\u009b31m and 日本語'
cause+=' then a sentence that is much longer than any window of forty columns is wide, so that it'
cause+=' has to be wrapped below its row; it ends with the-last-word'
deployment web 1 registry.example/web:v1 |
  sed 's|^      containers:|      schedulerName: nobody\n&|' | kubectl apply -f - >/dev/null
pod_there() { [ -n "$(kubectl get pods -l app=web -o name)" ]; }
until_true 60 "the Pod is created" pod_there
pod=$(kubectl get pods -l app=web -o name)
kubectl patch "$pod" --subresource=status --type=merge -p "{\"status\":{\"conditions\":[
  {\"type\":\"PodScheduled\",\"status\":\"False\",\"reason\":\"Unschedulable\",
   \"message\":\"$cause\"}]}}" >/dev/null
pod=${pod#pod/}

# has_cause: the screen has the whole cause, each word of it in one line, and obeyed none.
has_cause() {
  local words
  words=$(screen | tr '\n' ' ' | sed 's/[│├└─]//g' | tr -s ' ')
  for text in 'not scheduled: tenant: first line' 'forged row after a tab [2J [H 31m and 日本語' \
    'much longer than any window of forty columns is wide, so that it has to be wrapped below' \
    'it ends with the-last-word'; do
    case $words in
      *"$text"*) ;;
      *) fail "not on the screen: $text: $(screen)" ;;
    esac
  done
  say "ok: the whole cause is on the screen"
}

has_colour() { screen -e | grep $'\e\\[3[13]m' >/dev/null; }

# --- get ---

open 80x24 "$PLUGIN get deployment/web"
await 'ended with 0'
has_cause
once NAME
has_colour || fail "no colours: $(screen -e)"
open 80x24 "NO_COLOR=1 $PLUGIN get deployment/web"
until_seen 'ended with 0'
if has_colour; then fail "colours although NO_COLOR is set"; fi
open 80x24 "TERM=dumb $PLUGIN get deployment/web"
until_seen 'ended with 0'
if has_colour; then fail "colours in a dumb terminal"; fi
for ascii in "$PLUGIN get deployment/web --ascii" "LC_ALL=C $PLUGIN get deployment/web"; do
  open 80x24 "$ascii"
  until_seen 'ended with 0'
  shows "   \`- $pod" || fail "not drawn in ASCII: $(screen)"
  if screen | LC_ALL=C grep '[^ -~]' >/dev/null; then fail "not all is ASCII: $(screen)"; fi
done
say "ok: --ascii, and a locale that is not UTF-8"
open 20x200 "$PLUGIN get deployment/web"
until_seen 'ended with 0'
for word in Progressing RESTARTS the-last-word; do
  shows "$word" || fail "lost at 20 columns: $word: $(screen)"
done
say "ok: 20 columns"

# --- get -w, and the window becomes narrower and lower ---

# without_ages: what the screen has at any time.
without_ages() { screen | sed -E 's/ [0-9]+m?[0-9]*s( |$)/ /g' | tr -s ' ' | sed 's/ $//; /^$/d'; }
one_page() { # every row is there once
  once NAME
  once "$pod"
  once 'Deployment'
}

open 80x24 "$PLUGIN get deployment/web -w"
await 'the-last-word'
has_cause
one_page
if shows before; then fail "the page does not have the screen for itself: $(screen)"; fi

resize 40x60
stands_below() { screen | grep -E '^ +READY' >/dev/null; }
until_true 60 "the page has 40 columns" stands_below
await 'the-last-word'
has_cause
one_page
without_ages >"$WORK/redrawn"

resize 40x24
await ' more lines'
expect "the row of the last line" "$(screen | grep -nF ' more lines' | cut -d: -f1 | tail -n 1)" 23
once NAME

resize 80x24
begins_line() { screen | grep -E '^NAME +STATUS' >/dev/null; }
until_true 60 "the page has 80 columns" begins_line
one_page

resize 40x60
until_true 60 "the page has 40 columns again" stands_below
until_true 60 "the page is whole" shows the-last-word
terminal send-keys -t windlass C-c
await 'ended with 0'
shows before || fail "what was on the screen is lost: $(screen)"
one_page
has_cause

open 40x60 "$PLUGIN get deployment/web"
until_seen 'ended with 0'
without_ages | sed '/^before/d; /^ended with/d' >"$WORK/fresh"
diff "$WORK/fresh" "$WORK/redrawn" || fail "drawn again, the page is another one than at first"
say "ok: drawn again, the page is the one that get prints at that width"

# --- status ---

open 80x24 "$PLUGIN status deployment/web"
until_seen 'Waiting for deployment "web" rollout to finish: 0 of 1 updated replicas'
resize 40x24
kubectl patch deployment web --type=json \
  -p '[{"op":"remove","path":"/spec/template/spec/schedulerName"}]' >/dev/null
# The template is another one now, so this command ends.
await 'ended with'
open 40x24 "$PLUGIN status deployment/web"
until_seen 'ended with 0'
resize 80x24
expect "the last sentence" "$(screen -J | grep -cF 'deployment "web" successfully rolled out')" 1
screen

say "everything as expected"
