/* nginx_priv.h - between nginx.c, nginx_value.c and nginx_edit.c. */
#pragma once

#include "alb-agent/nginx.h"
#include "translate_priv.h"

typedef LIST_OF(const char *) nginx_texts;

/* An Ingress while it is rewritten: trees live in the arena and are never deleted. */
struct nginx_edit {
    struct arena *a;
    const struct object *from;
    cJSON *body, *annotations, *spec;
    /* What is done to the rules when all annotations are read. */
    const char *rewrite;              /* the path that backends get, with groups as ${1}      */
    const char *vhost;                /* the host that backends get                           */
    const char *redirect;             /* a Redirect, JSON, instead of every backend           */
    nginx_texts added;                /* actions, JSON, before every forward                  */
    const char *app_root;             /* where "/" is sent                                    */
    nginx_texts allow, deny, aliases; /* ranges of addresses; more names of the hosts         */
    bool www;                         /* www.a.com is sent to a.com, or the other way round   */
};

struct nginx_row;
typedef void nginx_convert_fn(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                              struct nginx_note *note);

/* What becomes of an annotation in the best case; 'convert' may find that a value is worse. */
struct nginx_row {
    const char *name; /* below NGINX_PREFIX */
    enum nginx_verdict verdict;
    bool guards; /* when it is impossible: see struct nginx_note */
    nginx_convert_fn *convert;
    const char *becomes, *difference; /* see struct nginx_note */
};
extern const struct nginx_row nginx_rows[];
extern const size_t nginx_n_rows;

/* ---- nginx_value.c: one annotation each ---------------------------------------------------- */

nginx_convert_fn nginx_copy, nginx_canary_header, nginx_canary_cookie, nginx_canary_weight,
    nginx_rewrite, nginx_protocol, nginx_cors, nginx_cors_age, nginx_ssl_redirect, nginx_force_ssl,
    nginx_redirect, nginx_app_root, nginx_rps, nginx_rpm, nginx_affinity, nginx_cookie_age,
    nginx_hash_by, nginx_balance, nginx_prefix, nginx_vhost, nginx_allow, nginx_deny, nginx_alias,
    nginx_www, nginx_no_change;

/* ---- nginx_edit.c ---------------------------------------------------------------------------- */

/* A copy that only has what a manifest has, without annotations of nginx. */
void nginx_edit_begin(struct nginx_edit *e, struct arena *a, const struct object *from);
/* The value of an annotation of nginx, or NULL. */
const char *nginx_value(const struct nginx_edit *e, const char *name);
/* Sets an annotation of ours, unless the Ingress has it. */
void nginx_set(struct nginx_edit *e, const char *name, const char *value);
/* Does the Ingress have TLS; has each of its hosts? */
bool nginx_has_tls(const struct nginx_edit *e);
bool nginx_all_tls(const struct nginx_edit *e);
/* The text as JSON, in quotes. */
const char *nginx_quote(const struct nginx_edit *e, const char *text);
/* Makes the rules what the members of 'e' ask for, and the defaults those of nginx. */
void nginx_edit_finish(struct nginx_edit *e);
