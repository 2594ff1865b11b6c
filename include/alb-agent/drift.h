/* drift.h - what is done about differences that nobody of ours made (design.md §4). */
#pragma once

/* For a class of findings without a verdict. */
enum drift_policy {
    DRIFT_CORRECT, /* it is corrected                                                    */
    DRIFT_REPORT,  /* it is shown and left                                               */
    DRIFT_ASK,     /* it is shown and left until a person confirmed it                   */
};
