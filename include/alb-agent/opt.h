/* opt.h - scalars that may be absent.  All-zero memory is an absent one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct opt_int {
    int64_t val;
    bool set;
};
struct opt_num {
    double val;
    bool set;
};
struct opt_bool {
    bool val;
    bool set;
};
