/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The start of a GENEActiv recording, see geneactiv_start.h. A page that the sequence numbers
 * place k pages behind the first says that the first began k pages before its own time.
 */
#include "firmware-formats/geneactiv_start.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/geneactiv_page.h"
#include "src/base/clock.h"

/* Devices begin up to some seconds after the start they were set up for. */
#define STATED_NS NS_PER_MIN

/* ---- where ---- */

static const uint8_t *first_title(const uint8_t *at, size_t n)
{
    const size_t title = strlen(GENEACTIV_PAGE_TITLE);
    const uint8_t *found = geneactiv_page_find(at, n), *first = found, *end = at + n;
    while (found != NULL && (found == at || found[-1] != '\n' || found + title == end ||
                             (found[title] != '\r' && found[title] != '\n'))) {
        found = geneactiv_page_find(found + 1, (size_t)(end - found) - 1);
    }
    return found != NULL ? found : first;
}

/* Where the header's part begins that holds no notes; its begin when that is not there. */
static size_t behind_notes(const uint8_t *at, size_t n)
{
    static const char part[] = "\nCalibration Data";
    const uint8_t *found = memmem(at, n, part, strlen(part));
    return found != NULL ? (size_t)(found - at) : 0;
}

const uint8_t *geneactiv_start_find(const uint8_t *at, size_t n)
{
    const size_t notes = behind_notes(at, n);
    at += notes;
    n -= notes;
    const uint8_t *title = first_title(at, n),
                  *untitled = geneactiv_page_find_untitled(
                      at, title != NULL ? (size_t)(title - at) : n);
    return untitled != NULL ? untitled : title;
}

/* ---- how fast ---- */

bool geneactiv_is_same_rate(double a_hz, double b_hz)
{
    const double tenths = GENEACTIV_PAGE_SAMPLES * 10.0;
    return a_hz > 0 && b_hz > 0 && round(tenths / a_hz) == round(tenths / b_hz);
}

double geneactiv_start_rate(const uint8_t *at, size_t n, double stated_hz)
{
    double said[GENEACTIV_START_PAGES + 1u], best = stated_hz;
    size_t count = 0, most = 0;
    const uint8_t *end = at + n, *title = geneactiv_page_find(at, n);
    while (title != NULL && count < GENEACTIV_START_PAGES) {
        struct geneactiv_page page;
        geneactiv_page_parse(title, (size_t)(end - title), &page);
        if (!isnan(page.rate_hz)) {
            said[count++] = page.rate_hz;
        }
        title = geneactiv_page_find(title + 1, (size_t)(end - title) - 1);
    }
    said[count++] = stated_hz;
    for (size_t i = 0; i < count; i++) {
        size_t votes = 1;
        for (size_t k = 0; k < count; k++) {
            votes += k != i && geneactiv_is_same_rate(said[i], said[k]) ? 1u : 0u;
        }
        if (votes > most) {
            most = votes;
            best = said[i];
        }
    }
    return best;
}

/* ---- when ---- */

struct witnesses {
    int64_t own_ns;                               /* the first page's time; TIME_UNKNOWN */
    int64_t start_ns[GENEACTIV_START_PAGES - 1u]; /* the start, as the pages behind it say */
    size_t n;
};

/* Pages count while their sequence numbers follow the first one's without a gap. */
static void hear(const uint8_t *at, size_t n, int64_t page_ns, struct witnesses *out)
{
    struct geneactiv_page page;
    const uint8_t *end = at + n, *title = geneactiv_page_find(at, n);
    *out = (struct witnesses){.own_ns = TIME_UNKNOWN};
    if (title == NULL ||
        geneactiv_page_parse(title, (size_t)(end - title), &page) != GENEACTIV_PAGE ||
        page.sequence < 0) {
        return;
    }
    const int64_t first = page.sequence;
    out->own_ns = page.wall_ns;
    for (int64_t k = 1; k < (int64_t)GENEACTIV_START_PAGES; k++) {
        const uint8_t *behind = title + page.digits_at;
        title = geneactiv_page_find(behind, (size_t)(end - behind));
        if (title == NULL ||
            geneactiv_page_parse(title, (size_t)(end - title), &page) != GENEACTIV_PAGE ||
            page.sequence != first + k) {
            return;
        }
        if (page.wall_ns != TIME_UNKNOWN) {
            out->start_ns[out->n++] = page.wall_ns - k * page_ns;
        }
    }
}

static bool is_stated(int64_t t_ns, int64_t stated_ns)
{
    return t_ns != TIME_UNKNOWN && stated_ns != TIME_UNKNOWN &&
           llabs(t_ns - stated_ns) <= STATED_NS;
}

/* How many pages say about this; *latest_ns: the latest of them, because page times are cut to
 * whole or half seconds. */
static size_t count_near(const struct witnesses *from, int64_t t_ns, int64_t *latest_ns)
{
    size_t near = 0;
    *latest_ns = t_ns;
    for (size_t i = 0; i < from->n; i++) {
        if (geneactiv_is_near(from->start_ns[i], t_ns)) {
            near++;
            *latest_ns = from->start_ns[i] > *latest_ns ? from->start_ns[i] : *latest_ns;
        }
    }
    return near;
}

int64_t geneactiv_start_agreed(const uint8_t *at, size_t n, int64_t page_ns, int64_t stated_ns)
{
    struct witnesses all;
    int64_t agreed_ns = TIME_UNKNOWN, latest_ns;
    hear(at, n, page_ns, &all);
    size_t most = all.own_ns != TIME_UNKNOWN ? 1 : 0; /* one against another tells nothing */
    if (all.own_ns != TIME_UNKNOWN && count_near(&all, all.own_ns, &latest_ns) > 0) {
        return TIME_UNKNOWN;
    }
    /* The header's start speaks where it is near the one and not near the other. */
    const bool is_own = is_stated(all.own_ns, stated_ns);
    for (size_t i = 0; i < all.n; i++) {
        const bool is_this = is_stated(all.start_ns[i], stated_ns);
        const size_t votes =
            count_near(&all, all.start_ns[i], &latest_ns) + (is_this && !is_own ? 1u : 0u);
        if (votes > most && (is_this || !is_own)) {
            most = votes;
            agreed_ns = latest_ns;
        }
    }
    return agreed_ns;
}
