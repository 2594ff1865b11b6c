/* fault.c - what goes wrong in a step. */
#include <stdio.h>
#include <string.h>

#include "mock-server/fault/fault.h"
#include "mock-server/mock.h"
#include "sim.h"

/* ---- faults ---------------------------------------------------------------------------------- */

/* Is some of it done before the error is told? */
static bool is_after(enum fault_effect effect)
{
    return effect == FAULT_ERROR_AFTER || effect == FAULT_PARTIAL;
}

static void fault_of_mock(struct sim *s)
{
    static const enum fault_effect effects[] = {
        FAULT_ERROR,         FAULT_ERROR_AFTER,    FAULT_RESET,      FAULT_LOSE_REPLY,
        FAULT_DELAY,         FAULT_DELAYED_EFFECT, FAULT_SLOW,       FAULT_CUT,
        FAULT_GARBLE,        FAULT_THROTTLE,       FAULT_HIDE_ENTRY, FAULT_STALE,
        FAULT_PARTIAL,       FAULT_PARTIAL_LOST,   FAULT_STICK,      FAULT_RESTART,
        FAULT_RESTART_AFTER,
    };
    static const char *const actions[] = { "*",         "Create*",      "Update*", "Delete*",
                                           "*Rules*",   "*Server*",     "List*",   "*Rules*",
                                           "*Servers*", "*Certificate*" };
    static const struct {
        const char *code;
        int status;
    } codes[] = { { "ServiceUnavailable", 503 },        { "InternalError", 500 },
                  { "Throttling.User", 400 },           { "IncorrectStatus.Listener", 400 },
                  { "ResourceInConfiguring", 400 },     { "IdempotenceProcessing", 400 },
                  { "OperationFailed.SystemBusy", 400 } };
    enum { OPEN_CODES = 2 }; /* the first ones, which leave open whether it was done */
    struct fault_set *set = mock_faults(s->mock);
    struct fault_rule *f = LIST_PUSH(&set->arena, &set->rules);
    size_t k = draw(s, COUNT(codes));
    f->action = actions[draw(s, COUNT(actions))];
    f->effect = effects[draw(s, COUNT(effects))];
    f->nth = 1 + (int64_t)draw(s, 4);
    f->every = 1;
    f->times = 1 + (int64_t)draw(s, 3);
    if (is_after(f->effect) && codes[k].status < 500)
        k %= OPEN_CODES;
    f->code = codes[k].code;
    f->status = codes[k].status;
    f->ms = 50 + (int64_t)draw(s, 8000);
    f->bytes = 1 + (int64_t)draw(s, 200);
    if (f->effect == FAULT_HIDE_ENTRY || f->effect == FAULT_STALE) {
        f->action = "List*";
        f->times = 1; /* two lists that say the same are believed */
    }
    if (f->effect == FAULT_RESTART || f->effect == FAULT_RESTART_AFTER)
        f->ms = 100;
    if (s->options.verbose)
        printf("    fault: %d of %s\n", (int)f->effect, f->action);
}

/* Refused for good; another run tries again. */
static void definite_refusal(struct sim *s)
{
    struct fault_set *set = mock_faults(s->mock);
    struct fault_rule *f = LIST_PUSH(&set->arena, &set->rules);
    *f = (struct fault_rule){ .action = one_in(s, 2) ? "*Rules*" : "*Server*",
                              .effect = FAULT_ERROR,
                              .nth = 1,
                              .times = 1,
                              .code = "IllegalParam.Values",
                              .status = 400 };
    if (!strcmp(f->action, "*Rules*"))
        f->action = one_in(s, 2) ? "CreateRules" : "UpdateRulesAttribute";
    else
        f->action = one_in(s, 2) ? "CreateServerGroup" : "AddServersToServerGroup";
    s->restart_due = true;
}

static void failing_job(struct sim *s)
{
    static const char *const actions[] = { "CreateRules",
                                           "UpdateRulesAttribute",
                                           "DeleteRules",
                                           "CreateServerGroup",
                                           "AddServersToServerGroup",
                                           "AssociateAdditionalCertificatesWithListener" };
    struct error err;
    if (s->failing)
        return;
    s->failing = actions[draw(s, COUNT(actions))];
    if (!cloud_fail_next(mock_cloud(s->mock), s->failing, "506", "made to fail", &err))
        sim_complain(s, "simulator: cloud_fail_next: %s", err.msg);
}

void fault_arm(struct sim *s)
{
    const size_t kind = draw(s, 12);
    if (s->options.verbose)
        printf("    fault kind %zu\n", kind);
    switch (kind) {
    case 0:
    case 1:
    case 2:
    case 3: fault_of_mock(s); break;
    case 4: s->net.die_before = 1 + (int64_t)draw(s, 10); break;
    case 5: s->net.die_after = 1 + (int64_t)draw(s, 10); break;
    case 6:
        disk_fail(s->disk, one_in(s, 2) ? DISK_DIE_BEFORE : DISK_DIE_AFTER,
                  1 + (int64_t)draw(s, 60));
        break;
    case 7:
        disk_fail(s->disk, one_in(s, 2) ? DISK_ERROR : DISK_FULL, 1 + (int64_t)draw(s, 40));
        break;
    case 8:
        s->net.lag_ms = 1000 + (int64_t)draw(s, 50000);
        s->net.lag_since_ms = s->net.now_ms;
        break;
    case 9: s->net.latency_ms = 500 + (int64_t)draw(s, 8000); break;
    case 10: definite_refusal(s); break;
    case 11: failing_job(s); break;
    default: break;
    }
}

static bool lists_lie(const struct sim *s)
{
    const struct fault_set *set = mock_faults(s->mock);
    bool lie = s->net.lag_ms > 0;
    for (size_t i = 0; i < set->rules.len; i++)
        lie = lie || set->rules.items[i].effect == FAULT_HIDE_ENTRY
              || set->rules.items[i].effect == FAULT_STALE;
    return lie;
}

void step_clear_faults(struct sim *s)
{
    if (lists_lie(s))
        s->lies_ms = sim_now(s);
    fault_clear(mock_faults(s->mock));
    s->net.die_before = s->net.die_after = 0;
    disk_fail(s->disk, DISK_OK, 0);
    s->net.latency_ms = 20;
    s->net.lag_ms = s->net.read_ms = 0;
}
