/* Can one request match two rules?  The quick answer. */
#include "support.h"

#include "route_priv.h"

static void test_rules_meet_unless_a_condition_tells_them_apart(void **state)
{
    static const struct {
        const char *x, *y;
        bool meet;
    } rows[] = {
        { "host=a.com path=/x", "host=a.com path=/x", true },
        { "host=a.com path=/x", "host=b.com path=/x", false },
        { "host=a.com path=/x", "host=a.com path=/y", false },
        { "host=a.com", "path=/x", true },
        { "host=a.com,b.com", "host=b.com", true },
        { "host=*.a.com", "host=w.a.com", true },
        { "path=/x,/x/*", "path=/x/y", true },
        { "path=/x,/x/*", "path=/xy", false },
        { "method=GET,PUT", "method=PUT", true },
        { "method=GET", "method=PUT", false },
        { "source=10.0.0.0/8", "source=10.1.0.0/16", true },
        { "source=10.1.0.0/16,1.1.1.1", "source=10.0.0.0/8", true },
        { "source=10.0.0.0/8", "source=11.0.0.0/8", false },
        { "source=x", "source=11.0.0.0/8", true },
        { "source=10.0.0.0/8", "source=x", true },
        { "header:a=1", "header:a=2", true },
        { "query=a:1", "query=a:2", true },
        { "cookie=a:1", "cookie=a:2", true },
        { "response status=200", "response status=404", false },
        { "response status=200,404", "response status=404", true },
        { "response rheader:a=1", "response rheader:a=2", true },
        { "response path=/x", "path=/x", false },
        { "path=/x", "response path=/x", false },
        { "path=", "path=/x", true },
        { "path=/x path=/* header:a=1", "header:a=2", true },
        { "path=/x,/y", "path=/y,/z", true },
        { "path=/xa,/xb", "path=/xb,/xc", true },
        { "path=/xa,/xb*", "path=/xc,/xd", false },
        { "path=/xa,*", "path=/xc,/xd", true },
        { "path=/x/*", "path=/x/*/y", true },
        { "path=~/x,/a", "path=/b,/c/x", true },
        { "path=~/x,/a", "path=/b,/c", false },
        { "path=/x* path=/*y", "path=/xzy", true },
        { "path=/x* path=/*y", "path=/xz", false },
        { "path=/xz", "path=/x* path=/*y", false },
        { "path=/x path=/y host=a.com", "header:a=b method=GET host=b.com", false },
        { "", "path=/x", true },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct route_rule *x = route_of(*state, rows[i].x), *y = route_of(*state, rows[i].y);
        if (route_meet(x, y) != rows[i].meet || route_meet(y, x) != rows[i].meet)
            fail_msg("%s and %s", rows[i].x, rows[i].y);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_rules_meet_unless_a_condition_tells_them_apart),
    };
    return cmocka_run_group_tests_name("route/meet", tests, NULL, NULL);
}
