/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * quality.csv of a batch: what became of every input, why, and what to do about it.
 */
#include "src/pipeline/batch_parts.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/export/tables.h"

/* Advice by what was said, the loss first; NULL: none of these. */
static const char *advice_by_words(const char *said)
{
    static const char again[] =
        "copy the file again from the recorder or from where it was packed";
    static const struct {
        const char *part, *advice;
    } known[] = {
        {"cut off", again},
        {"damaged", again},
        {"is empty (0 bytes)", again},
        {"an xz file", "unpack it first"},
        {"a zstd file", "unpack it first"},
        {"a bzip2 file", "unpack it first"},
        {"unpack it and", "unpack it first"},
        {"in a .ini", "describe it in a .ini beside it or leave it out"},
        {"overlaps", "check the clock and the number of the recorder"},
        {"session", "read another session with --session N"},
    };
    /* Behind this stands another recording's name, which may be any. */
    const char *overlap = strstr(said, "overlaps in time with");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *at = strstr(said, known[i].part);
        if (at != NULL && (overlap == NULL || at <= overlap)) {
            return known[i].advice;
        }
    }
    return NULL;
}

static const char *advice_for(const struct batch_input *input)
{
    static const char *const advice[] = {
        [YK_ERR_ARGUMENT] = "check the path, the zone and the options",
        [YK_ERR_MEMORY] = "close other programs or use fewer --jobs",
        [YK_ERR_IO] = "copy the file to a disk of this machine and try again",
        [YK_ERR_NO_DEVICE] = "check the path",
        [YK_ERR_BUSY] = "make the manifest anew",
        [YK_ERR_ACCESS] = "ask for permission to read the file",
        [YK_ERR_UNSUPPORTED] = "see yoake formats for what can be read",
        [YK_ERR_CORRUPT] = "copy the file from the recorder again and keep this one",
        [YK_ERR_TOO_LITTLE] = "check that the recorder was charged and started",
        [YK_ERR_CONFLICT] = "nothing; remove one of the two",
        [YK_ERR_STORE] = "choose another output folder",
    };
    size_t code = (size_t)input->code;
    if (input->state == BATCH_WAITING) {
        return "see the failed files, then run it again";
    }
    bool is_about_content = input->state == BATCH_DONE ||
                            (input->state == BATCH_FAILED && input->code == YK_ERR_UNSUPPORTED);
    const char *by_words = is_about_content ? advice_by_words(batch_input_said(input)) : NULL;
    if (by_words != NULL || input->state == BATCH_DONE) {
        return by_words != NULL ? by_words : "";
    }
    bool has = code < sizeof advice / sizeof *advice;
    return has && advice[code] != NULL ? advice[code] : "";
}

enum yk_status batch_add_quality(const struct batch *batch, struct table_file *out,
                                 struct failure *why)
{
    static const char *const word[] = {[BATCH_WAITING] = "skipped",
                                       [BATCH_DONE] = "done",
                                       [BATCH_EMPTY] = "empty",
                                       [BATCH_DUPLICATE] = "duplicate",
                                       [BATCH_FAILED] = "failed"};
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < batch->inputs.n && status == YK_OK; i++) {
        const struct batch_input *input = &batch->inputs.inputs[i];
        const char *reason = input->state == BATCH_WAITING ? "too many files had failed"
                                                           : batch_input_said(input);
        struct quality_row row = {.file = input->path,
                                  .recording_id = input->recording_id,
                                  .status = word[input->state],
                                  .reason = reason,
                                  .advice = advice_for(input),
                                  .sha256 = input->sha256,
                                  .format = input->format,
                                  .device_serial = input->device_serial,
                                  .days = input->days,
                                  .valid_nights = input->valid_nights,
                                  .gaps = input->gaps,
                                  .bad_blocks = input->bad_blocks};
        export_add_quality(&row, &out->rows);
        status = table_file_spill(out, why);
    }
    return status == YK_OK ? table_file_complete(out, why) : status;
}

static int by_recorder(const void *a, const void *b)
{
    const struct batch_input *x = *(struct batch_input *const *)a;
    const struct batch_input *y = *(struct batch_input *const *)b;
    int order = strcmp(x->device_serial, y->device_serial);
    if (order != 0) {
        return order;
    }
    if (x->start_ns != y->start_ns) {
        return x->start_ns < y->start_ns ? -1 : 1;
    }
    return strcmp(x->path, y->path);
}

/* A recorder without a number of its own may overlap with very many: some are named. */
static void add_note(struct batch_input *input, const struct batch_input *other)
{
    enum { ENOUGH = 160 };
    const char *said = batch_input_said(input);
    struct text note;
    input->overlaps = true;
    if (strlen(said) > ENOUGH) {
        return;
    }
    text_init(&note);
    text_addf(&note, "%s%s", said, said[0] != '\0' ? "; " : "");
    text_addf(&note, "overlaps in time with %s of the same recorder", other->recording_id);
    batch_input_note(input, text_string(&note));
    text_release(&note);
}

/* One recorder cannot be in two places: one of the two clocks, or one of the two numbers, is
 * wrong. Both stay in the tables; quality.csv says so. */
enum yk_status batch_note_overlaps(struct batch *batch, struct failure *why)
{
    struct batch_input **order = mem_alloc(batch->inputs.n, sizeof(struct batch_input *));
    size_t n = 0;
    if (order == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory for %zu recordings",
                           batch->inputs.n);
    }
    for (size_t i = 0; i < batch->inputs.n; i++) {
        struct batch_input *input = &batch->inputs.inputs[i];
        if (input->state == BATCH_DONE && input->device_serial[0] != '\0' &&
            input->start_ns != TIME_UNKNOWN && input->end_ns != TIME_UNKNOWN) {
            order[n++] = input;
        }
    }
    if (n > 1) {
        qsort(order, n, sizeof(struct batch_input *), by_recorder);
    }
    for (size_t i = 1, longest = 0; i < n; i++) {
        struct batch_input *before = order[longest], *now = order[i];
        bool is_same = strcmp(before->device_serial, now->device_serial) == 0;
        if (is_same && now->start_ns < before->end_ns) {
            add_note(before, now);
            add_note(now, before);
        }
        longest = !is_same || now->end_ns > before->end_ns ? i : longest;
    }
    mem_free(order);
    return YK_OK;
}
