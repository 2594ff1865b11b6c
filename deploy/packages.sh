# packages.sh - Debian packages this repository builds and tests with.  Sourced by
# deploy/demo.sh and tests/run.sh; does nothing by itself.
#
#     need_packages build    what a build takes; returns 1 when one cannot be had
#     need_packages test     what the tests take on top; the caller skips what is missing
# shellcheck shell=bash

packages_build="ca-certificates git cmake ninja-build gcc libc6-dev pkg-config
    libcurl4-openssl-dev libssl-dev libcjson-dev libyaml-dev libsqlite3-dev
    libmicrohttpd-dev uthash-dev libcmocka-dev"
packages_test="clang clang-format clang-tidy libclang-rt-14-dev nodejs npm python3
    python3-yaml jq curl openssl sqlite3 time"

# A tool that is there from elsewhere will do, whatever package it came from.
package_present() {
    case $1 in
    git | cmake | gcc | clang | clang-format | clang-tidy | npm | python3 | jq | curl | sqlite3)
        command -v "$1" >/dev/null && return ;;
    ninja-build) command -v ninja >/dev/null && return ;;
    nodejs) command -v node >/dev/null && return ;;
    pkg-config) command -v pkg-config >/dev/null && return ;;
    python3-yaml) python3 -c 'import yaml' 2>/dev/null && return ;;
    esac
    dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

packages_missing() {
    local package
    for package in "$@"; do
        package_present "$package" || printf '%s ' "$package"
    done
}

# apt-get as root, or through sudo, never waiting for a person.
packages_apt() {
    local root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || return 1
        root=(sudo -n)
    fi
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null
}

# Installs together, and one by one when that fails, so that one package that cannot be
# had does not take the others with it.
packages_install() {
    local package
    printf 'Installing: %s\n' "$*" >&2
    packages_apt update >&2 || true
    packages_apt install -y --no-install-recommends "$@" >&2 && return
    for package in "$@"; do
        packages_apt install -y --no-install-recommends "$package" >&2 || true
    done
}

need_packages() {
    local wanted=$packages_build missing
    [ "$1" = test ] && wanted="$packages_build $packages_test"
    # shellcheck disable=SC2086
    missing=$(packages_missing $wanted)
    [ -z "$missing" ] && return
    # shellcheck disable=SC2086
    packages_install $missing
    # shellcheck disable=SC2086
    missing=$(packages_missing $wanted)
    [ -z "$missing" ] && return
    printf 'Not installed: %s\n' "$missing" >&2
    # shellcheck disable=SC2086
    [ -z "$(packages_missing $packages_build)" ]
}
