/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The progress bar: stage, share, speed, time left. The time left appears after two seconds,
 * when the speed means something.
 */
#include "src/cli/progress_bar.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/columns.h"
#include "src/base/wrap.h"

enum { BAR_WIDTH = 20, STAGE_WIDTH = 20 };

/* In English a stage goes by its key. */
static const char *stage_name(enum language language, const char *stage)
{
    static const struct {
        const char *stage, *ja;
    } table[] = {
        {"reading", "読み込み"},
        {"hashing", "指紋の計算"},
        {"unpacking", "展開"},
        {"calibrating", "校正"},
        {"epochs", "エポックの計算"},
        {"nonwear", "装着の判定"},
        {"sleep", "睡眠の推定"},
        {"rhythm", "リズムの計算"},
        {"writing", "書き出し"},
        {"copying", "写し"},
        {"verifying", "確認"},
        {"files", "ファイル"},
        {"simulating", "記録の作成"},
        {"comparing", "見くらべ"},
        {"archiving", "保管"},
        {"converting", "変換"},
        {"batch", "解析"},
        {"looking", "点検"},
        {"merging", "統合"},
        {"drawing", "作図"},
        {"export", "書き出し"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0] && language == LANGUAGE_JA; i++) {
        if (strcmp(table[i].stage, stage) == 0) {
            return table[i].ja;
        }
    }
    return stage;
}

static void add_speed(const struct progress *now, double per_s, struct text *out)
{
    if (now->unit != NULL && strcmp(now->unit, "bytes") == 0) {
        text_add_double(out, per_s / 1e6, per_s < 10e6 ? 1 : 0);
        text_add(out, " MB/s");
    }
}

static void add_left(double left_s, enum language language, struct text *out)
{
    long long s = (long long)(left_s + 0.5);
    text_add(out, language == LANGUAGE_JA ? "残り " : "left ");
    if (s >= 3600) {
        text_addf(out, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
    } else {
        text_addf(out, "%lld:%02lld", s / 60, s % 60);
    }
}

void progress_line(const struct progress *now, uint64_t from, double elapsed_s,
                   enum language language, int columns, struct text *out)
{
    struct text line;
    text_init(&line);
    const char *stage = stage_name(language, now->stage != NULL ? now->stage : "");
    text_add_padded(&line, stage, STAGE_WIDTH);
    double per_s =
        elapsed_s > 0.2 && now->done >= from ? (double)(now->done - from) / elapsed_s : 0;
    if (now->total > 0) {
        double share = (double)now->done / (double)now->total;
        share = share > 1 ? 1 : share;
        int full = (int)(share * BAR_WIDTH + 0.5);
        text_add(&line, " [");
        for (int i = 0; i < BAR_WIDTH; i++) {
            text_add_char(&line, i < full ? '#' : '.');
        }
        text_addf(&line, "] %3d%%", (int)(share * 100));
    } else {
        text_addf(&line, " %llu %s", (unsigned long long)now->done,
                  now->unit != NULL ? now->unit : "");
    }
    if (per_s > 0) {
        text_add(&line, "  ");
        add_speed(now, per_s, &line);
    }
    if (per_s > 0 && elapsed_s >= 2 && now->total > now->done) {
        text_add(&line, "  ");
        add_left((double)(now->total - now->done) / per_s, language, &line);
    }
    /* whole characters only, and the last column stays free so that the line cannot wrap */
    text_add_n(out, text_string(&line), columns_fit(text_string(&line), columns - 1));
    text_release(&line);
}

void progress_bar_init(struct progress_bar *self, enum language language)
{
    *self = (struct progress_bar){.language = language, .columns = 80};
    pthread_mutex_init(&self->lock, NULL);
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        self->columns = size.ws_col;
    }
}

void progress_bar_wipe(struct progress_bar *self)
{
    pthread_mutex_lock(&self->lock);
    if (self->is_drawn) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
        self->is_drawn = false;
    }
    pthread_mutex_unlock(&self->lock);
}

void progress_bar_draw(void *user, const struct progress *now)
{
    struct progress_bar *self = user;
    pthread_mutex_lock(&self->lock);
    int64_t ns = clock_monotonic_ns();
    bool is_new = self->stage == NULL || now->stage == NULL ||
                  strcmp(self->stage, now->stage) != 0 || now->done < self->stage_start_done;
    if (is_new) {
        self->stage = now->stage;
        self->stage_start_ns = ns;
        self->stage_start_done = now->done;
    }
    struct text line;
    text_init(&line);
    progress_line(now, self->stage_start_done, (double)(ns - self->stage_start_ns) / 1e9,
                  self->language, self->columns, &line);
    fprintf(stderr, "\r%s\033[K", text_string(&line));
    fflush(stderr);
    self->is_drawn = true;
    text_release(&line);
    pthread_mutex_unlock(&self->lock);
}
