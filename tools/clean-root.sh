#!/usr/bin/env bash
# Runs README's commands in a fresh Debian 12 that has only git, make, CA certificates and Go, as a
# new user's machine does. For maintainers, before a release. Needs root, debootstrap and Go.
#
#   tools/clean-root.sh [COMMAND…]     default: "make demo" "make demo-containers" "make test"
#
# With WINDLASS_GO_MODULES=1 the fresh root takes Go modules that this machine has downloaded.
# Mounts and processes live in namespaces of their own, and end with these. Control groups, which
# real nodes make and remove, are this machine's.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ "$(id -u)" -eq 0 ] || die "needs root: it mounts and changes root"
command -v debootstrap >/dev/null || die "remedy: apt-get install debootstrap"
need_go
commands=("$@")
[ ${#commands[@]} -gt 0 ] || commands=("make demo" "make demo-containers" "make test")
fresh=$scratch/root

install_debian() {
  quietly debootstrap --variant=minbase --include=git,make,ca-certificates bookworm "$fresh"
  # Copies this machine's network settings, if they differ from the default.
  cp /etc/resolv.conf "$fresh/etc/resolv.conf"
  { grep -l Acquire /etc/apt/apt.conf.d/* || true; } |
    while read -r file; do cp "$file" "$fresh/etc/apt/apt.conf.d/"; done
  if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
    cp /usr/local/share/ca-certificates/*.crt "$fresh/usr/local/share/ca-certificates/"
  fi
  quietly env -u TMPDIR chroot "$fresh" /usr/sbin/update-ca-certificates # ours is not in it
}

# The variables of this machine that package clients read.
environment=(HOME=/root TERM="${TERM:-dumb}" LANG=C.UTF-8
  PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY GOFLAGS; do
  [ -z "${!name:-}" ] || environment+=("$name=${!name}")
done
proxy=$(go env GOPROXY)
if [ "${WINDLASS_GO_MODULES:-}" = 1 ]; then proxy=file:///mnt,$proxy; fi
environment+=("GOPROXY=$proxy" "GOSUMDB=$(go env GOSUMDB)" "GONOSUMDB=$(go env GONOSUMDB)")

# Prints the commands that run inside the new namespaces, in the checkout of the fresh root.
inside() {
  cat <<'SCRIPT'
set -eu
fresh=$1 modules=$2 command=$3
shift 3
mount --make-rprivate /
mount --bind "$fresh" "$fresh"
mount --rbind /dev "$fresh/dev"
mount --bind -o ro /sys "$fresh/sys"
mount --rbind /sys/fs/cgroup "$fresh/sys/fs/cgroup" # for real nodes
mount -t proc proc "$fresh/proc"
[ -z "$modules" ] || mount --bind -o ro "$modules" "$fresh/mnt"
cd "$fresh"
pivot_root . . # no chroot: who enters a real node must find the root of the namespace
umount -l .
status=0
env -i "$@" sh -c "cd /windlass && $command" || status=$?
for process in /proc/[0-9]*; do # nothing it started may outlive it
  line=$(tr '\0' ' ' <"$process/cmdline") || line=
  if [ "$process" != "/proc/$$" ] && [ -n "$line" ]; then # without one: it has ended, or just now
    echo "clean-root: still running: $line" >&2
    status=1
  fi
done
exit "$status"
SCRIPT
}

step "A fresh Debian 12 with git, make, CA certificates, and Go"
part "the fresh Debian itself"
install_debian
cp -a "$(go env GOROOT)" "$fresh/usr/local/go"
modules=
if [ "${WINDLASS_GO_MODULES:-}" = 1 ]; then modules=$(go env GOMODCACHE)/cache/download; fi
git clone --quiet "file://$root" "$fresh/windlass"

for command in "${commands[@]}"; do
  step "In it: $command"
  part "$command"
  run unshare --mount --pid --fork --kill-child \
    sh -c "$(inside)" sh "$fresh" "$modules" "$command" "${environment[@]}"
done

step "What is left behind in it"
part "looking at what is left"
left=$(cd "$fresh/tmp" && ls -A)
[ -z "$left" ] || die "left in /tmp: $left"
changed=$(git -C "$fresh/windlass" status --porcelain)
[ -z "$changed" ] || die "changed in the checkout: $changed"
say "nothing"
print_times
