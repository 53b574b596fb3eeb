#!/bin/sh
# Installs what Marina needs on a Debian machine: packages (through sudo when not root) and .venv/.
# usage: setup.sh run|test|arm64|package|packages|docs PYTHON    When nothing is missing it does nothing, in milliseconds.
# shellcheck disable=SC2046,SC2086  # lists of words
set -eu

goal=$1
python=$2
cd "$(dirname "$0")/../.."

run_packages="qemu-system-x86 qemu-utils mmdebstrap zstd python3-venv ca-certificates
    libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1
    libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libdbus-1-3 libfontconfig1"
test_packages="$run_packages docker-registry chromium xvfb iproute2 busybox-static nftables libnftables1
    xdotool imagemagick fonts-dejavu-core fonts-noto-cjk"
case $goal in
run) packages=$run_packages locks=run ;;
test) packages=$test_packages locks=test ;;
arm64) packages="$test_packages qemu-system-arm" locks=test ;;
package) packages="$run_packages binutils" locks=package ;; # PyInstaller reads and writes programs with binutils
packages) packages="$test_packages binutils lintian dbus-daemon" locks="test package" ;;
docs) packages=python3-venv locks=docs ;;
*) echo "usage: setup.sh run|test|arm64|package|packages|docs PYTHON" >&2; exit 2 ;;
esac
[ "$goal" = docs ] || [ "$(id -u)" = 0 ] || packages="$packages fakeroot" # vm/image/packages.py
lock_files=$(printf 'packaging/locks/%s.txt ' $locks)

say() { printf '\033[1m%s\033[0m\n' "$*"; }

stamp=build/setup-$goal-$(cat packaging/linux/setup.sh pyproject.toml $lock_files | sha256sum | cut -c1-16)
[ -e "$stamp" ] && [ -x .venv/bin/python ] && exit 0

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

install_packages() {
    missing=
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
    done
    [ -z "$missing" ] && return
    say "Installing Debian packages:$missing"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
}

# PyInstaller takes Python as a library, which Debian's programs are not built with. A bare Debian has no Python before this script.
python_library() {
    case $goal in package | packages) ;; *) return ;; esac
    interpreter=$(readlink -f "$(command -v "$python")")
    case $interpreter in /usr/bin/python3.*) echo "lib${interpreter##*/}" ;; esac
}

make_environment() {
    [ -x .venv/bin/python ] || { say "Making .venv"; "$python" -m venv .venv; }
    say "Installing Python packages ($locks)"
    .venv/bin/python -m pip install -qq --require-hashes $(printf -- '--requirement packaging/locks/%s.txt ' $locks)
    .venv/bin/python -m pip install -qq --no-deps --no-build-isolation --editable .
}

# Docker is only compared with in tests, and its command line a client of ours: nothing of it is installed.
fetch_docker() {
    [ -e build/tools/docker/packages ] || say "Fetching Docker for the tests into build/tools"
    .venv/bin/python -m tests.support.docker_tools
}

if command -v apt-get >/dev/null; then
    install_packages $packages
    install_packages $(python_library)
    debian=yes
else
    debian=no
    say "This is no Debian machine: install QEMU, mmdebstrap and Python $("$python" -V) with venv yourself."
fi
make_environment
[ "$goal-$debian" = test-yes ] && fetch_docker
mkdir -p build
rm -f "build/setup-$goal-"*
: >"$stamp"
