#!/bin/sh
# ./x VERB …   builds e3 when it has changed, and runs it: ./x run environments/secret-santa
# ./x test …   runs every test; further arguments are cargo test's
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
say() { printf '%s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# --- What is needed, and what of it is missing ---------------------------------------------------------------------

# Which package manager this distribution has, as the word that stands before its packages.
manager() {
    ids=$(. /etc/os-release 2>/dev/null && echo "${ID:-} ${ID_LIKE:-}") || ids=
    for id in $ids; do
        case $id in
            debian | ubuntu) echo 'apt-get install -y' && return ;;
            fedora | rhel | centos) echo 'dnf install -y' && return ;;
            arch) echo 'pacman -S --needed' && return ;;
            alpine) echo 'apk add' && return ;;
            suse | opensuse) echo 'zypper install -y' && return ;;
            nixos) echo 'nix-shell -p' && return ;;
        esac
    done
}

# The packages that hold $1 there.
packages() {
    case "$1 $(manager)" in
        'cc apt-get'*) echo gcc libc6-dev ;;
        'cc apk'*) echo gcc musl-dev ;;
        'cc '*) echo gcc ;;
        'python apt-get'*) echo python3 python3-venv ;;
        'python pacman'*) echo python ;;
        'python '*) echo python3 ;;
    esac
}

has cargo || PATH="$PATH:${CARGO_HOME:-${HOME:-/root}/.cargo}/bin"
# Where distributions hide programs from users who are not root.
PATH="$PATH:/usr/sbin:/sbin"
export PATH

need_cargo() {
    # Asked for in this folder: rustup takes the toolchain that rust-toolchain.toml pins.
    version=$(cd "$here" && has cargo && cargo --version 2>&1) || :
    minor=$(printf '%s' "$version" | sed -n 's/^cargo 1\.\([0-9]*\).*/\1/p')
    [ "${minor:-0}" -ge 95 ] && return
    say 'error: E³ needs Rust 1.95 or later'
    say "${version:-there is no cargo in PATH}"
    say ''
    say "hint: curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh     (or: rustup update)"
    exit 1
}

missing=
check() { "has_$1" || missing="$missing $1"; }
# Each is a question; `check` notes what is answered with no.
has_cc() { has cc || has gcc || has clang; }
has_python() { has python3 && { has uv || python3 -c 'import venv, ensurepip' 2>/dev/null; }; }
has_tun() { [ -c /dev/net/tun ] && [ -r /dev/net/tun ] && [ -w /dev/net/tun ]; }

# --- Mending it ----------------------------------------------------------------------------------------------------

mend() {
    wanted=
    for thing in $missing; do wanted="$wanted $(packages "$thing")"; done
    wanted=$(echo $wanted)
    if [ "$(id -u)" = 0 ]; then
        case "$(manager)" in 'apt-get'*) [ -z "$wanted" ] || apt_install "$wanted" ;; esac
        has_tun || make_tun
    fi
    still=
    for thing in $missing; do "has_$thing" || still="$still $thing"; done
    [ -n "$still" ] || return 0
    explain "$still"
    exit 1
}

apt_install() {
    say "installing $1"
    export DEBIAN_FRONTEND=noninteractive
    set -- apt-get -qq -o DPkg::Lock::Timeout=120 install -y --no-install-recommends $1
    # The lists of packages may be absent or old.
    "$@" >/dev/null </dev/null || { apt-get -qq update >/dev/null </dev/null && "$@" >/dev/null </dev/null; } || :
}

make_tun() {
    modprobe tun 2>/dev/null || :
    [ -c /dev/net/tun ] || { mkdir -p /dev/net && mknod -m 0666 /dev/net/tun c 10 200; } 2>/dev/null || :
}

explain() {
    sudo=
    [ "$(id -u)" = 0 ] || sudo='sudo '
    say 'error: this machine lacks something that E³ needs:'
    wanted=
    for thing in $1; do
        case $thing in
            cc) say '  a C compiler' ;;
            python) say '  python3 with venv and ensurepip (or python3 and uv)' ;;
            tun) say '  /dev/net/tun, readable and writable' ;;
        esac
        wanted="$wanted $(packages "$thing")"
    done
    wanted=$(echo $wanted)
    say ''
    case "$(manager)" in
        '') [ -z "$wanted" ] || say "hint: install the packages that hold: $wanted" ;;
        'nix-shell'*) [ -z "$wanted" ] || say "hint: nix-shell -p $wanted" ;;
        *) [ -z "$wanted" ] || say "hint: $sudo$(manager) $wanted" ;;
    esac
    case " $1 " in *' tun '*) say "hint: ${sudo}modprobe tun && ${sudo}chmod 0666 /dev/net/tun" ;; esac
}

# --- Doing it ------------------------------------------------------------------------------------------------------

need_cargo
check cc
# Only these make a lab. The others must not install anything, least of all `doctor`, which says what is missing.
for word; do
    case $word in
        --) break ;;
        test | run | up) check python && check tun && break ;;
    esac
done
[ -z "$missing" ] || mend

target=${CARGO_TARGET_DIR:-${HOME:?is not set}/.cache/e3/target}
case $target in /*) ;; *) target=$PWD/$target ;; esac
export CARGO_TARGET_DIR="$target"

if [ "${1:-}" = test ]; then
    shift
    cd "$here"
    exec cargo test --workspace --locked "$@"
fi

quiet=--quiet
[ -x "$target/release/e3" ] || {
    quiet=
    say 'building e3: some minutes the first time'
}
(cd "$here" && cargo build --release --locked $quiet -p e3 --bin e3 >&2)
exec "$target/release/e3" "$@"
