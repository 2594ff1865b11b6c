/* fake_cloud.h - a cloud for tests of the front: it notes what it was asked and answers
 * what it was told to. */
#pragma once

#include "mock-server/cloud.h"

/* What cloud_open() gives; may as well be a variable of the test. */
struct cloud {
    /* Set by the test. */
    struct cloud_reply reply; /* its body is duplicated for each call            */
    int64_t job_at_ms;        /* cloud_run() reports "job-1" at this time; 0: none */
    const char *job_code;
    /* Set by the cloud. */
    int calls;
    int64_t called_at_ms;
    char product[16], action[64], region[32], request_id[40];
    cJSON *params; /* of the last call; the test's, cJSON_Delete */
};
