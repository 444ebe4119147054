/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any words as the command line of any command: read or refused with a sentence, never a crash.
 * The first byte chooses the command, line ends part the words. The same bytes as a paragraph:
 * broken into lines nothing is lost but blanks.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/wrap.h"
#include "src/cli/options.h"
#include "src/cli/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(const struct command *command, char *words, size_t size)
{
    enum { WORDS_MAX = 64 };
    static char name[] = "yoake";
    char *argv[WORDS_MAX + 1] = {name};
    int argc = 1;
    for (size_t at = 0; at < size && argc < WORDS_MAX; at += strlen(words + at) + 1) {
        argv[argc++] = words + at;
    }
    argv[argc] = NULL;
    struct options *options = NULL;
    struct failure why = {.code = YK_OK};
    enum yk_status status = options_parse(command, argc, argv, &options, &why);
    if (status == YK_OK ? options == NULL : why.code != status || why.text[0] == '\0') {
        abort();
    }
    options_free(options);
}

static size_t solid(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++) {
        n += *text != ' ' && *text != '\n';
    }
    return n;
}

static void wrap(const char *words, size_t size)
{
    struct text out;
    text_init(&out);
    text_add_wrapped(&out, words, 0, (int)(size % 7), (int)(10 + size % 80));
    if (solid(words) != solid(text_string(&out))) {
        abort();
    }
    text_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 4096) {
        return 0;
    }
    char *words = calloc(size, 1);
    if (words == NULL) {
        return 0;
    }
    memcpy(words, data + 1, size - 1);
    wrap(words, size);
    for (size_t i = 0; i + 1 < size; i++) {
        words[i] = (char)(words[i] == '\n' ? '\0' : words[i]);
    }
    parse(command_at(data[0] % command_count()), words, size - 1);
    free(words);
    return 0;
}
