#!/usr/bin/env bash
# Removes what `make demo` and `make demo-containers` made: clusters of killed demos, the control
# plane and the container runtime that they compiled, and the release build. Says what it keeps.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cache=$(cache_folder)

for left in "${TMPDIR:-/tmp}"/windlass-demo{,-containers}.sh-*; do
  [ -O "$left" ] || continue
  demo=$(cat "$left/pid" 2>/dev/null) || demo=
  if [ -n "$demo" ] && grep -qsE 'demo(-containers)?\.sh' "/proc/$demo/cmdline"; then continue; fi
  windlass=$(cat "$left/windlass.pid" 2>/dev/null) || windlass=
  if [ -n "$windlass" ] && grep -qsF "$left/" "/proc/$windlass/cmdline"; then
    end_children "$windlass"
  fi
  if [ -x "$left/cluster/bin/cluster" ]; then
    say "ending the cluster of a demo that was killed"
    run "$left/cluster/bin/cluster" down --data "$left/cluster" --remove
  fi
  say "removing $left"
  rm -rf "$left"
done

if [ -d "$cache" ]; then
  exec 8>"$cache/demo.lock"
  flock --nonblock 8 || die "a demo is running; end it first"
fi

for made in "$cache" "$root/build/release" "$root/build/demo"; do
  [ -e "$made" ] || continue
  say "removing $made ($(du -sh "$made" | cut -f 1))"
  rm -rf "$made"
done
rmdir "$root/build" 2>/dev/null || true

say "kept: the Debian packages that were installed (the list is in tools/packages.sh)"
if command -v go >/dev/null; then
  say "kept: Go's modules and build cache, shared with your other projects:" \
    "$(go env GOMODCACHE) and $(go env GOCACHE) (\`go clean -modcache -cache\` empties them)"
fi
