/* settings_page.c - prints src/config/REFERENCE.md as it has to be. */
#include "settings.h"

#include <stdio.h>

int main(void)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    settings_write(&b);
    return fputs(buf_str(&b), stdout) < 0;
}
