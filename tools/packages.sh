#!/bin/sh
# Installs the Debian packages that are missing. Does nothing, and needs no root, when all are there.
set -eu
packages="g++ cmake ninja-build ccache git ca-certificates python3
libfmt-dev libcli11-dev nlohmann-json3-dev libsuitesparse-dev libeigen3-dev
libtomlplusplus-dev libyaml-cpp-dev libnlopt-cxx-dev libpagmo-dev libboost-dev libhdf5-dev zlib1g-dev liblzma-dev
libgtest-dev librapidcheck-dev ngspice chromium slurm-wlm"
missing=
for p in $packages; do
  dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $p"
done
[ -z "$missing" ] && exit 0
echo "installing:$missing" >&2
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
