/* fail.c - changes that fail after they were answered: the next one by an action that an
 * operator names.  Such a change is carried out, so that whatever would be refused is; then
 * what it created is marked to go again, or all it changed is rolled back, and the job that
 * it started ends in failure. */
#include "cloud_priv.h"

bool cloud_fail_next(struct cloud *c, const char *action, const char *code, const char *message,
                     struct error *err)
{
    if (!action || !cloud_has("alb", action) || !code || !*code)
        return error_set(err, ERROR_INVALID, "fail: an action of ALB and a code");
    struct query q CLEANUP(query_done) = db_query(c->db, SQL_FAILING_PUT);
    query_text(&q, ":action", action);
    query_text(&q, ":code", code);
    query_text(&q, ":message", message ? message : "");
    c->n_failing++;
    return query_run(&q, err);
}

/* The code and message of a row that 'q' finds, if any. */
static bool failure_read(struct op *op, struct query *q, struct failure *f, struct error *err)
{
    bool row = false;
    if (!query_next(q, &row, err))
        return false;
    f->code = row ? query_str(q, op->a, "code") : NULL;
    f->message = row ? query_str(q, op->a, "message") : NULL;
    return true;
}

bool fail_of(struct op *op, const char *job, struct failure *f, struct error *err)
{
    *f = (struct failure){ 0 };
    if (op->cloud->n_failing == 0)
        return true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_FAILURE_GET);
    query_text(&q, ":job", job);
    return failure_read(op, &q, f, err);
}

static bool run_plain(struct op *op, enum sql sql, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(op->db, sql);
    return query_run(&q, err);
}

bool fail_begin(struct op *op, struct failure *f, struct error *err)
{
    bool row = false;
    *f = (struct failure){ 0 };
    if (op->cloud->n_failing == 0)
        return true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_FAILING_GET);
    query_text(&q, ":action", op->action);
    if (!failure_read(op, &q, f, err) || !f->code)
        return !f->code;
    struct query mark CLEANUP(query_done) = db_query(op->db, SQL_FAIL_MARK);
    if (!query_next(&mark, &row, err))
        return false;
    f->pending = query_num(&mark, "pending");
    f->resource = query_num(&mark, "resource");
    return run_plain(op, SQL_FAIL_SAVE, err);
}

/* What was created since the mark comes to its end as a failure. */
static bool undo_later(struct op *op, const struct failure *f, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_FAIL_UNDO);
    query_int(&q, ":pending", f->pending);
    query_int(&q, ":resource", f->resource);
    return query_run(&q, err);
}

/* The resource of the change, and the listener of a rule, are busy and come back as they were. */
static bool busy_again(struct op *op, struct error *err)
{
    struct res r;
    struct res listener = { 0 };
    if (!res_get(op, op->job_kind, op->job_resource, &r, err)
        || !res_pass(op, r.id, "Configuring", r.status, err))
        return false;
    if (op->job_kind != RES_RULE)
        return true;
    return res_get(op, RES_LISTENER, r.parent, &listener, err)
           && res_pass(op, listener.id, "Configuring", listener.status, err);
}

static bool job_fails(struct op *op, const struct failure *f, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_FAILURE_PUT);
    query_text(&q, ":job", op->job_id);
    query_text(&q, ":code", f->code);
    query_text(&q, ":message", f->message);
    return query_run(&q, err);
}

bool fail_end(struct op *op, const struct failure *f, struct error *err)
{
    bool creates = text_begins(op->action, "Create");
    if (!f->code || (!op->job_id && !creates))
        return true;
    bool done = creates ? undo_later(op, f, err)
                        : run_plain(op, SQL_FAIL_BACK, err) && busy_again(op, err)
                              && job_start(op, op->job_kind, op->job_resource, err);
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_FAILING_DELETE);
    query_text(&q, ":action", op->action);
    return done && (!op->job_id || job_fails(op, f, err)) && query_run(&q, err);
}
