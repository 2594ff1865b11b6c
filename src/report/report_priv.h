/* report_priv.h - shared by the reports. */
#pragma once

#include "alb-agent/report.h"

/* Colours come with words or signs, never alone. */
enum tone { TONE_GOOD, TONE_CHANGE, TONE_BAD, TONE_DIM };
void tone_begin(struct buf *b, const struct report_in *in, enum tone tone);
void tone_end(struct buf *b, const struct report_in *in);

/* The resource as its reader knows it: kind, and name or id where it has them. */
void add_title(struct buf *b, const struct resource *r);

/* "host a.com,b.com"; "redirect 301 to https://...". */
void describe_condition(struct buf *b, const struct alb_condition *c);
void describe_action(struct buf *b, const struct alb_rule_action *action);

cJSON *notes_json(const struct report_in *in);
cJSON *changes_json(const change_list *changes);
void add_text_changes(struct buf *b, const struct report_in *in, const change_list *changes,
                      const char *indent);
/* Prints and deletes 'doc'. */
void add_document(struct buf *b, const struct report_in *in, cJSON *doc);
/* A string member that is left out when there is none. */
void add_string(cJSON *obj, const char *name, const char *text);
