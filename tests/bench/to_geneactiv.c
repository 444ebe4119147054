/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The samples of a recording as a GENEActiv file, so that reading both can be compared.
 *
 *   usage: to_geneactiv ZONE IN OUT
 *
 * Only the samples are the same: pages follow each other without gaps at the nominal rate, and
 * values are cut to what 12 bits at 1/256 g hold (all that an AX3 at +-8 g records).
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/format.h"
#include "tests/support/geneactiv_build.h"

struct writer {
    FILE *out;
    struct geneactiv_build_page page;
    char text[GENEACTIV_BUILD_PAGE];
    int64_t page_ns;
};

static void add(struct writer *self, const struct sample_block *block)
{
    for (uint32_t i = 0; i < block->n; i++) {
        struct geneactiv_build_page *page = &self->page;
        for (int a = 0; a < 3; a++) {
            double raw = nearbyint((double)block->acc_g[a][i] * 256);
            raw = raw < -2048 ? -2048 : raw > 2047 ? 2047 : raw;
            page->axis[a][page->n] = (int16_t)raw;
        }
        page->light[page->n] = (uint16_t)((uint32_t)block->light & 1023);
        if (++page->n == 300) {
            fwrite(self->text, 1, geneactiv_build_page(page, self->text), self->out);
            page->n = 0;
            page->sequence++;
            page->wall_ns += self->page_ns;
        }
    }
}

static int convert(struct recording_source *source, const struct zone *zone, FILE *out)
{
    static struct writer self;
    struct sample_block block;
    struct failure why = {0};
    char frequency[16];
    snprintf(frequency, sizeof frequency, "%.1f", source->info.rate_hz);
    struct geneactiv_build_header header = {"1.1", frequency, "GMT +00:00", NULL,
                                            (int)(source->info.n_samples / 300)};
    self.out = out;
    self.page.frequency = frequency;
    self.page_ns = (int64_t)(300 * NS_PER_S / source->info.rate_hz);
    self.page.wall_ns =
        (source->info.start_ns / NS_PER_S + zone_offset_s(zone, source->info.start_ns)) *
        NS_PER_S;
    fwrite(self.text, 1, geneactiv_build_header(&header, self.text), out);
    if (sample_block_init(&block, false, &why) != YK_OK) {
        return 1;
    }
    while (source->ops->next_samples(source, &block, &why) == YK_OK) {
        add(&self, &block);
    }
    sample_block_release(&block);
    return 0;
}

int main(int argc, char **argv)
{
    struct zone *zone = NULL;
    struct recording_source *source = NULL;
    struct failure why = {0};
    struct open_options opt = {.zone = NULL};
    FILE *out = argc == 4 ? fopen(argv[3], "wb") : NULL;
    if (out == NULL) {
        fprintf(stderr, "usage: to_geneactiv ZONE IN OUT\n");
        return 2;
    }
    int code = 1;
    if (zone_open(argv[1], &zone, &why) == YK_OK) {
        opt.zone = zone;
        if (recording_open(argv[2], &opt, &source, &why) == YK_OK) {
            code = convert(source, zone, out);
        }
    }
    if (why.text[0] != '\0') {
        fprintf(stderr, "%s\n", why.text);
    }
    recording_source_close(source);
    zone_close(zone);
    return fclose(out) == 0 ? code : 1;
}
