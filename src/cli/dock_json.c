/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events as JSON. Keys are fixed; more may be added (docs/devices/dock-events.md). Unknown is
 * null. Sentences are English in every language: programs and logs read them.
 */
#include "src/cli/dock_json.h"

#include "src/cli/dock_view.h"

static void add_look(struct json_out *json, const struct quick_look *look,
                     const struct zone *utc)
{
    json_out_object(json, "look");
    json_out_bool(json, "preview", look->is_preview);
    json_out_integer(json, "nights", (int64_t)look->n_nights);
    json_out_integer(json, "nights_worn", (int64_t)look->n_worn);
    json_out_integer(json, "nights_counted", (int64_t)look->n_counted);
    json_out_integer(json, "gaps", (int64_t)look->n_gaps);
    json_out_rounded(json, "longest_gap_s", look->longest_gap_s, 1);
    json_out_time(json, "longest_gap_start", utc, look->longest_gap_ns, 0);
    json_out_rounded(json, "nonwear_min", look->nonwear_min, 1);
    json_out_array(json, "flat_axes");
    for (unsigned a = 0; a < 3; a++) {
        if ((look->flat_axes & (1u << a)) != 0) {
            json_out_text(json, NULL, &"x\0y\0z"[2 * a]);
        }
    }
    json_out_end(json);
    json_out_rounded(json, "clipped_pct", look->clipped_pct, 3);
    json_out_rounded(json, "battery_first_v", look->battery_first_v, 3);
    json_out_rounded(json, "battery_last_v", look->battery_last_v, 3);
    json_out_rounded(json, "battery_min_v", look->battery_min_v, 3);
    json_out_time(json, "start", utc, look->start_ns, 0);
    json_out_time(json, "end", utc, look->end_ns, 0);
    json_out_bool(json, "clock_in_doubt", look->is_clock_in_doubt);
    json_out_bool(json, "began_late", look->began_late);
    json_out_bool(json, "ended_early", look->ended_early);
    json_out_end(json);
}

static void add_copy(struct json_out *json, const struct bay_view *bay)
{
    const struct download_counts *counts = &bay->counts;
    json_out_object(json, "copy");
    json_out_integer(json, "bytes", (int64_t)bay->bytes);
    json_out_integer(json, "resumed_from", (int64_t)bay->resumed_from);
    json_out_bool(json, "was_there", bay->was_there);
    json_out_bool(json, "verified", bay->is_verified);
    json_out_rounded(json, "seconds", bay->seconds, 3);
    json_out_integer(json, "sectors", (int64_t)counts->n_sectors);
    json_out_integer(json, "asked_again", (int64_t)counts->n_suspect);
    json_out_integer(json, "healed", (int64_t)counts->n_healed);
    json_out_integer(json, "not_healed", (int64_t)counts->n_not_healed);
    json_out_integer(json, "blank", (int64_t)counts->n_blank);
    json_out_integer(json, "unstable", (int64_t)counts->n_unstable);
    json_out_integer(json, "unreadable", (int64_t)counts->n_unreadable);
    json_out_integer(json, "breaks", (int64_t)counts->n_breaks);
    json_out_integer(json, "restarts", (int64_t)counts->n_restarts);
    json_out_integer(json, "foreign_session", (int64_t)counts->n_foreign);
    json_out_rounded(json, "review_after_s", bay->review_after_s, 3);
    json_out_end(json);
}

static void add_progress(struct json_out *json, const struct bay_view *bay)
{
    json_out_integer(json, "done_bytes", (int64_t)bay->done);
    json_out_integer(json, "total_bytes", (int64_t)bay->total);
    json_out_rounded(json, "bytes_per_s", bay->bytes_per_s, 0);
    json_out_rounded(json, "left_s", bay->left_s, 0);
}

/* Where the data is: "saved", "on_device" or "none". */
static const char *data_word(const struct bay_view *bay)
{
    if (bay->recording[0] != '\0' || bay->state == BAY_ATTENTION_SAFE) {
        return "saved";
    }
    return bay->message == DOCK_SAYS_nothing || bay->message == DOCK_SAYS_hand_over ||
                   bay->message == DOCK_SAYS_handed_over
               ? "none"
               : "on_device";
}

void dock_json_clock(struct json_out *json, const struct dock_clock *clock, bool is_known)
{
    json_out_known_integer(json, "clock_offset_ms", clock->offset_ms, is_known);
    json_out_known_integer(json, "clock_uncertainty_ms", clock->uncertainty_ms, is_known);
    if (is_known) {
        json_out_bool(json, "clock_reset", clock->is_reset);
    } else {
        json_out_null(json, "clock_reset");
    }
}

static void known(struct json_out *json, const char *key, int value)
{
    json_out_known_integer(json, key, value, value >= 0);
}

/* What the recorder says of itself. */
static void add_health(struct json_out *json, const struct dock_health *health)
{
    json_out_object(json, "health");
    known(json, "self_test", health->self_test);
    known(json, "memory_spare", health->memory_spare);
    known(json, "restarts", health->restarts);
    known(json, "battery_cycles", health->battery_cycles);
    json_out_bool(json, "locked", health->is_locked);
    json_out_bool(json, "ecc_off", health->ecc_off);
    json_out_rounded(json, "rate_hz", health->rate_hz, 2);
    json_out_known_text(json, "stop_reason", health->stop_reason);
    json_out_end(json);
}

static void add_bay(struct json_out *json, const struct dock_event *event,
                    const struct zone *utc)
{
    const struct bay_view *bay = event->bay;
    struct text sentence;
    text_init(&sentence);
    json_out_integer(json, "bay", (int64_t)bay->number);
    json_out_known_text(json, "place", bay->place);
    if (bay->file[0] != '\0') {
        json_out_text(json, "file", bay->file);
        json_out_time(json, "file_changed", utc, bay->file_changed_ns, 0);
    }
    json_out_known_text(json, "model", bay->model);
    json_out_known_text(json, "serial", bay->serial);
    json_out_bool(json, "present", bay->is_present);
    json_out_text(json, "state", bay_state_words(bay->state)->word);
    if (event->kind == DOCK_EVENT_PROGRESS) {
        add_progress(json, bay);
        text_release(&sentence);
        return;
    }
    bay_sentence(bay, LANGUAGE_EN, &sentence);
    json_out_text(json, "message", dock_message_word(bay->message));
    json_out_text(json, "text", text_string(&sentence));
    json_out_known_text(json, "detail", bay->detail);
    json_out_text(json, "data", data_word(bay));
    json_out_known_text(json, "firmware", bay->firmware);
    json_out_rounded(json, "battery_pct", bay->battery_pct, 0);
    dock_json_clock(json, &bay->clock, bay->clock.at_ns != 0);
    json_out_known_text(json, "person_id", bay->person);
    json_out_known_text(json, "recording_id", bay->recording);
    if (bay->has_health) {
        add_health(json, &bay->health);
    }
    if (bay->bytes > 0) {
        add_copy(json, bay);
    }
    if (bay->look.is_known) {
        add_look(json, &bay->look, utc);
    }
    text_release(&sentence);
}

void dock_json_check(struct json_out *json, const char *key, const struct checkup_item *item)
{
    json_out_object(json, key);
    json_out_text(json, "check", item->word);
    json_out_known_text(json, "subject", item->subject);
    json_out_text(json, "level", checkup_level_word(item->level));
    json_out_text(json, "text", item->says_en);
    json_out_known_text(json, "command", item->command);
    json_out_end(json);
}

enum yk_status dock_json_event(const struct dock_event *event, struct failure *why)
{
    struct zone *utc = NULL;
    struct json_out *json = json_out_new();
    enum yk_status status = zone_open("UTC", &utc, why);
    if (status == YK_OK) {
        json_out_object(json, NULL);
        json_out_text(json, "event", dock_event_word(event->kind));
        json_out_time(json, "at", utc, event->at_ns, 3);
        if (event->bay != NULL) {
            add_bay(json, event, utc);
        } else if (event->check != NULL) {
            dock_json_check(json, "check", event->check);
        } else if (event->totals != NULL) {
            json_out_integer(json, "recorders", (int64_t)event->totals->n_bays);
            json_out_integer(json, "saved", (int64_t)event->totals->n_saved);
            json_out_integer(json, "attention", (int64_t)event->totals->n_attention);
            json_out_integer(json, "not_saved", (int64_t)event->totals->n_unsaved);
        }
        json_out_end(json);
        status = json_out_write(json, stdout, false, why);
    }
    if (status == YK_OK) {
        fflush(stdout);
    }
    zone_close(utc);
    json_out_free(json);
    return status;
}
