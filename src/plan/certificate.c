/* certificate.c - certificates that are to be uploaded.  The call holds a placeholder for the
 * private key, which only src/apply replaces, when it sends.  An upload is never deleted:
 * other users of the account may have it. */
#include "plan_priv.h"

static void upload(struct planner *p, const struct resource *r)
{
    const struct alb_certificate *cert = r->desired;
    struct step s;
    change_list changes = { 0 };
    step_init(p, &s, r, STEP_CREATE, "UploadUserCertificate");
    step_param(p, &s, "Name", cert->name);
    step_param(p, &s, "Cert", cert->cert ? cert->cert : "");
    step_param(p, &s, "Key", arena_fmt(p->a, "%s%s)", STEP_KEY_PREFIX, r->key));
    (void)schema_diff(p->a, &alb_certificate_schema, cert, NULL, &changes);
    step_item(p, &s, r, cert);
    step_changes(p, &s, "", &changes);
    step_push(p, &s);
}

void plan_certificates(struct planner *p)
{
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind != RESOURCE_CERTIFICATE || !r->ours || !r->desired || row_stays(r))
            continue;
        if (!r->actual)
            upload(p, r);
        else if (!r->cloud_id)
            plan_warn(p, r,
                      "the certificate service has another certificate of this name, so that it "
                      "cannot be uploaded; delete that one, or renew the Secret");
    }
}
