/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lists of checksums, see sums.h. Left out: sha256sum's marks for names with line ends, which
 * no file of a batch has.
 */
#include "src/pipeline/sums.h"

#include <string.h>

#include "src/base/byte_source.h"
#include "src/base/disk.h"
#include "src/base/mem.h"

static const char seal[] = "# sha256 ";
enum { HEX = DIGEST_HEX - 1, SEAL = sizeof seal - 1 };

void sums_add(struct text *lines, const char *hex, const char *name)
{
    text_addf(lines, "%s  %s\n", hex, name);
}

enum yk_status sums_add_file(struct text *lines, const char *folder, const char *name,
                             struct failure *why)
{
    struct text path;
    char hex[DIGEST_HEX];
    text_init(&path);
    enum yk_status status = disk_join(folder, name, &path, why);
    status = status == YK_OK ? digest_of_file(text_string(&path), hex, why) : status;
    if (status == YK_OK) {
        sums_add(lines, hex, name);
    }
    text_release(&path);
    return status;
}

enum yk_status sums_write(const char *path, struct text *lines, struct failure *why)
{
    char hex[DIGEST_HEX];
    digest_of_memory(text_string(lines), lines->length, hex);
    text_addf(lines, "%s%s\n", seal, hex);
    return disk_write_file(path, lines, true, why);
}

/* The lines before the seal, when that is right; n without it. */
static bool is_whole(const char *lines, size_t *n)
{
    enum { LAST = SEAL + HEX + 1 };
    char hex[DIGEST_HEX];
    if (*n < LAST || lines[*n - 1] != '\n' || memcmp(lines + *n - LAST, seal, SEAL) != 0) {
        return false;
    }
    digest_of_memory(lines, *n - LAST, hex);
    *n -= LAST;
    return memcmp(lines + *n + SEAL, hex, HEX) == 0;
}

enum yk_status sums_read(const char *path,
                         enum yk_status (*each)(void *user, const char *name, const char *hex,
                                                struct failure *why),
                         void *user, struct failure *why)
{
    struct byte_source *bytes = NULL;
    char *lines = NULL;
    enum yk_status status = file_source_open(path, &bytes, why);
    size_t n = status == YK_OK ? (size_t)bytes->size : 0;
    status = status == YK_OK ? byte_source_read_all(bytes, &lines, why) : status;
    byte_source_close(bytes);
    if (status == YK_OK && !is_whole(lines, &n)) {
        status = failure_set(why, YK_ERR_CORRUPT, "%s is not as it was written", path);
    }
    for (char *line = lines, *end; status == YK_OK && each != NULL && line < lines + n;
         line = end + 1) {
        end = memchr(line, '\n', (size_t)(lines + n - line));
        if (end == NULL || end - line < HEX + 3) {
            status = failure_set(why, YK_ERR_CORRUPT, "%s is not as it was written", path);
            break;
        }
        *end = '\0';
        line[HEX] = '\0';
        status = each(user, line + HEX + 2, line, why);
    }
    mem_free(lines);
    return status;
}
