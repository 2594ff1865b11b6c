/* replay_main.c - runs a fuzz target once over each file of its corpus, in order of their
 * names, where libFuzzer is not there to do it. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_INPUT = 1 << 20 };

static bool replay_file(const char *path)
{
    static uint8_t room[MAX_INPUT];
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    size_t size = fread(room, 1, sizeof room, file);
    (void)fclose(file);
    /* In memory of exactly that size, so that a sanitizer sees a read past its end. */
    uint8_t *data = malloc(size ? size : 1);
    if (!data)
        return false;
    memcpy(data, room, size);
    (void)LLVMFuzzerTestOneInput(data, size);
    free(data);
    return true;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* How many files were replayed, or -1. */
static int replay_folder(const char *folder)
{
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, visible, alphasort), done = 0;
    for (int i = 0; i < n; i++) {
        char path[4096];
        int len = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        bool ok = len > 0 && (size_t)len < sizeof path && replay_file(path);
        done = ok && done >= 0 ? done + 1 : -1;
        free(entries[i]);
    }
    free(entries);
    return n > 0 ? done : -1;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int n = replay_folder(argv[i]);
        if (n < 0) {
            (void)fprintf(stderr, "%s: no corpus, or one that cannot be read\n", argv[i]);
            return 1;
        }
        (void)printf("%s: %d inputs\n", argv[i], n);
    }
    return argc > 1 ? 0 : 1;
}
