/* fuzz_recording.c - any text as a recording: it is read or refused, and what was read
 * answers its own calls.
 *
 * Every recorded call, put to the matcher in its order, is found exactly, by each way to
 * match that has not answered another one before. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "mock-server/record/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    (void)fprintf(stderr, "fuzz_recording: %s\n", what);
    abort();
}

static void play(const struct recording *r, enum replay_match match)
{
    struct matcher m CLEANUP(matcher_done) = { .match = match };
    enum match_kind kind;
    matcher_init(&m, r, match);
    for (size_t i = 0; i < r->calls.len; i++) {
        const struct recorded *found = matcher_find(&m, &r->calls.items[i].call, i + 1, &kind);
        must(found != NULL, "a recorded call is not found");
        if (match != REPLAY_FUZZY)
            must(kind == MATCH_EXACT, "a recorded call is not found exactly");
        if (found && found->json) {
            cJSON *copy = matcher_translate(&m, found->json);
            must(copy != NULL, "a reply is lost");
            cJSON_Delete(copy);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct recording r CLEANUP(recording_done) = { 0 };
    struct error err = { 0 };
    if (!recording_read(&r, (const char *)data, size, &err)) {
        must(err.kind == ERROR_INVALID && err.msg[0], "a refusal says nothing");
        return 0;
    }
    play(&r, REPLAY_STRICT);
    play(&r, REPLAY_KEY);
    play(&r, REPLAY_FUZZY);
    return 0;
}
