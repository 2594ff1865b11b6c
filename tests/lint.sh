#!/usr/bin/env bash
# lint.sh - what tools can say about the source without running it.
#
#     tests/lint.sh [CHECK [ARGUMENT...]]      all checks, or one
#
#     format            clang-format finds nothing to change
#     rules             tests/lint/rules.py: banned functions, who includes what, sizes ...
#     headers           each header compiles alone, with gcc and with clang
#     tidy [--all] [--seconds N]
#                       clang-tidy on the files changed since origin/main, or in the last 20
#                       commits where there is nothing to compare with; needs a configured
#                       build/asan or build/dev
#
# Prints "ok", "not ok" and "ok # skip" lines, each complaint above its line.
set -u -o pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) && cd "$top" || exit 1
failures=0

verdict() { # STATUS NAME
    if [ "$1" = 0 ]; then
        printf 'ok %s\n' "$2"
    else
        printf 'not ok %s\n' "$2"
        failures=1
    fi
}

tracked() { # PATTERN...; what is checked in, or about to be
    git ls-files --cached --others --exclude-standard -- "$@" | while IFS= read -r file; do
        [ -f "$file" ] && printf '%s\n' "$file"
    done | sort -u
}

check_format() {
    if ! command -v clang-format >/dev/null; then
        printf 'ok format # skip clang-format cannot be installed\n'
        return
    fi
    tracked '*.c' '*.h' | xargs -r clang-format --dry-run -Werror 2>&1 | grep -E 'error:' \
        | cut -d: -f1 | sort | uniq -c | sed -E 's/^ *([0-9]+) (.*)/  \2: \1 places/'
    verdict "${PIPESTATUS[1]}" "formatted by .clang-format"
}

check_rules() {
    python3 tests/lint/rules.py || failures=1
}

# ---- headers ------------------------------------------------------------------------

check_headers() {
    local compiler header bad flags
    flags=(-std=c17 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror -fsyntax-only
        -Iinclude -Imock-server -I. "-DTEST_SOURCE_DIR=\"$top\"")
    # shellcheck disable=SC2207
    flags+=($(pkg-config --cflags libcjson yaml-0.1 sqlite3 libcurl libmicrohttpd libcrypto))
    for compiler in gcc clang; do
        if ! command -v "$compiler" >/dev/null; then
            printf 'ok headers with %s # skip it cannot be installed\n' "$compiler"
            continue
        fi
        bad=0
        while IFS= read -r header; do
            # Twice, so that a missing guard shows.
            printf '#include "%s"\n#include "%s"\n' "$top/$header" "$top/$header" \
                | "$compiler" "${flags[@]}" -I"$(dirname "$header")" -x c - || bad=1
        done < <(tracked 'include/*.h' 'src/*.h' 'mock-server/*.h' 'tests/*.h')
        verdict $bad "each header compiles alone with $compiler"
    done
}

# ---- clang-tidy ---------------------------------------------------------------------

# What to compare with.  In a fresh clone of main there is nothing ahead of it: then the last
# 20 commits, and where there are fewer (a shallow clone) everything.
tidy_base() {
    local base head
    head=$(git rev-parse HEAD)
    base=$(git merge-base HEAD origin/main 2>/dev/null)
    if [ -z "$base" ] || [ "$base" = "$head" ]; then
        base=$(git rev-parse -q --verify HEAD~20) || base=$(git hash-object -t tree /dev/null)
    fi
    printf '%s\n' "$base"
}

# Changed .c files first; then those that include a changed header.
tidy_changed() {
    local base changed headers
    base=$(tidy_base)
    changed=$({
        git diff --name-only --diff-filter=d "$base" --
        git ls-files --others --exclude-standard
    } | grep -E '^(src|mock-server|include)/.*\.[ch]$' | sort -u)
    headers=$(grep '\.h$' <<<"$changed" | xargs -r -n1 basename | paste -sd'|' | sed 's/\./\\./g')
    {
        grep '\.c$' <<<"$changed"
        [ -z "$headers" ] \
            || grep -lE "#include \"([a-z-]+/)*($headers)\"" $(tracked 'src/*.c' 'mock-server/*.c')
    } | awk '!seen[$0]++'
}

# One process a file: clang-tidy 14 mistakes va_start() in the second file of a process.
tidy_file() { # DATABASE FILE
    local out status
    out=$(timeout -k 5 120 clang-tidy -p "$1" --quiet \
        --header-filter="^$PWD/(src|include|mock-server)/" "$2" 2>/dev/null)
    status=$?
    [ $status = 0 ] || printf '%s\nnot ok tidy %s\n' "$(sed 's/^/  /' <<<"$out")" "$2"
}
export -f tidy_file

check_tidy() {
    local all=0 seconds=3000 database= files out began=$SECONDS done_files=0 total=0 batch
    while [ $# -gt 0 ]; do
        case $1 in
        --all) all=1 ;;
        --seconds) seconds=$2 && shift ;;
        *) printf 'lint.sh: tidy does not know %s\n' "$1" >&2 && exit 2 ;;
        esac
        shift
    done
    if ! command -v clang-tidy >/dev/null; then
        printf 'ok tidy # skip clang-tidy cannot be installed\n'
        return
    fi
    for batch in "${ALB_TIDY_DATABASE:-build/asan}" build/dev; do
        [ -z "$database" ] && [ -f "$batch/compile_commands.json" ] && database=$batch
    done
    if [ -z "$database" ]; then
        database=build/dev
        cmake --preset dev >/dev/null || { verdict 1 "tidy: configuring build/dev" && return; }
    fi
    # What no target compiles cannot be checked.
    files=$({ [ $all = 1 ] && tracked 'src/*.c' 'mock-server/*.c' || tidy_changed; } \
        | while IFS= read -r file; do
            grep -qF "\"file\": \"$top/$file\"" "$database/compile_commands.json" && printf '%s\n' "$file"
        done)
    [ -z "$files" ] || total=$(wc -l <<<"$files")
    # In batches, so that the time limit is looked at in between.
    while [ $done_files -lt "$total" ] && [ $((SECONDS - began)) -lt "$seconds" ]; do
        batch=$(tail -n +$((done_files + 1)) <<<"$files" | head -n 8)
        out=$(xargs -P "$(nproc)" -I{} bash -c 'tidy_file "$0" "$1"' "$database" {} <<<"$batch")
        [ -z "$out" ] || { printf '%s\n' "$out" && failures=1; }
        done_files=$((done_files + $(wc -l <<<"$batch")))
    done
    printf '%d of %d files in %d s\n' $done_files "$total" $((SECONDS - began))
    [ $done_files -ge "$total" ] \
        || printf 'ok tidy of the other %d files # skip %d s are over; --full lints all\n' \
            $((total - done_files)) "$seconds"
    if [ "$total" = 0 ]; then
        printf 'ok tidy # skip no C file changed\n'
    elif [ $failures = 0 ]; then
        printf 'ok clang-tidy finds nothing in %d files\n' $done_files
    fi
}

case ${1-} in
'')
    check_format
    check_rules
    check_headers
    check_tidy
    ;;
format | rules | headers | tidy) "check_$1" "${@:2}" ;;
*) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | head -n -1 >&2 && exit 2 ;;
esac
exit $failures
