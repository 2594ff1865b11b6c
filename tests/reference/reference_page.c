/* reference_page.c - prints src/translate/REFERENCE.md as it has to be. */
#include "page.h"

#include <stdio.h>

int main(void)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    page_write(&b);
    return fputs(buf_str(&b), stdout) < 0;
}
