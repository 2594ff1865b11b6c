/* batch.c - how many members a call may have (alb-semantics.md §10): settings, and less where the
 * cloud refused a call for its size. */
#include <string.h>

#include "plan_priv.h"

enum { RULES = 100, SERVERS = 200, WEIGHTS = 40, ENTRIES = 20, SCRIPTS = 4 };

static size_t setting_of(const struct plan_in *in, const char *action)
{
    static const char *const rules[] = { "CreateRules", "UpdateRulesAttribute", "DeleteRules" };
    static const char *const servers[] = { "AddServersToServerGroup",
                                           "RemoveServersFromServerGroup",
                                           "ReplaceServersInServerGroup" };
    static const char *const entries[] = { "AddEntriesToAcl", "RemoveEntriesFromAcl" };
    /* Of deletes; of updates no text says (one is made a call: script.c). */
    static const char *const scripts[] = { "UpdateAScripts", "DeleteAScripts" };
    size_t of_servers = in->batch_servers ? in->batch_servers : SERVERS;
    for (size_t i = 0; i < COUNT(rules); i++)
        if (!strcmp(action, rules[i]))
            return in->batch_rules ? in->batch_rules : RULES;
    for (size_t i = 0; i < COUNT(servers); i++)
        if (!strcmp(action, servers[i]))
            return of_servers;
    for (size_t i = 0; i < COUNT(entries); i++)
        if (!strcmp(action, entries[i]))
            return ENTRIES;
    for (size_t i = 0; i < COUNT(scripts); i++)
        if (!strcmp(action, scripts[i]))
            return SCRIPTS;
    return !strcmp(action, "UpdateServerGroupServersAttribute") ? least(of_servers, WEIGHTS) : 0;
}

size_t plan_batch(const struct plan_in *in, const char *action)
{
    const size_t setting = setting_of(in, action);
    const size_t *left = in->batches ? map_get(in->batches, action) : NULL;
    return left && *left ? least(setting, *left) : setting;
}
