/* template.c - health check templates, and applying one to a server group.  They have no
 * states: every change is done when the call returns. */
#include "group_priv.h"

static const char *const members[] = {
    "HealthCheckCodes",    "HealthCheckConnectPort", "HealthCheckHost",    "HealthCheckHttpVersion",
    "HealthCheckInterval", "HealthCheckMethod",      "HealthCheckPath",    "HealthCheckProtocol",
    "HealthCheckTimeout",  "HealthyThreshold",       "UnhealthyThreshold", NULL
};

static bool template_apply(struct op *op, cJSON *body, struct error *err)
{
    const char *name = op_str(op, "HealthCheckTemplateName");
    json_copy_members(body, op->params, members);
    health_method(body);
    if (name)
        json_set_str(body, "HealthCheckTemplateName", name);
    return check_name(name, "HealthCheckTemplateName", err) && health_ok(body, err);
}

bool template_create(struct op *op, struct error *err)
{
    const char *group = NULL;
    cJSON *body = op_own(op, cJSON_CreateObject());
    health_defaults(body);
    if (!template_apply(op, body, err) || !tag_check(json_get(op->params, "Tag"), err)
        || !op_resource_group(op, &group, err) || !res_room(op, RES_TEMPLATE, QUOTA_TEMPLATES, err))
        return false;
    const char *id = op_new_id(op, "hct-");
    json_set_str(body, "HealthCheckTemplateId", id);
    json_set_str(body, "ResourceGroupId", group);
    struct res r = { .id = id,
                     .name = json_str(body, "HealthCheckTemplateName"),
                     .status = "Available",
                     .body = body };
    json_set_str(op->body, "HealthCheckTemplateId", id);
    return res_insert(op, RES_TEMPLATE, &r, err)
           && tag_put(op, RES_TEMPLATE, id, json_get(op->params, "Tag"), err);
}

bool template_update(struct op *op, struct error *err)
{
    struct res r;
    if (!res_need(op, RES_TEMPLATE, op_str(op, "HealthCheckTemplateId"), &r, err)
        || !template_apply(op, r.body, err))
        return false;
    r.name = json_str(r.body, "HealthCheckTemplateName");
    return res_update(op, &r, err);
}

bool template_delete(struct op *op, struct error *err)
{
    struct res r;
    const cJSON *id = NULL;
    cJSON_ArrayForEach (id, json_get(op->params, "HealthCheckTemplateIds")) {
        if (!res_need(op, RES_TEMPLATE, text_of(id), &r, err) || !life_remove(op, r.id, err))
            return false;
    }
    return true;
}

static bool template_print(struct op *op, const struct res *r, cJSON *out, struct error *err)
{
    json_move(out, r->body);
    health_print_members(out);
    return tag_print(op, r->id, out, err);
}

bool template_get(struct op *op, struct error *err)
{
    struct res r;
    return res_need(op, RES_TEMPLATE, op_str(op, "HealthCheckTemplateId"), &r, err)
           && template_print(op, &r, op->body, err);
}

bool template_list(struct op *op, struct error *err)
{
    struct list list = {
        .kind = RES_TEMPLATE,
        .ids = op_list(op, "HealthCheckTemplateIds"),
        .names = op_list(op, "HealthCheckTemplateNames"),
        .tags = op_tags(op),
        .fields = op_fields(op, "ResourceGroupId"),
    };
    return page_resources(op, &list, "HealthCheckTemplates", template_print, err);
}

/* The group's health check becomes the template's, and is switched on. */
bool template_use(struct op *op, struct error *err)
{
    struct res r;
    struct res group;
    if (!res_need(op, RES_TEMPLATE, op_str(op, "HealthCheckTemplateId"), &r, err)
        || !res_need(op, RES_GROUP, op_str(op, "ServerGroupId"), &group, err))
        return false;
    if (!is_status(&group, "Available"))
        return refuse_status(err, "ServerGroup", group.id);
    cJSON *config = op_own(op, cJSON_CreateObject());
    json_set_bool(config, "HealthCheckEnabled", true);
    json_copy_members(config, r.body, members);
    json_set(group.body, "HealthCheckConfig", config);
    return res_update(op, &group, err) && res_pass(op, group.id, "Configuring", "Available", err)
           && job_start(op, RES_GROUP, group.id, err);
}
