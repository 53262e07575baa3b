#!/usr/bin/env bash
# Installs the Debian packages that are missing: packages.sh build|containers|test|nightly
# [--check]. With --check it only names them, and fails if there are any.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

packages=(
  g++ cmake ninja-build
  libssl-dev            # TLS
  libcpprest-dev        # HTTP transport
  nlohmann-json3-dev    # building request bodies
  libsimdjson-dev       # decoding objects
  libspdlog-dev         # logging
  libyaml-cpp-dev       # kubeconfig files
  libcli11-dev          # flags
  prometheus-cpp-dev    # metrics
)
# What real nodes run and are built from (test/cluster).
containers=(containernetworking-plugins busybox-static iproute2 libseccomp-dev pkgconf)
case ${1:-} in
  build) ;;
  containers) packages+=("${containers[@]}") ;;
  test) packages+=(catch2 librapidcheck-dev jq) ;; # jq: scripts read JSON
  nightly) # clang: fuzzing, clang-tidy, and trace hashes of a second compiler; lua5.1: Argo CD's;
    # tmux: a terminal whose screen a script can read.
    # Not here: prometheus and python3-matplotlib. Prometheus would start as a service.
    packages+=(catch2 librapidcheck-dev jq clang-19 clang-tidy-19 libclang-rt-19-dev lua5.1
      tmux "${containers[@]}")
    ;;
  *) die "usage: packages.sh build|containers|test|nightly [--check]" ;;
esac

command -v dpkg-query >/dev/null ||
  die "this is not Debian; install what these packages hold: ${packages[*]}"

missing=()
for package in "${packages[@]}"; do
  # shellcheck disable=SC2016 # dpkg-query fills it in
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) || state=
  [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi
if [ "${2:-}" = --check ]; then
  die "missing Debian packages: ${missing[*]}; remedy: make packages"
fi

sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null ||
    die "run as root: apt-get install --no-install-recommends ${missing[*]}"
  sudo=(sudo)
  sudo -v # asks for the password here, where the user sees it
fi
say "installing Debian packages: ${missing[*]}"
quietly "${sudo[@]}" apt-get update --quiet
quietly "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes \
  --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}"
