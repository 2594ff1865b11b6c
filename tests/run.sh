#!/usr/bin/env bash
# run.sh - everything a change has to pass; --help lists the stages.
# Prints the seconds of each stage; the last line is "N passed, N failed, N skipped".
set -u -o pipefail
exec </dev/null
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) && cd "$top" || exit 1
# The tree may belong to somebody else than who runs this.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$top
# shellcheck source=../deploy/packages.sh
. deploy/packages.sh

usage() {
    cat <<'T'
Usage: tests/run.sh [--full | --quick | --stage NAME]... [--help]

  (nothing)     all stages of the list below: what CI runs, within 30 minutes on two cores
  --full        the same, longer: more fuzzing, all files linted, the static analyzer, death
                at every point, integration under sanitizers, benchmarks
  --quick       unit tests with one compiler, no sanitizers
  --stage NAME  only this stage (may be repeated)

Stages: format rules headers asan asan-gcc release proof sim integration end-to-end crash fuzz tidy
        with --full also: gcc analyzer integration-asan slow branches mutants bench
T
}

stages_ci="format rules headers asan asan-gcc release proof sim integration end-to-end crash fuzz tidy"
stages_full="$stages_ci gcc analyzer integration-asan slow branches mutants bench"
full=0 chosen=
while [ $# -gt 0 ]; do
    case $1 in
    --full) full=1 ;;
    --quick) chosen=quick ;;
    --stage)
        chosen="$chosen ${2:?--stage takes a name}"
        shift
        ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done
[ "$full" = 1 ] && stages=$stages_full || stages=$stages_ci
stages=${chosen:-$stages}

# ---- counting -----------------------------------------------------------------------

passed=0 failed=0 skipped=0 remarks=()
logs=build/logs
mkdir -p "$logs"

pass() { passed=$((passed + ${1:-1})); }
fail() {
    failed=$((failed + 1))
    remarks+=("failed: $1")
    printf '  FAILED  %s\n' "$1"
}
skip() {
    skipped=$((skipped + 1))
    remarks+=("skipped: $1 ($2)")
    printf '  skipped %s (%s)\n' "$1" "$2"
}

show_log() {
    printf '  ---- end of %s ----\n' "$1"
    tail -n "${2:-60}" "$1" | sed 's/^/  | /'
}

# Runs a command with a limit in seconds, its output in a log.
logged() { # LOG SECONDS COMMAND...
    local log=$1 limit=$2
    shift 2
    timeout -k 10 "$limit" "$@" >"$log" 2>&1
}

# Counts the lines "ok NAME", "not ok NAME" and "ok NAME # skip REASON" of a log.  Without
# any, the exit status counts as one: 0 passed, 77 skipped, others failed.
count_tap() { # NAME STATUS LOG
    local name=$1 status=$2 log=$3 line bad=0 any=0
    while IFS= read -r line; do
        any=1
        case $line in
        "ok "*" # skip"*) skip "$name: $(sed 's/^ok //; s/ # skip.*//' <<<"$line")" "${line#*# skip }" ;;
        "ok "*) pass ;;
        *)
            bad=1
            fail "$name: ${line#not ok }"
            ;;
        esac
    done < <(grep -E '^(not )?ok ' "$log")
    case $any$status in
    00) pass ;;
    077) skip "$name" "$(tail -n 1 "$log")" ;;
    0* | 1[1-9]*) [ "$bad" = 1 ] || fail "$name: exit status $status" ;;
    esac
    [ "$status" = 0 ] || [ "$status" = 77 ] || show_log "$log"
}

# Counts what ctest printed, one for each test.
count_ctest() { # NAME STATUS LOG
    local name=$1 status=$2 log=$3 line test bad=0 any=0
    while IFS= read -r line; do
        any=1
        test=$(sed -E 's/^[^:]*: ([^ ]+).*/\1/' <<<"$line")
        case $line in
        *" Passed "*) pass ;;
        *"***Skipped"* | *"Not Run (Disabled)"*) skip "$name: $test" "see $log" ;;
        *)
            bad=1
            fail "$name: $test"
            ;;
        esac
    done < <(grep -E '^ *[0-9]+/[0-9]+ +Test +#' "$log")
    if [ "$any" = 0 ] || { [ "$status" != 0 ] && [ "$bad" = 0 ]; }; then
        fail "$name: ctest ended with $status and $any tests"
    fi
    [ "$status" = 0 ] || show_log "$log" 120
}

# ---- stages -------------------------------------------------------------------------

have() { command -v "$1" >/dev/null; }

declare -A built=()

build() { # PRESET [TARGET...]; once a run
    local preset=$1 log=$logs/build-$1.log compiler
    shift
    [ -z "${built[$preset]-}" ] || return "${built[$preset]}"
    built[$preset]=1
    case $preset in gcc* | asan-gcc | release) compiler=gcc ;; *) compiler=clang ;; esac
    if ! have "$compiler"; then
        skip "build $preset" "$compiler cannot be installed"
        return 1
    fi
    if logged "$log" 900 bash -c 'cmake --preset "$0" && cmake --build --preset "$0" -- -k 0 "$@"' \
        "$preset" "$@"; then
        built[$preset]=0
        pass
        return 0
    fi
    fail "build $preset"
    grep -E 'error|FAILED|warning:' "$log" | head -40 | sed 's/^/  | /'
    show_log "$log" 30
    return 1
}

# Also after a build that failed: what was built is run, what was not counts as failed.
ctest_of() { # PRESET LABELS [SECONDS]
    local log=$logs/ctest-$1.log status
    [ -f "build/$1/CTestTestfile.cmake" ] || return
    logged "$log" "${3:-600}" ctest --preset "$1" -L "$2" --timeout 120
    status=$?
    count_ctest "$1" "$status" "$log"
}

lint() { # CHECK SECONDS [ARGUMENT...]
    local check=$1 limit=$2 log=$logs/lint-$1.log status
    shift 2
    logged "$log" "$limit" tests/lint.sh "$check" "$@"
    status=$?
    count_tap "$check" "$status" "$log"
}

scripts() { # PRESET SCRIPT...
    local preset=$1 script name log status
    shift
    for script in "$@"; do
        [ -f "$script" ] || continue
        name=$(basename "$script" .sh)
        log=$logs/$preset-$name.log
        ALB_BIN=$top/build/$preset/bin logged "$log" 300 bash "$script"
        status=$?
        count_tap "$name" "$status" "$log"
    done
}

integration_scripts() {
    scripts "$1" tests/integration/*.sh
}

fuzz() { # SECONDS
    local target name log targets=() dict=() each
    build fuzz fuzzers || return
    for target in build/fuzz/fuzz/fuzz_*; do
        [ -x "$target" ] && targets+=("$target")
    done
    if [ ${#targets[@]} -eq 0 ]; then
        fail "fuzz: no targets were built"
        return
    fi
    each=$((($1 + ${#targets[@]} - 1) / ${#targets[@]}))
    for target in "${targets[@]}"; do
        name=$(basename "$target")
        log=$logs/$name.log
        mkdir -p "build/fuzz/found/$name" "build/fuzz/crashes"
        dict=()
        [ ! -f "tests/fuzz/${name#fuzz_}.dict" ] || dict=("-dict=tests/fuzz/${name#fuzz_}.dict")
        if logged "$log" $((each + 120)) "$target" "${dict[@]}" -max_total_time="$each" \
            -timeout=10 -rss_limit_mb=1024 -artifact_prefix="build/fuzz/crashes/$name-" \
            "build/fuzz/found/$name" "tests/fuzz/corpus/${name#fuzz_}"; then
            pass
        else
            fail "$name"
            show_log "$log"
        fi
    done
}

stage_quick() {
    local preset=dev
    have clang || preset=gcc
    build "$preset"
    ctest_of "$preset" '^(unit|golden)$'
}
stage_format() { lint format 120; }
stage_rules() { lint rules 120; }
stage_headers() { lint headers 300; }
stage_tidy() {
    if [ "$full" = 1 ]; then
        lint tidy 3600 --all
    else
        lint tidy 420 --seconds 300
    fi
}
stage_asan() {
    build asan
    ctest_of asan '^(unit|golden|fuzz-smoke)$'
}
stage_asan_gcc() {
    build asan-gcc
    ctest_of asan-gcc '^(unit|golden|fuzz-smoke)$'
}
# The programs and the proofs only: link-time optimisation of every unit test takes minutes.
programs() { build release alb-agent alb-mock alb-agent-library proofs alb-sim; }
stage_release() { programs; }
stage_proof() {
    programs || return
    ctest_of release '^proof$' 900
    [ "$full" = 1 ] || return 0
    logged "$logs/proof-full.log" 7200 ctest --test-dir build/release -L '^proof-full$' --output-on-failure
    count_ctest proof-full $? "$logs/proof-full.log"
}
# Agent and mock on a virtual clock, two scenarios at a time; with --full also with planted bugs.
sim_run() { # NAME SECONDS ARGUMENT...
    local name=$1 limit=$2
    shift 2
    if logged "$logs/$name.log" "$limit" build/release/sim/alb-sim "$@"; then
        pass
    else
        fail "$name"
    fi
    sed 's/^/  /' "$logs/$name.log"
}
stage_sim() {
    local most=50000 rest=50000 limit=900 other log=$logs/sim-2.log
    programs || return
    [ "$full" = 1 ] && most=500000 rest=500000 limit=20000
    logged "$log" "$limit" build/release/sim/alb-sim --seed 10001 --steps 150 --reconciles "$rest" &
    other=$!
    sim_run sim-1 "$limit" --seed 1 --steps 150 --reconciles "$most"
    if wait "$other"; then pass; else fail sim-2; fi
    sed 's/^/  /' "$log"
    sim_run sim-twice 200 --seed 7 --seeds 3 --steps 100 --twice
    [ "$full" = 1 ] || return 0
    logged "$logs/sim-bugs.log" 7200 tests/sim/bugs.sh
    count_tap sim-bugs $? "$logs/sim-bugs.log"
}
stage_integration() { programs && integration_scripts release; }
stage_end_to_end() { programs && scripts release tests/e2e/*.sh; }
# The real agent ends at 60 points of a scenario, or at all of them; its disk fails, its file is damaged.
stage_crash() {
    local points=(--points 60) limit=600
    programs && build crash || return
    [ "$full" = 0 ] || points=(--all) limit=14400
    ALB_CRASH_BIN=$top/build/crash/bin scripts release tests/crash/*.sh
    logged "$logs/crash-faults.log" 600 python3 tests/crash/faults.py \
        --bin build/release/bin --crash build/crash/bin
    count_tap crash-faults $? "$logs/crash-faults.log"
    logged "$logs/crash-points.log" "$limit" python3 tests/crash/points.py "${points[@]}" \
        --bin build/release/bin --crash build/crash/bin
    count_tap crash-points $? "$logs/crash-points.log"
    grep -E '^[0-9]+ (calls|points)' "$logs/crash-points.log" | sed 's/^/  /'
}
stage_fuzz() { [ "$full" = 1 ] && fuzz 900 || fuzz 60; }
stage_gcc() {
    build gcc
    ctest_of gcc '^(unit|golden|fuzz-smoke)$'
}
stage_analyzer() { build gcc-analyzer alb-agent; }
stage_integration_asan() { build asan && integration_scripts asan; }
stage_slow() {
    build dev || return
    ctest -N --test-dir build/dev -L '^slow$' | grep -q 'Total Tests: [1-9]' || return 0
    logged "$logs/slow.log" 3600 ctest --test-dir build/dev -L '^slow$' --output-on-failure
    count_ctest slow $? "$logs/slow.log"
}
# Branches of src/plan and src/translate that their tests do not take, and changes of src/plan that
# they do not notice.
planner_tests() { # NAME PROGRAM ARGUMENT...
    local name=$1
    shift
    if ! have clang || ! have llvm-cov; then
        skip "$name" "clang and llvm-cov cannot be installed"
    elif logged "$logs/$name.log" 7200 nice python3 "$@"; then
        pass
    else
        fail "$name"
        show_log "$logs/$name.log" 200
    fi
}
stage_branches() {
    planner_tests branches-plan tests/proof/branches.py plan
    planner_tests branches-route tests/proof/branches.py route
    planner_tests branches-translate tests/proof/branches.py translate
}
stage_mutants() { planner_tests mutants tests/proof/mutate.py --sample 300 --least 95; }
stage_bench() {
    programs || return
    logged "$logs/bench-agent.log" 1800 env ALB_BIN="$top/build/release/bin" tests/bench/agent.sh
    count_tap bench-agent $? "$logs/bench-agent.log"
    sed 's/^/  /' "$logs/bench-agent.log"
    logged "$logs/bench.log" 1800 env ALB_BIN="$top/build/release/bin" tests/bench/converge.sh
    count_tap bench $? "$logs/bench.log"
    sed 's/^/  /' "$logs/bench.log"
}

# ---- all of it ----------------------------------------------------------------------

began=$SECONDS
finish() {
    trap - EXIT
    printf '\n'
    [ ${#remarks[@]} -eq 0 ] || printf '%s\n' "${remarks[@]}"
    printf 'All stages: %d s\n' $((SECONDS - began))
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" -eq 0 ] && exit 0
    exit 1
}
trap 'fail "interrupted"; finish' TERM INT HUP
trap 'fail "run.sh itself stopped"; finish' EXIT

run_stage() {
    local function=stage_${1//-/_} before=$SECONDS
    if ! declare -F "$function" >/dev/null; then
        fail "no stage is called $1"
        return
    fi
    printf '== %s\n' "$1"
    "$function"
    printf '== %s: %d s (%d passed, %d failed, %d skipped so far)\n' \
        "$1" $((SECONDS - before)) "$passed" "$failed" "$skipped"
}

printf '== packages\n'
need_packages test || fail "packages a build needs cannot be installed"
printf '== packages: %d s\n' $((SECONDS - began))
for stage in $stages; do
    run_stage "$stage"
done
finish
