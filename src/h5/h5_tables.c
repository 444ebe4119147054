/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The columns of a recording's HDF5 file. Times are UTC nanoseconds; INT64_MIN means unknown,
 * as NaN does for real numbers. Bits of `exclude` are those of src/model/night.h and day.h.
 */
#include "src/h5/h5_tables.h"

#include "src/model/analysis.h"

#define UTC_NS "ns since 1970-01-01 UTC"

/* Words of the enums. The model's functions take the enum; a table needs an int and an end. */
#define WORD(name, enumeration, first, last, of)                                               \
    static const char *name(int value)                                                         \
    {                                                                                          \
        return value >= (first) && value <= (last) ? of((enum enumeration)value) : NULL;       \
    }
WORD(event_word, read_event_kind, READ_EVENT_GAP, READ_EVENT_NOTE, read_event_word)
WORD(count_kind_word, count_kind, 0, COUNT_KIND_COUNT - 1, count_kind_name)
WORD(clock_state_word, clock_map_state, CLOCK_MAP_NONE, CLOCK_MAP_APPLIED, clock_map_word)
WORD(source_word, rest_source, REST_NONE, REST_RECORDER, rest_source_word)
WORD(kind_word, rest_kind, REST_KIND_MAIN, REST_KIND_BED, rest_kind_word)
WORD(outcome_word, calibration_outcome, CALIBRATION_NONE, CALIBRATION_WORSE,
     calibration_outcome_word)
#undef WORD

/* What is plotted has a dataset for each column, the rest one for the table. */
#define AS_TABLE(table, path, type, fields, is_records, text)                                  \
    const struct h5_table table = {path,                                                       \
                                   text,                                                       \
                                   sizeof(struct type),                                        \
                                   fields,                                                     \
                                   sizeof(fields) / sizeof *(fields),                          \
                                   is_records};
#define COLUMNS(table, path, type, fields, text)                                               \
    AS_TABLE(table, path, type, fields, false, text)
#define RECORDS(table, path, type, fields, text) AS_TABLE(table, path, type, fields, true, text)

/* ---- what was recorded ---- */

#define F(member, unit, description)                                                           \
    H5_FIELD_AS(#member, recording_info, member, unit, description)
static const struct h5_field recording_fields[] = {
    F(format, NULL, "id of the file format"),
    F(device_model, NULL, "device model"),
    F(device_serial, NULL, "device serial number"),
    F(firmware, NULL, "firmware of the device"),
    F(session_id, NULL, "session the device was set up for"),
    F(person_id, NULL, "code in the file's own header"),
    F(body_site, NULL, "where it was worn, by the file's header"),
    F(sensor_axes, NULL, "sensor axes"),
    F(rate_hz, "Hz", "nominal sampling rate"),
    F(range_g, "g", "range of the accelerometer"),
    F(steps_per_g, "1/g", "steps of the recorded values, where they are whole ones"),
    F(gyro_range_dps, "deg/s", "range of the gyroscope"),
    F(start_ns, UTC_NS, "first sample or epoch"),
    F(end_ns, UTC_NS, "end of the last sample or epoch"),
    F(configured_start_ns, UTC_NS, "planned start"),
    F(configured_stop_ns, UTC_NS, "planned stop"),
    F(n_samples, "samples", "samples in the file; -1 unknown"),
    F(epoch_s, "s", "epoch of a count file; 0 for samples"),
    F(channels, NULL, "channels of a count file"),
    H5_FIELD_ENUM("count_kind", recording_info, count_kind, NULL, count_kind_word,
                  "whose activity counts they are"),
    F(zone, NULL, "zone of the device's wall clock"),
    F(zone_is_guess, NULL, "1: the zone was assumed"),
    F(clock_is_in_doubt, NULL, "1: the device's clock was set while recording, or never"),
    H5_FIELD_ENUM("clock_correction", recording_info, clock.state, NULL, clock_state_word,
                  "applied: all times are corrected by the two readings; else they are the "
                  "device's own"),
    H5_FIELD_AS("clock_drift_ppm", recording_info, clock.drift_ppm, "ppm",
                "what the device's clock gains"),
    H5_FIELD_AS("clock_issue_at_ns", recording_info, clock.issue.at_ns, UTC_NS,
                "PC time of the reading at issue"),
    H5_FIELD_AS("clock_issue_offset_ms", recording_info, clock.issue.offset_ms, "ms",
                "device minus PC at issue"),
    H5_FIELD_AS("clock_issue_uncertainty_ms", recording_info, clock.issue.uncertainty_ms, "ms",
                "the true offset is within this"),
    H5_FIELD_AS("clock_return_at_ns", recording_info, clock.back.at_ns, UTC_NS,
                "PC time of the reading at return"),
    H5_FIELD_AS("clock_return_offset_ms", recording_info, clock.back.offset_ms, "ms",
                "device minus PC at return"),
    H5_FIELD_AS("clock_return_uncertainty_ms", recording_info, clock.back.uncertainty_ms, "ms",
                "the true offset is within this"),
    F(device_start_ns, UTC_NS, "first sample by the device's own clock, when corrected"),
    F(device_end_ns, UTC_NS, "end by the device's own clock, when corrected"),
};
#undef F
RECORDS(h5_table_recording, "/recording", recording_info, recording_fields,
        "what the recording is; one row")

#define F(member, unit, description)                                                           \
    H5_FIELD_AS(#member, read_report, member, unit, description)
#define AXES(member, unit, description)                                                        \
    H5_FIELD_AS(#member "_x", read_report, member[0], unit, description),                      \
        H5_FIELD_AS(#member "_y", read_report, member[1], unit, description),                  \
        H5_FIELD_AS(#member "_z", read_report, member[2], unit, description)
#define RANGE(member, unit, description)                                                       \
    H5_FIELD_AS(#member "_first", read_report, member.first, unit, description ", first"),     \
        H5_FIELD_AS(#member "_last", read_report, member.last, unit, description ", last"),    \
        H5_FIELD_AS(#member "_min", read_report, member.min, unit, description ", lowest"),    \
        H5_FIELD_AS(#member "_max", read_report, member.max, unit, description ", highest")
static const struct h5_field report_fields[] = {
    F(blocks, "n", "blocks read"),
    F(bad_blocks, "n", "blocks skipped"),
    F(skipped_bytes, "bytes", "bytes not interpreted"),
    F(trailing_bytes, "bytes", "torn last block"),
    F(gaps, "n", "gaps"),
    F(restarts, "n", "new starts of logging"),
    F(clock_jumps, "n", "clock jumps"),
    F(sessions, "n", "sessions in the file"),
    F(buttons, "n", "button presses"),
    F(overflows, "n", "times the device lost samples"),
    F(gap_s, "s", "total length of gaps"),
    F(repaired_samples, "n", "samples put right"),
    F(clipped_samples, "n", "samples at the end of the range"),
    F(n_samples, "n", "samples read"),
    F(observed_rate_hz, "Hz", "sampling rate by the device's time stamps"),
    AXES(first_sample_g, "g", "first sample before calibration"),
    AXES(last_sample_g, "g", "last sample before calibration"),
    AXES(sum_g, "g", "sum of all samples before calibration"),
    RANGE(temperature_c, "degC", "device temperature"),
    RANGE(light, "raw", "light sensor"),
    RANGE(battery_v, "V", "battery voltage"),
};
#undef F
RECORDS(h5_table_report, "/report", read_report, report_fields, "what reading found; one row")

#define F(member, unit, description) H5_FIELD_AS(#member, read_event, member, unit, description)
static const struct h5_field event_fields[] = {
    H5_FIELD_ENUM("kind", read_event, kind, NULL, event_word, "what happened"),
    F(start_ns, UTC_NS, "start"),
    F(end_ns, UTC_NS, "end"),
    F(at, NULL, "sector or line; -1 unknown"),
    F(detail, NULL, "detail"),
};
#undef F
RECORDS(h5_table_event, "/events", read_event, event_fields,
        "events while reading, in file order")

#define F(member, unit, description)                                                           \
    H5_FIELD_AS(#member, calibration, member, unit, description)
#undef AXES
#define AXES(member, unit, description)                                                        \
    H5_FIELD_AS(#member "_x", calibration, member[0], unit, description),                      \
        H5_FIELD_AS(#member "_y", calibration, member[1], unit, description),                  \
        H5_FIELD_AS(#member "_z", calibration, member[2], unit, description)
static const struct h5_field calibration_fields[] = {
    H5_FIELD_ENUM("outcome", calibration, outcome, NULL, outcome_word, "how it ended"),
    AXES(scale, NULL, "scale"),
    AXES(offset_g, "g", "offset"),
    AXES(temperature_g_per_c, "g/degC", "temperature coefficient"),
    F(mean_temperature_c, "degC", "temperature the coefficients refer to"),
    F(error_before_mg, "mg", "mean | |v| - 1 g | over still windows, before"),
    F(error_after_mg, "mg", "the same, after"),
    F(n_windows, "n", "still windows used"),
    F(hours, "h", "data looked at"),
    F(iterations, "n", "iterations of the fit"),
    F(uses_temperature, NULL, "1: temperature enters"),
};
#undef F
#undef AXES
RECORDS(h5_table_calibration, "/calibration", calibration, calibration_fields,
        "x = scale * (raw + offset) + temperature * (T - mean_temperature); one row")

/* ---- what was found ---- */

#define F(member, unit, description) H5_FIELD_AS(#member, night, member, unit, description)
static const struct h5_field night_fields[] = {
    H5_FIELD_AS("night_date", night, evening, NULL, "date of the evening"),
    F(window_start_ns, UTC_NS, "start of the window that was searched"),
    F(window_end_ns, UTC_NS, "its end"),
    F(in_bed_ns, UTC_NS, "into bed"),
    F(lights_out_ns, UTC_NS, "lights out"),
    F(onset_ns, UTC_NS, "sleep onset"),
    F(wake_ns, UTC_NS, "final awakening"),
    F(out_of_bed_ns, UTC_NS, "out of bed"),
    H5_FIELD_ENUM("rest_source", night, rest_source, NULL, source_word,
                  "where the rest interval comes from"),
    F(sleep_method, NULL, "sleep method"),
    F(spt_min, "min", "sleep period time"),
    F(tst_min, "min", "total sleep time"),
    F(waso_min, "min", "wake after sleep onset"),
    F(sol_min, "min", "sleep onset latency, bed times known"),
    F(tib_min, "min", "time in bed, bed times known"),
    F(efficiency_pct, "%", "TST / TIB"),
    F(maintenance_pct, "%", "TST / SPT"),
    F(awakenings_n, "n", "awakenings"),
    F(daytime_rest_min, "min", "stillness outside the main sleep"),
    F(nonwear_in_spt_pct, "%", "nonwear in the sleep period"),
    F(nonwear_stillness_in_spt_pct, "%", "what a stillness rule alone would say"),
    F(invalid_pct, "%", "invalid share of the window"),
    F(sri_pair, NULL, "sleep regularity of this day against the next"),
    F(confidence, NULL, "0 to 1"),
    F(second_candidate_ns, UTC_NS, "start of another rest that could be the main one"),
    F(exclude, "bits", "why the night is not counted; 0 = counted"),
    F(is_edited, NULL, "1: changed by a person"),
    F(edit_reason, NULL, "why it was changed"),
    F(guider_onset_h, "h", "GGIR: start of the guider's window"),
    F(guider_wake_h, "h", "GGIR: its end"),
    F(cleaning_code, NULL, "GGIR: cleaningcode"),
    F(sib_in_n, "n", "GGIR: inactivity bouts inside"),
    F(sib_out_n, "n", "GGIR: inactivity bouts outside"),
    F(sib_out_min, "min", "GGIR: their length"),
    F(sib_out_15_min, "min", "GGIR: their length, those of 15 min and more"),
};
#undef F
COLUMNS(h5_table_night, "/nights", night, night_fields, "one row a night, by evening")

#define F(member, unit, description) H5_FIELD_AS(#member, rest, member, unit, description)
static const struct h5_field rest_fields[] = {
    F(start_ns, UTC_NS, "start"),
    F(end_ns, UTC_NS, "end (not included)"),
    H5_FIELD_ENUM("kind", rest, kind, NULL, kind_word, "kind of rest"),
    F(is_main, NULL, "1: the night's main sleep"),
    F(sleep_min, "min", "scored sleep inside"),
    H5_FIELD_ENUM("source", rest, source, NULL, source_word, "where it comes from"),
    F(confidence, NULL, "0 to 1"),
};
#undef F
RECORDS(h5_table_rest, "/rests", rest, rest_fields, "every rest interval, the main ones marked")

#define F(member, unit, description)                                                           \
    H5_FIELD_AS(#member, day_summary, member, unit, description)
static const struct h5_field day_fields[] = {
    F(date, NULL, "calendar day"),
    F(day_h, "h", "recorded hours"),
    F(valid_h, "h", "valid hours"),
    F(nonwear_min, "min", "not worn"),
    F(enmo_mean_mg, "mg", "mean ENMO"),
    F(mad_mean_mg, "mg", "mean MAD"),
    F(counts_sum, "counts", "sum of counts (vector magnitude)"),
    F(counts_x_sum, "counts", "sum of counts, x"),
    F(counts_y_sum, "counts", "sum of counts, y"),
    F(counts_z_sum, "counts", "sum of counts, z"),
    F(l5, NULL, "least active 5 h, mean (unit as in /person/unit)"),
    F(l5_h, "h", "its start on the clock"),
    F(m10, NULL, "most active 10 h, mean"),
    F(m10_h, "h", "its start on the clock"),
    F(ra, NULL, "relative amplitude"),
    F(inactive_min, "min", "inactive"),
    F(light_min, "min", "light activity"),
    F(moderate_min, "min", "moderate activity"),
    F(vigorous_min, "min", "vigorous activity"),
    F(mvpa_bout_min, "min", "moderate and more, in bouts"),
    F(light_mean, "raw", "mean of the light sensor"),
    F(temperature_mean_c, "degC", "mean device temperature"),
    F(exclude, "bits", "why the day is not counted; 0 = counted"),
};
#undef F
COLUMNS(h5_table_day, "/days", day_summary, day_fields, "one row a calendar day")

#define F(member, unit, description)                                                           \
    H5_FIELD_AS(#member, nonwear_bout, member, unit, description)
static const struct h5_field nonwear_fields[] = {
    F(start_ns, UTC_NS, "start"),
    F(end_ns, UTC_NS, "end (not included)"),
    F(is_stillness_only, NULL, "1: only the stillness rule says so"),
};
#undef F
RECORDS(h5_table_nonwear, "/nonwear", nonwear_bout, nonwear_fields, "when it was not worn")

#define F(member, unit, description)                                                           \
    H5_FIELD_AS(#member, analysis, rhythm.member, unit, description)
static const struct h5_field person_fields[] = {
    H5_FIELD_AS("person_id", analysis, person_id, NULL, "participant code"),
    H5_FIELD_AS("nights_valid_n", analysis, n_nights_valid, "n", "counted nights"),
    H5_FIELD_AS("days_valid_n", analysis, n_days_valid, "n", "counted days"),
    F(input, NULL, "what the rhythm was computed from: enmo or counts"),
    F(unit, NULL, "its unit"),
    F(activity_sum, NULL, "activity, sum"),
    F(activity_mean, NULL, "activity, mean"),
    F(sri, NULL, "sleep regularity index, -100 to 100"),
    F(is, NULL, "interdaily stability"),
    F(iv, NULL, "intradaily variability"),
    F(is_rest, NULL, "interdaily stability of the hourly share of rest (GGIR)"),
    F(iv_rest, NULL, "intradaily variability of the same"),
    F(is_mean, NULL, "ISm, mean over bins of 1 to 60 min"),
    F(iv_mean, NULL, "IVm, mean over bins of 1 to 60 min"),
    F(l5_day, NULL, "least active 5 h, mean of single days"),
    F(m10_day, NULL, "most active 10 h, mean of single days"),
    F(ra_day, NULL, "relative amplitude of those"),
    F(adat, NULL, "activity per day: counts, or mg times minutes"),
    F(cfi, NULL, "circadian function index"),
    F(l5, NULL, "least active 5 h of the average day"),
    F(l5_h, "h", "its start"),
    F(m10, NULL, "most active 10 h of the average day"),
    F(m10_h, "h", "its start"),
    F(ra, NULL, "relative amplitude"),
    F(mesor, NULL, "cosinor: mesor"),
    F(amplitude, NULL, "cosinor: amplitude"),
    F(acrophase_h, "h", "cosinor: acrophase"),
    F(cosinor_r2, NULL, "cosinor: R2"),
    F(cosinor_f, NULL, "cosinor: F"),
    F(cosinor_p_value, NULL, "cosinor: p of the zero-amplitude test"),
    F(log_mesor, NULL, "cosinor of ln(mg + 1): mesor"),
    F(log_amplitude, NULL, "the same: amplitude"),
    F(log_acrophase_h, "h", "the same: acrophase"),
    F(log_r2, NULL, "the same: R2"),
    F(ext_min, NULL, "extended cosinor: minimum"),
    F(ext_amplitude, NULL, "extended cosinor: amplitude"),
    F(ext_alpha, NULL, "extended cosinor: alpha"),
    F(ext_beta, NULL, "extended cosinor: beta"),
    F(ext_acrophase_h, "h", "extended cosinor: acrophase"),
    F(ext_up_h, "h", "extended cosinor: rise"),
    F(ext_down_h, "h", "extended cosinor: fall"),
    F(ext_mesor, NULL, "extended cosinor: mesor"),
    F(ext_f, NULL, "extended cosinor: pseudo-F"),
    F(ext_r2, NULL, "extended cosinor: R2"),
    F(kra, NULL, "transition from rest to activity"),
    F(kar, NULL, "transition from activity to rest"),
    F(phi, NULL, "autocorrelation at one epoch"),
    F(dfa_ssp, NULL, "self-similarity parameter"),
    F(dfa_abi, NULL, "activity balance index"),
    F(periodogram_period_h, "h", "period of the highest peak, 20 to 28 h"),
    F(periodogram_power, NULL, "its power"),
    F(chi2_period_h, "h", "chi-square periodogram: period"),
    F(chi2_q, NULL, "its Q"),
    F(intensity_gradient, NULL, "intensity gradient"),
    F(intensity_intercept, NULL, "its intercept"),
    F(intensity_r2, NULL, "its R2"),
    F(social_jetlag_h, "h", "weekend minus weekday mid-sleep"),
    F(composite_phase_deviation_h, "h", "composite phase deviation"),
};
#undef F
COLUMNS(h5_table_person, "/person", analysis, person_fields,
        "rest-activity rhythm over the whole recording; one row")

#define F(member, unit, description)                                                           \
    H5_FIELD_AS(#member "_mean", night_means, member.mean, unit, description ", mean"),        \
        H5_FIELD_AS(#member "_sd", night_means, member.sd, unit, description ", SD"),          \
        H5_FIELD_AS(#member "_n", night_means, member.n, "n", description ", nights")
static const struct h5_field means_fields[] = {
    F(onset_h, "h", "sleep onset"),        F(wake_h, "h", "final awakening"),
    F(midsleep_h, "h", "mid-sleep"),       F(spt_min, "min", "sleep period time"),
    F(tst_min, "min", "total sleep time"), F(waso_min, "min", "wake after sleep onset"),
};
#undef F
RECORDS(h5_table_means, "/person/nights", night_means, means_fields,
        "means over counted nights; rows: all, weekday, weekend")

/* ---- how it was found ---- */

#define NUMBER(name, def, ggir, low, high, unit, en, ja)                                       \
    H5_FIELD_AS(#name, parameters, name, unit, en),
#define CHOICE(name, def, ggir, words, en, ja)                                                 \
    H5_FIELD_ENUM(#name, parameters, name, words, NULL, en),
static const struct h5_field parameters_fields[] = {
#include "src/model/parameters.def"
};
#undef NUMBER
#undef CHOICE
RECORDS(h5_table_parameters, "/parameters", parameters, parameters_fields,
        "every parameter in force; one row")
