/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The checks. A finding is filled by say(), which takes both languages at once so that none is
 * forgotten.
 */
#include "src/dock/checkup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/translate.h"
#include "src/base/zone.h"
#include "src/store/store.h"

#define DISK_GOOD_BYTES 3e9 /* a full AX6, twice its series, and air */
#define DISK_NEED_BYTES 7e8 /* one full AX3 and its series */
#define EARLIEST_YEAR 2024  /* this program is younger */
#define BUS_CROWDED 14u     /* recorders on one controller */
#define STUCK_WAIT_MS 15000
#define RELOAD                                                                                 \
    "sudo udevadm control --reload && sudo udevadm trigger --action=add "                      \
    "--attr-match=idVendor=04d8"
/* The heart of drivers/70-yoake.rules, for who has the program and not its sources. */
#define RULE                                                                                   \
    "echo 'SUBSYSTEM==\"usb\", ATTR{idVendor}==\"04d8\", ATTR{idProduct}==\"0057\", "          \
    "TAG+=\"uaccess\"' | sudo tee /etc/udev/rules.d/70-yoake.rules && " RELOAD

struct check_name {
    const char *word, *ja, *en;
};

static const struct check_name CLOCK = {"clock", "パソコンの時計", "this computer's clock"};
static const struct check_name ZONE = {"zone", "時間帯", "time zone"};
static const struct check_name STORE = {"store", "保管場所", "store"};
static const struct check_name DISK = {"disk_space", "ディスクの空き", "disk space"};
static const struct check_name BACKUP = {"backup", "バックアップ先", "backup folder"};
static const struct check_name SECOND = {"second_dock", "ほかの dock", "second dock"};
static const struct check_name USB = {"usb", "USB", "USB"};
static const struct check_name DEVICE = {"device", "記録計", "recorder"};
static const struct check_name CROWD = {"hub_power", "ハブと電源", "hub and power"};

const char *checkup_level_word(enum checkup_level level)
{
    static const char *const words[] = {"good", "note", "problem"};
    return words[level];
}

static void tell(struct checkup *self, struct checkup_item *item, const char *subject,
                 const char *command)
{
    snprintf(item->subject, sizeof item->subject, "%s", subject);
    snprintf(item->command, sizeof item->command, "%s", command);
    self->n_problems += item->level == CHECKUP_PROBLEM;
    self->n_notes += item->level == CHECKUP_NOTE;
    self->found(self->user, item);
}

/* One finding. ja and en are printf formats with the same arguments in the same order. */
static void say(struct checkup *self, const struct check_name *name, enum checkup_level level,
                const char *subject, const char *command, const char *ja, const char *en, ...)
    __attribute__((format(printf, 6, 8), format(printf, 7, 8)));

static void say(struct checkup *self, const struct check_name *name, enum checkup_level level,
                const char *subject, const char *command, const char *ja, const char *en, ...)
{
    struct checkup_item item = {
        .word = name->word, .ja = name->ja, .en = name->en, .level = level};
    va_list values;
    va_start(values, en);
    vsnprintf(item.says_ja, sizeof item.says_ja, ja, values);
    va_end(values);
    va_start(values, en);
    vsnprintf(item.says_en, sizeof item.says_en, en, values);
    va_end(values);
    tell(self, &item, subject, command);
}

/* A finding that is a failure's sentence: {0} of both patterns. */
static void say_failure(struct checkup *self, const struct check_name *name,
                        enum checkup_level level, const char *subject, const char *command,
                        const char *const pattern[static 2], const char *sentence)
{
    struct text ja, en;
    text_init(&ja);
    text_init(&en);
    text_add_sentence(&ja, LANGUAGE_JA, pattern[0], pattern[1], &sentence, 1);
    text_add_sentence(&en, LANGUAGE_EN, pattern[0], pattern[1], &sentence, 1);
    struct checkup_item item = {
        .word = name->word, .ja = name->ja, .en = name->en, .level = level};
    snprintf(item.says_ja, sizeof item.says_ja, "%s", text_string(&ja));
    snprintf(item.says_en, sizeof item.says_en, "%s", text_string(&en));
    text_release(&ja);
    text_release(&en);
    tell(self, &item, subject, command);
}

/* 'it'\''s': safe to paste into a shell. */
static void quote(const char *path, char *out, size_t room)
{
    struct text text;
    text_init(&text);
    text_add_char(&text, '\'');
    for (; *path != '\0'; path++) {
        if (*path == '\'') {
            text_add(&text, "'\\''");
        } else {
            text_add_char(&text, *path);
        }
    }
    text_add_char(&text, '\'');
    snprintf(out, room, "%s", text_string(&text));
    text_release(&text);
}

/* ---- surroundings ---- */

/* What this computer's clock is compared with. */
struct known_time {
    int64_t newest_ns; /* moment the store knows of; a clock before it is wrong */
    int64_t n_recordings;
};

static struct known_time known_time(struct store *store)
{
    struct known_time known = {.newest_ns = 0};
    db_integer(store->db,
               "SELECT max(t) FROM (SELECT max(archived_ns) AS t FROM recording UNION ALL "
               "SELECT max(at_ns) FROM audit)",
               0, &known.newest_ns, NULL);
    db_integer(store->db, "SELECT count(*) FROM recording", 0, &known.n_recordings, NULL);
    return known;
}

/* "2026-11-22 09:05", as a clock on the wall shows it. */
static void format_wall(const struct zone *zone, int64_t ns, char out[static 32])
{
    struct civil_time civil = zone != NULL ? zone_civil(zone, ns) : civil_time_of_utc_ns(ns);
    char date[16];
    civil_format(civil.date, date);
    snprintf(out, 32, "%s %02d:%02d", date, civil.second_of_day / 3600,
             civil.second_of_day / 60 % 60);
}

static void check_clock(struct checkup *self, const struct zone *zone,
                        const struct known_time *known)
{
    static const char mend[] = "sudo timedatectl set-ntp true";
    int64_t now = self->now_ns != 0 ? self->now_ns : clock_now_utc_ns();
    char shows[32], newest[32];
    format_wall(zone, now, shows);
    format_wall(zone, known->newest_ns, newest);
    if (now < known->newest_ns - NS_PER_H) {
        say(self, &CLOCK, CHECKUP_PROBLEM, "", mend,
            "%s を指していますが、保管場所には %s "
            "に書かれたものがあります。時計を合わせてください",
            "shows %s, but the store has an entry of %s: set it right", shows, newest);
    } else if (civil_time_of_utc_ns(now).date.year < EARLIEST_YEAR) {
        say(self, &CLOCK, CHECKUP_PROBLEM, "", mend,
            "%s を指しています。%d年より前のはずはありません。時計を合わせてください",
            "shows %s, which cannot be before %d: set it right", shows, EARLIEST_YEAR);
    } else if (known->n_recordings == 0) {
        say(self, &CLOCK, CHECKUP_GOOD, "", "",
            "%s。比べられる記録がないので、合っているか見てください",
            "%s; there is no recording to compare it with: see whether it is right", shows);
    } else {
        say(self, &CLOCK, CHECKUP_GOOD, "", "", "%s、おかしくありません", "%s, plausible",
            shows);
    }
}

/* The zone that recordings are read in; *is_known: not only UTC for want of another. NULL: no
 * such zone. */
static struct zone *open_zone(const struct checkup *self, const struct store *store,
                              bool *is_known)
{
    struct zone *zone = NULL;
    bool is_guess = false;
    const char *name = self->zone_name != NULL                   ? self->zone_name
                       : store != NULL && store->zone[0] != '\0' ? store->zone
                                                                 : NULL;
    enum yk_status status =
        name != NULL ? zone_open(name, &zone, NULL) : zone_open_system(&zone, &is_guess, NULL);
    *is_known = status == YK_OK && !is_guess;
    return zone;
}

static void say_zone(struct checkup *self, const struct zone *zone, bool is_known)
{
    if (!is_known) {
        say(self, &ZONE, CHECKUP_NOTE, "", "yoake init --zone Asia/Tokyo",
            "わからないので%sとします", "not known, taken as %s", "UTC");
    } else {
        say(self, &ZONE, CHECKUP_GOOD, "", "", "%s", "%s", zone_name(zone));
    }
}

static void check_disk(struct checkup *self)
{
    struct statvfs disk;
    char command[500] = "df -h ";
    if (statvfs(self->store_folder, &disk) != 0) {
        return; /* no store: said already */
    }
    quote(self->store_folder, command + 6, sizeof command - 6);
    double free_bytes = (double)disk.f_bavail * (double)disk.f_frsize;
    if (free_bytes < DISK_GOOD_BYTES) {
        bool is_bad = free_bytes < DISK_NEED_BYTES;
        say(self, &DISK, is_bad ? CHECKUP_PROBLEM : CHECKUP_NOTE, self->store_folder, command,
            "空きは %.1f GB です。いっぱいの記録計1台には %.1f GB 要ります",
            "%.1f GB free; one full recorder takes %.1f GB", free_bytes / 1e9,
            DISK_NEED_BYTES / 1e9);
    } else {
        say(self, &DISK, CHECKUP_GOOD, self->store_folder, "", "空き %.0f GB", "%.0f GB free",
            free_bytes / 1e9);
    }
}

static void check_backup(struct checkup *self)
{
    char folder[400], command[600];
    if (self->backup_folder == NULL) {
        return;
    }
    quote(self->backup_folder, folder, sizeof folder);
    snprintf(command, sizeof command, "ls -ld %s", folder);
    if (access(self->backup_folder, W_OK | X_OK) != 0 || !disk_is_folder(self->backup_folder)) {
        say(self, &BACKUP, CHECKUP_PROBLEM, self->backup_folder, command,
            "%s に書けません。外付けディスクはつながっていますか",
            "%s cannot be written: is the disk attached?", self->backup_folder);
    } else {
        say(self, &BACKUP, CHECKUP_GOOD, self->backup_folder, "", "%s", "%s",
            self->backup_folder);
    }
}

void checkup_surroundings(struct checkup *self)
{
    struct store store = {.db = NULL};
    struct failure why;
    char folder[400], command[600];
    struct known_time known = {.newest_ns = 0};
    bool is_zone_known = false;
    enum yk_status status = store_open(self->store_folder, STORE_READ, &store, &why);
    quote(self->store_folder, folder, sizeof folder);
    if (status == YK_OK) {
        known = known_time(&store);
        if (access(self->store_folder, W_OK | X_OK) != 0) {
            snprintf(command, sizeof command, "sudo chown -R \"$USER\" %s", folder);
            say(self, &STORE, CHECKUP_PROBLEM, self->store_folder, command, "%s に書けません",
                "%s cannot be written", self->store_folder);
        } else {
            say(self, &STORE, CHECKUP_GOOD, self->store_folder, "", "%s", "%s",
                self->store_folder);
        }
    } else {
        snprintf(command, sizeof command, "yoake %s --store %s",
                 status == YK_ERR_NO_DEVICE ? "init --zone Asia/Tokyo" : "participant list",
                 folder);
        static const char *const pattern[] = {"{0}", "{0}"};
        say_failure(self, &STORE, CHECKUP_PROBLEM, self->store_folder, command, pattern,
                    why.text);
    }
    struct zone *zone = open_zone(self, status == YK_OK ? &store : NULL, &is_zone_known);
    check_clock(self, zone, &known);
    say_zone(self, zone, is_zone_known);
    zone_close(zone);
    check_disk(self);
    check_backup(self);
    store_close(&store);
}

/* ---- a second dock ---- */

static enum yk_status lock_path(const char *store_folder, struct text *out, struct failure *why)
{
    text_clear(out);
    text_addf(out, "%s/" STORE_DOCK, store_folder);
    enum yk_status status = text_status(out, why);
    if (status == YK_OK) {
        status = disk_make_folder(text_string(out), why);
    }
    text_add(out, "/lock");
    return status == YK_OK ? text_status(out, why) : status;
}

/* Digits of the process that wrote the lock's file last; "" unknown. */
static void lock_owner(int fd, char pid[static 32])
{
    ssize_t n = pread(fd, pid, 31, 0);
    pid[n > 0 ? n : 0] = '\0';
    pid[strspn(pid, "0123456789")] = '\0';
}

enum yk_status station_lock(const char *store_folder, int *lock, struct failure *why)
{
    struct text path;
    char pid[32] = "";
    text_init(&path);
    enum yk_status status = lock_path(store_folder, &path, why);
    int fd =
        status == YK_OK ? open(text_string(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (status == YK_OK && fd < 0) {
        status = failure_set_errno(why, errno, "opening %s", text_string(&path));
    }
    int refusal = status == YK_OK && flock(fd, LOCK_EX | LOCK_NB) != 0 ? errno : 0;
    if (refusal != 0 && refusal != EWOULDBLOCK) {
        status = failure_set_errno(why, refusal, "locking %s", text_string(&path));
    } else if (refusal != 0) {
        lock_owner(fd, pid);
        status =
            failure_set(why, YK_ERR_BUSY,
                        "another dock (process %s) is running on the store %s; end it with "
                        "Ctrl-C in its window, or use another --store",
                        pid[0] != '\0' ? pid : "?", store_folder);
    }
    if (status == YK_OK) {
        int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
        /* only for the sentence above: what cannot be written is not known */
        if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)n, 0) != n) {
            errno = 0;
        }
        *lock = fd;
    } else if (fd >= 0) {
        close(fd);
    }
    text_release(&path);
    return status;
}

void station_unlock(int lock)
{
    if (lock >= 0) {
        close(lock);
    }
}

void checkup_second_dock(struct checkup *self, bool wants_none)
{
    int lock = -1;
    struct failure why;
    struct text folder;
    enum yk_status status = YK_OK;
    text_init(&folder);
    text_addf(&folder, "%s/" STORE_DOCK, self->store_folder);
    if (disk_is_folder(text_string(&folder))) { /* else none ever ran */
        status = station_lock(self->store_folder, &lock, &why);
        station_unlock(lock);
    }
    if (status == YK_OK) {
        say(self, &SECOND, CHECKUP_GOOD, "", "", "動いていません%s", "none is running%s", "");
    } else {
        char pid[32] = "", command[64] = "pgrep -a -x yoake";
        text_add(&folder, "/lock");
        int fd = open(text_string(&folder), O_RDONLY | O_CLOEXEC);
        if (fd >= 0) {
            lock_owner(fd, pid);
            close(fd);
        }
        if (pid[0] != '\0') {
            snprintf(command, sizeof command, "kill -INT %s", pid);
        }
        static const char *const pattern[] = {"動いています: {0}", "one is running: {0}"};
        say_failure(self, &SECOND, wants_none ? CHECKUP_PROBLEM : CHECKUP_NOTE, "", command,
                    pattern, why.text);
    }
    text_release(&folder);
}

/* ---- what is attached ---- */

static size_t bus_number(const char *place)
{
    size_t n = 0;
    for (; *place >= '0' && *place <= '9' && n < 1000; place++) {
        n = n * 10 + (size_t)(*place - '0');
    }
    return n;
}

/* A rule that is installed may only wait to be read. */
static const char *rule_command(void)
{
    return disk_is_file("/etc/udev/rules.d/70-yoake.rules") ||
                   disk_is_file("/usr/lib/udev/rules.d/70-yoake.rules")
               ? RELOAD
               : RULE;
}

static void say_access(struct checkup *self, const struct usb_listing *device)
{
    const char *subject = device->serial[0] != '\0' ? device->serial : device->place;
    char path[400], command[600];
    switch (device->access) {
    case USB_ACCESS_OK:
        say(self, &DEVICE, CHECKUP_GOOD, subject, "", "%s(%s)、使えます",
            "%s at %s can be used", device->product, device->place);
        break;
    case USB_ACCESS_DENIED:
        say(self, &DEVICE, CHECKUP_PROBLEM, subject, rule_command(),
            "%s(%s)を使う許可がありません(udev のきまりが入っていません)",
            "no permission to use %s at %s (the udev rule is not installed)", device->product,
            device->place);
        break;
    case USB_ACCESS_CLAIMED:
        say(self, &DEVICE, CHECKUP_PROBLEM, subject,
            "sudo fuser -v /dev/ttyACM* /dev/bus/usb/*/*",
            "%s(%s)はほかのプログラムが使っています。閉じてください",
            "%s at %s is used by another program; close it", device->product, device->place);
        break;
    case USB_ACCESS_MOUNTED:
        quote(device->mounted_at, path, sizeof path);
        snprintf(command, sizeof command, "umount %s", path);
        say(self, &DEVICE, CHECKUP_PROBLEM, subject, command,
            "%s(%s)はドライブとして開かれています", "%s at %s is mounted as a drive",
            device->product, device->place);
        break;
    case USB_ACCESS_UNREADABLE:
        say(self, &DEVICE, CHECKUP_PROBLEM, subject, "sudo dmesg | tail -n 30",
            "%s(%s)の情報を読めません。ケーブルとハブの電源を確かめ、差し直してください",
            "%s at %s cannot be read: check cable and hub power, and plug it in again",
            device->product[0] != '\0' ? device->product : "?", device->place);
        break;
    }
}

static bool has_bootloader(const struct usb_listing *list, size_t n, const char **place)
{
    for (size_t i = 0; i < n; i++) {
        enum dock_match match = DOCK_MATCH_NO;
        dock_driver_for_usb(&list[i], &match);
        if (match == DOCK_MATCH_BOOTLOADER) {
            *place = list[i].place;
            return true;
        }
    }
    return false;
}

/* A bootloader makes way within seconds; one that does not is a finding. */
static enum yk_status list_settled(struct usb_bus *bus, struct usb_listing **list, size_t *n,
                                   const char **stuck_at, struct failure *why)
{
    int64_t until = clock_monotonic_ns() + STUCK_WAIT_MS * INT64_C(1000000);
    for (;;) {
        bool changed = false;
        enum yk_status status = bus->ops->list(bus, list, n, why);
        *stuck_at = NULL;
        if (status != YK_OK || !has_bootloader(*list, *n, stuck_at) ||
            clock_monotonic_ns() > until) {
            return status;
        }
        mem_free(*list);
        *list = NULL;
        *n = 0;
        status = bus->ops->wait(bus, 500, &changed, why);
        if (status != YK_OK) {
            return status;
        }
    }
}

static void look_at_list(struct checkup *self, const struct usb_listing *list, size_t n,
                         const char *stuck_at)
{
    size_t n_ours = 0, crowd = 0, crowded = 0;
    for (size_t i = 0; i < n; i++) {
        enum dock_match match = DOCK_MATCH_NO;
        dock_driver_for_usb(&list[i], &match);
        if (match != DOCK_MATCH_YES) {
            continue;
        }
        n_ours++;
        say_access(self, &list[i]);
        size_t same = 0;
        for (size_t k = 0; k < n; k++) {
            same += bus_number(list[k].place) == bus_number(list[i].place);
        }
        crowded = same > crowd ? bus_number(list[i].place) : crowded;
        crowd = same > crowd ? same : crowd;
    }
    if (stuck_at != NULL) {
        say(self, &DEVICE, CHECKUP_PROBLEM, stuck_at, "sudo dmesg | tail -n 30",
            "%s の記録計は起動の途中で止まっています。抜いて、15秒待って差し直してください",
            "the recorder at %s is stuck in its bootloader: unplug it, wait 15 s, plug it in "
            "again",
            stuck_at);
    }
    if (n_ours == 0 && stuck_at == NULL) {
        say(self, &DEVICE, CHECKUP_NOTE, "", "lsusb",
            "記録計は見つかりません%s。ケーブルは充電専用ではありませんか",
            "no recorder is attached%s; is the cable one for data, not only for charging?", "");
    }
    if (crowd > BUS_CROWDED) {
        say(self, &CROWD, CHECKUP_NOTE, "", "lsusb -t",
            "%zu 台がコントローラー %zu につながっています。電源つきハブを使い、分けてください",
            "%zu devices are on controller %zu: use powered hubs, and several controllers",
            crowd, crowded);
    }
}

void checkup_devices(struct checkup *self, struct usb_bus *bus, const struct failure *no_bus)
{
    struct usb_listing *list = NULL;
    size_t n = 0;
    const char *stuck_at = NULL;
    struct failure why = {.text = ""};
    enum yk_status status =
        bus != NULL ? list_settled(bus, &list, &n, &stuck_at, &why) : no_bus->code;
    if (status != YK_OK) {
        static const char *const pattern[] = {"使えません: {0}", "cannot be used: {0}"};
        say_failure(self, &USB, CHECKUP_PROBLEM, "", "lsusb", pattern,
                    bus != NULL ? why.text : no_bus->text);
    } else {
        say(self, &USB, CHECKUP_GOOD, "", "", "%zu 個の機器", "%zu devices", n);
        look_at_list(self, list, n, stuck_at);
    }
    mem_free(list);
}
