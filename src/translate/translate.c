/* translate.c - all at once: the same pieces as with a translator, made once. */
#include "alb-agent/translate.h"

#include "cell_priv.h"

void translate(struct arena *a, const struct translate_in *in, struct translate_out *out)
{
    struct translator tr = { .in = *in, .once = a };
    translator_run(&tr);
    translator_whole(&tr, a, out);
    translator_done(&tr);
}
