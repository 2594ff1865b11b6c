/* cert.c - the additional certificates of listeners.  The default one belongs to the
 * listener and is changed with it (alb-semantics.md §6). */
#include "listener_priv.h"

static const char *default_certificate(const struct res *listener)
{
    return json_str(cJSON_GetArrayItem(json_get(listener->body, "Certificates"), 0),
                    "CertificateId");
}

bool cert_is_additional(struct op *op, const char *listener, const char *id, bool *is,
                        struct error *err)
{
    bool row = true;
    *is = false;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_CERT_LIST);
    query_text(&q, ":listener", listener);
    while (row && !*is) {
        if (!query_next(&q, &row, err))
            return false;
        *is = row && text_is(query_str(&q, op->a, "id"), id);
    }
    return true;
}

/* What associating and dissociating need alike. */
static bool cert_take(struct op *op, struct listener_at *at, struct error *err)
{
    if (!listener_need(op, at, err))
        return false;
    if (text_is(at->listener.variant, "HTTP"))
        return refuse_denied(err, "HttpListenerNotSupport");
    return listener_idle(&at->listener, "Running", false, err);
}

static bool cert_done(struct op *op, const struct listener_at *at, struct error *err)
{
    return listener_pass(op, &at->listener, err)
           && job_start(op, RES_LISTENER, at->listener.id, err);
}

static bool cert_run(struct op *op, enum sql sql, const char *listener, const char *id,
                     struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(op->db, sql);
    query_text(&q, ":listener", listener);
    query_text(&q, ":id", id);
    return query_run(&q, err);
}

static bool cert_add_one(struct op *op, const struct res *listener, const char *id,
                         struct error *err)
{
    bool has = false;
    if (!id)
        return refuse_absent(err, "CertificateId");
    if (!neighbour_has_certificate(op, id))
        return refuse_missing(err, "Certificate", id);
    if (text_is(id, default_certificate(listener)))
        return refuse_denied(err, "DefaultCertificateUsed");
    if (!cert_is_additional(op, listener->id, id, &has, err))
        return false;
    if (has)
        return refuse(err, 400, "ResourceAlreadyAssociated.Certificate",
                      "The specified resource Certificate [%s] is already associated.", id);
    return cert_run(op, SQL_CERT_INSERT, listener->id, id, err);
}

bool cert_add(struct op *op, struct error *err)
{
    struct listener_at at;
    int64_t n = 0;
    if (!cert_take(op, &at, err))
        return false;
    if (!default_certificate(&at.listener))
        return refuse(err, 400, "OperationFailed.DefaultCertificateNotFound",
                      "The operation failed because of DefaultCertificateNotFound.");
    const cJSON *c = NULL;
    cJSON_ArrayForEach (c, json_get(op->params, "Certificates")) {
        if (!cert_add_one(op, &at.listener, json_str(c, "CertificateId"), err))
            return false;
    }
    return res_count(op, SQL_CERT_COUNT_LB, ":lb", at.lb.id, &n, err)
           && quota_check(op, QUOTA_CERTIFICATES, at.lb.variant, at.lb.id, n, err)
           && cert_done(op, &at, err);
}

static bool cert_remove_one(struct op *op, const struct res *listener, const char *id,
                            struct error *err)
{
    bool has = false;
    if (!id)
        return refuse_absent(err, "CertificateId");
    if (text_is(id, default_certificate(listener)))
        return refuse_denied(err, "DefaultCertificateUsed");
    if (!cert_is_additional(op, listener->id, id, &has, err))
        return false;
    if (!has)
        return refuse(err, 400, "ResourceNotAssociated.Certificate",
                      "The specified resource Certificate [%s] is not associated.", id);
    return cert_run(op, SQL_CERT_DOOM, listener->id, id, err);
}

bool cert_remove(struct op *op, struct error *err)
{
    struct listener_at at;
    if (!cert_take(op, &at, err))
        return false;
    const cJSON *c = NULL;
    cJSON_ArrayForEach (c, json_get(op->params, "Certificates")) {
        if (!cert_remove_one(op, &at.listener, json_str(c, "CertificateId"), err))
            return false;
    }
    return cert_done(op, &at, err);
}

/* One certificate of the list, when the filters let it pass. */
struct cert_row {
    int64_t seq;
    const char *id, *type, *status;
    bool is_default;
};

static bool cert_wanted(struct op *op, const struct cert_row *row)
{
    const char *type = op_str(op, "CertificateType");
    const cJSON *ids = op_list(op, "CertificateIds");
    if (type && !text_is(type, row->type))
        return false;
    bool found = !ids;
    const cJSON *id = NULL;
    cJSON_ArrayForEach (id, ids)
        found = found || text_is(text_of(id), row->id);
    return found;
}

static void cert_print(struct op *op, struct page *page, cJSON *out, const struct cert_row *row)
{
    if (!row->id || !cert_wanted(op, row) || !page_take(page, row->seq))
        return;
    cJSON *c = cJSON_CreateObject();
    json_set_str(c, "CertificateId", row->id);
    json_set_str(c, "CertificateType", row->type);
    json_set_bool(c, "IsDefault", row->is_default);
    json_set_str(c, "Status", row->status);
    cJSON_AddItemToArray(out, c);
}

bool cert_list(struct op *op, struct error *err)
{
    struct res r;
    struct page page;
    bool row = true;
    if (!res_need(op, RES_LISTENER, op_str(op, "ListenerId"), &r, err))
        return false;
    if (text_is(r.variant, "HTTP"))
        return refuse_denied(err, "HttpListenerNotSupport");
    if (!page_begin(op, &page, err))
        return false;
    cJSON *out = cJSON_AddArrayToObject(op->body, "Certificates");
    cert_print(op, &page, out,
               &(struct cert_row){ 1, default_certificate(&r), "Server", "Associated", true });
    const cJSON *ca = cJSON_GetArrayItem(json_get(r.body, "CaCertificates"), 0);
    cert_print(op, &page, out,
               &(struct cert_row){ 2, json_str(ca, "CertificateId"), "Ca", "Associated", true });
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_CERT_LIST);
    query_text(&q, ":listener", r.id);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            break;
        cert_print(op, &page, out,
                   &(struct cert_row){ query_num(&q, "seq") + 2, query_str(&q, op->a, "id"),
                                       "Server", query_str(&q, op->a, "status"), false });
    }
    page_end(op, &page, true);
    return true;
}
