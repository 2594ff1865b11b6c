/* main.c - alb-sim: runs scenarios by their seeds, and cuts a failing one down. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "alb-agent/number.h"
#include "sim.h"

static const char usage[] =
    "Usage: alb-sim [--seed N] [--seeds N] [--steps N] [--reconciles N] [--skip A-B,C]\n"
    "               [--faultless A-B,C] [--twice] [--traces] [--no-shrink] [--keep-going]\n"
    "               [--verbose] [--go-on]\n"
    "\n"
    "  --seed N        the first scenario (1)\n"
    "  --seeds N       how many scenarios, each with the next seed (1)\n"
    "  --steps N       of each scenario (300)\n"
    "  --reconciles N  goes on with more seeds until there were so many\n"
    "  --skip LIST     steps that are left out\n"
    "  --faultless LIST  steps in which nothing goes wrong\n"
    "  --keep-going    more scenarios after one that fails\n"
    "  --go-on         more steps after one that fails, to see what comes of it\n"
    "  --no-shrink     a scenario that fails is not cut down\n"
    "  --twice         each scenario twice: the same calls and replies, byte for byte\n"
    "  --traces        prints a digest of each scenario's calls and replies\n";

enum { STEPS_MAX = 100000 };

struct request {
    struct sim_options one;
    uint64_t seeds;
    int64_t reconciles;
    bool twice, traces, shrink, keep_going;
    bool skip[STEPS_MAX], faultless[STEPS_MAX];
    char dir[64];
    const char *why; /* what is cut down failed for */
};

/* ---- arguments ------------------------------------------------------------------------------- */

static bool read_number(const char *text, int64_t *out)
{
    return text && number_parse(text, strlen(text), out);
}

static bool read_list(const char *text, bool *out)
{
    while (text && *text) {
        size_t len = strcspn(text, ",");
        size_t first = strcspn(text, "-,") < len ? strcspn(text, "-,") : len;
        int64_t from, to;
        if (!number_parse(text, first, &from))
            return false;
        to = from;
        if (first < len && !number_parse(text + first + 1, len - first - 1, &to))
            return false;
        for (int64_t i = from; i <= to && i < STEPS_MAX; i++)
            out[i] = true;
        text += len + (text[len] == ',');
    }
    return text != NULL;
}

static bool read_option(struct request *r, const char *name, const char *value)
{
    int64_t n = 0;
    if (!strcmp(name, "--skip"))
        return read_list(value, r->skip);
    if (!strcmp(name, "--faultless"))
        return read_list(value, r->faultless);
    if (!read_number(value, &n))
        return false;
    if (!strcmp(name, "--seed"))
        r->one.seed = (uint64_t)n;
    else if (!strcmp(name, "--seeds"))
        r->seeds = (uint64_t)n;
    else if (!strcmp(name, "--steps") && n <= STEPS_MAX)
        r->one.steps = (size_t)n;
    else if (!strcmp(name, "--reconciles"))
        r->reconciles = n;
    else
        return false;
    return true;
}

static bool read_arguments(struct request *r, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--twice"))
            r->twice = true;
        else if (!strcmp(argv[i], "--traces"))
            r->traces = true;
        else if (!strcmp(argv[i], "--no-shrink"))
            r->shrink = false;
        else if (!strcmp(argv[i], "--keep-going"))
            r->keep_going = true;
        else if (!strcmp(argv[i], "--go-on"))
            r->one.go_on = true;
        else if (!strcmp(argv[i], "--verbose"))
            r->one.verbose = true;
        else if (!read_option(r, argv[i], i + 1 < argc ? argv[i + 1] : NULL))
            return false;
        else
            i++;
    }
    return true;
}

/* ---- cutting down ---------------------------------------------------------------------------- */

/* In the same way: by the name that complaints begin with. */
static bool fails(const struct request *r, const struct sim_options *o)
{
    struct sim_result result;
    sim_run(o, r->dir, &result);
    return !result.ok && !strncmp(result.why, r->why, strcspn(r->why, ":") + 1);
}

/* Sets as many elements below 'n' as can be set while it still fails, largest pieces first. */
static void cut(const struct request *r, const struct sim_options *o, bool *list, size_t n)
{
    bool *kept = calloc(n ? n : 1, 1);
    if (!kept)
        abort();
    for (size_t piece = n / 2 ? n / 2 : 1; piece; piece /= 2)
        for (size_t from = 0; from < n; from += piece) {
            const size_t to = from + piece < n ? from + piece : n;
            memcpy(kept, list, n);
            bool any = false;
            for (size_t i = from; i < to; i++) {
                any = any || !list[i];
                list[i] = true;
            }
            if (any && !fails(r, o))
                memcpy(list, kept, n);
        }
    free(kept);
}

static void print_list(const char *name, const bool *list, size_t n)
{
    const char *lead = name;
    for (size_t i = 0; i < n; i++) {
        size_t last = i;
        while (list[i] && last + 1 < n && list[last + 1])
            last++;
        if (!list[i])
            continue;
        printf(i == last ? "%s%zu" : "%s%zu-%zu", lead, i, last);
        lead = ",";
        i = last;
    }
}

static void print_command(const struct request *r, const struct sim_options *o)
{
    (void)r;
    printf("replay: alb-sim --seed %" PRIu64 " --steps %zu", o->seed, o->steps);
    print_list(" --skip ", o->skip, o->steps);
    print_list(" --faultless ", o->faultless, o->steps);
    printf(" --verbose\n");
}

static void shrink(struct request *r, struct sim_options o, const struct sim_result *result)
{
    o.verbose = false;
    r->why = result->why;
    if (result->step + 1 < o.steps)
        o.steps = result->step + 1;
    if (r->shrink) {
        cut(r, &o, r->skip, o.steps);
        cut(r, &o, r->faultless, o.steps);
    }
    print_command(r, &o);
}

/* ---- running --------------------------------------------------------------------------------- */

static void add_counts(struct sim_counts *sum, const struct sim_counts *c)
{
    sum->events += c->events;
    sum->reconciles += c->reconciles;
    sum->rule_reconciles += c->rule_reconciles;
    sum->calls += c->calls;
    sum->writes += c->writes;
    sum->faults += c->faults;
    sum->crashes += c->crashes;
    sum->restarts += c->restarts;
    sum->turns += c->turns;
    sum->probes += c->probes;
    sum->virtual_ms += c->virtual_ms;
}

static bool run_one(struct request *r, uint64_t seed, struct sim_counts *sum)
{
    struct sim_options o = r->one;
    struct sim_result result, again;
    o.seed = seed;
    sim_run(&o, r->dir, &result);
    add_counts(sum, &result.counts);
    if (r->traces)
        printf("%" PRIu64 " %016" PRIx64 "\n", seed, result.trace);
    if (!result.ok) {
        printf("not ok seed %" PRIu64 ", step %zu: %s\n", seed, result.step, result.why);
        shrink(r, o, &result);
        return false;
    }
    if (!r->twice)
        return true;
    sim_run(&o, r->dir, &again);
    if (again.trace == result.trace)
        return true;
    printf("not ok seed %" PRIu64 ": two runs differ\n", seed);
    return false;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_counts(const struct sim_counts *c, uint64_t runs, double s)
{
    printf("%" PRIu64 " scenarios, %" PRId64 " events, %" PRId64 " reconciles (%" PRId64
           " of a rule or a server set), %" PRId64 " calls (%" PRId64 " writes), %" PRId64
           " faults, %" PRId64 " deaths, %" PRId64 " starts, %" PRId64 " probes, %.0f hours\n",
           runs, c->events, c->reconciles, c->rule_reconciles, c->calls, c->writes, c->faults,
           c->crashes, c->restarts, c->probes, (double)c->virtual_ms / 3.6e6);
    printf("%.1f s of one core, %.0f reconciles a second\n", s,
           s > 0 ? (double)c->reconciles / s : 0);
}

/* There is one thread. */
static bool set_up_sqlite(void)
{
    return sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) == SQLITE_OK
           && sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
}

int main(int argc, char **argv)
{
    static struct request r = { .one = { .seed = 1, .steps = 300 }, .seeds = 1, .shrink = true };
    struct sim_counts sum = { 0 };
    uint64_t runs = 0;
    bool ok = true;
    if (!read_arguments(&r, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    r.one.skip = r.skip;
    r.one.faultless = r.faultless;
    const char *top = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
    (void)snprintf(r.dir, sizeof r.dir, "%s/alb-sim-XXXXXX", top);
    if (!set_up_sqlite() || !mkdtemp(r.dir) || setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "testak", 1)
        || setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret", 1)
        || unsetenv("ALIBABA_CLOUD_SECURITY_TOKEN"))
        return 1;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    const double began = seconds();
    for (; (ok || r.keep_going) && (runs < r.seeds || sum.reconciles < r.reconciles); runs++)
        ok = run_one(&r, r.one.seed + runs, &sum) && ok;
    print_counts(&sum, runs, seconds() - began);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/state.db", r.dir);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/state.db.lock", r.dir);
    (void)unlink(path);
    (void)rmdir(r.dir);
    return ok ? 0 : 1;
}
