/* coverage.c - the API description beside what the cloud and the companions have. */
#include "coverage.h"

#include <string.h>

#include "cloud.h"
#include "companion/companion.h"
#include "front/spec.h"

/* Answers that no call changes. */
static const char *const constant[] = {
    "DescribeEndpoints", "DescribeNetworkInterfaces",  "DescribeRegions",
    "DescribeVSwitches", "DescribeVSwitchAttributes",  "DescribeZones",
    "GetCallerIdentity", "ListSystemSecurityPolicies",
};

/* Actions in the captured requests of tests/vectors. */
static const char *const observed[] = {
    "AddServersToServerGroup",
    "AssumeRole",
    "AssumeRoleWithOIDC",
    "CreateListener",
    "CreateLoadBalancer",
    "CreateRule",
    "CreateRules",
    "CreateServerGroup",
    "DeleteRules",
    "DescribeRegions",
    "ListAsynJobs",
    "ListListeners",
    "ListSystemSecurityPolicies",
    "RemoveServersFromServerGroup",
    "ReplaceServersInServerGroup",
    "TagResources",
    "UpdateRulesAttribute",
};

/* Products whose description we wrote ourselves, from what clients send. */
static const char *const guessed[] = { "location", "resourcemanager" };

static bool in(const char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i], name))
            return true;
    return false;
}

static const char *ground_of(const struct spec_product *p, const char *action)
{
    if (in(guessed, COUNT(guessed), p->name))
        return "guessed";
    return in(observed, COUNT(observed), action) ? "observed" : "documented";
}

static void write_product(struct buf *b, const struct spec_product *p,
                          const struct front_side *side, struct coverage *c)
{
    *c = (struct coverage){ 0 };
    for (size_t i = 0; i < p->actions.len; i++) {
        const char *name = p->actions.items[i].name;
        bool played = cloud_has(p->name, name) || side->has(side->self, p->name, name);
        bool still = in(constant, COUNT(constant), name);
        c->actions++;
        c->played += played;
        c->stateful += played && !still;
        buf_addf(b, "%-16s %-46s %-10s %-9s %s\n", p->name, name, "validated",
                 !played ? "-"
                 : still ? "constant"
                         : "stateful",
                 ground_of(p, name));
    }
    buf_addf(b, "%-16s %zu actions validated, %zu played, %zu of them stateful\n\n", p->name,
             c->actions, c->played, c->stateful);
}

static void spec_done(struct spec **s)
{
    spec_close(*s);
}

static void companion_done(struct companion **c)
{
    companion_close(*c);
}

bool coverage_write(struct buf *b, const char *of, struct coverage *total, struct error *err)
{
    struct spec *spec CLEANUP(spec_done) = NULL;
    struct companion *companion CLEANUP(companion_done) = NULL;
    const struct companion_config config = { 0 };
    const struct spec_product *p;
    if (!spec_open(&spec, err) || !companion_open(&companion, &config, err))
        return false;
    for (size_t i = 0; (p = spec_product_at(spec, i)); i++)
        if (!of || !strcmp(of, p->name))
            write_product(b, p, companion_side(companion), total);
    return true;
}
