/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Plugs pretend recorders into a real Linux kernel. vhci_hcd is a host controller whose far end
 * is a stream socket that speaks USB/IP (Linux Documentation/usb/usbip_protocol.rst); one end
 * of a socketpair goes to the kernel, and the model answers at the other: no network, no
 * daemon.
 *
 *     vhci [-r FILE.cwa] [-n RECORDERS] [-f FAULTS] [-d ID] [-u MS] [-g FIRMWARE] -- PROGRAM
 * ...
 *
 * plugs them in, waits until the kernel has them with all their interfaces, runs the program
 * and unplugs; -u: unplugs after so many milliseconds already. Exit status: the program's.
 * Needs root, and vhci_hcd loaded.
 */
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "drivers/pretend/device.h"
#include "src/base/clock.h"

#define VHCI "/sys/devices/platform/vhci_hcd.0/"

enum { COMMAND_SUBMIT = 1, COMMAND_UNLINK, RETURN_SUBMIT, RETURN_UNLINK };
enum { SPEED_FULL = 2, RECORDERS_MAX = 8, GONE_QUIET_MS = 200, GONE_MS_MAX = 3000 };

/* On the wire, big-endian. */
struct header {
    uint32_t command, number, device, direction, endpoint;
    union {
        struct {
            uint32_t flags, length, start, packets, interval;
            uint8_t setup[8];
        } submit;
        struct {
            uint32_t status, actual, start, packets, errors;
            uint8_t rest[8];
        } submitted;
        struct {
            uint32_t target;
            uint8_t rest[24];
        } unlink;
        struct {
            uint32_t status;
            uint8_t rest[24];
        } unlinked;
    } u;
};
_Static_assert(sizeof(struct header) == 48, "USB/IP header");

struct request {
    struct pretend_transfer transfer;
    uint32_t number;
    bool is_silent; /* cancelled: no return */
    struct request *next;
    uint8_t data[];
};

struct port {
    struct pretend_device *model;
    int socket, wake[2];
    pthread_t thread;
    struct request *requests;
};

static bool read_all(int fd, void *at, size_t n)
{
    uint8_t *p = at;
    while (n > 0) {
        ssize_t got = read(fd, p, n);
        if (got <= 0) {
            return false;
        }
        p += got;
        n -= (size_t)got;
    }
    return true;
}

static bool write_all(int fd, const void *at, size_t n)
{
    const uint8_t *p = at;
    while (n > 0) {
        ssize_t put = send(fd, p, n, MSG_NOSIGNAL);
        if (put <= 0) {
            return false;
        }
        p += put;
        n -= (size_t)put;
    }
    return true;
}

static int errno_of(enum pretend_result result)
{
    static const int errnos[] = {
        [RESULT_OK] = 0,           [RESULT_STALL] = -EPIPE, [RESULT_OVERFLOW] = -EOVERFLOW,
        [RESULT_PROTO] = -EPROTO,  [RESULT_CRC] = -EILSEQ,  [RESULT_CANCELLED] = -ECONNRESET,
        [RESULT_GONE] = -ESHUTDOWN};
    return errnos[result];
}

static void on_done(void *user, struct pretend_transfer *transfer)
{
    struct port *self = user;
    struct request *request = transfer->user;
    for (struct request **at = &self->requests; *at != NULL; at = &(*at)->next) {
        if (*at == request) {
            *at = request->next;
            break;
        }
    }
    if (!request->is_silent) {
        struct header h = {.command = htobe32(RETURN_SUBMIT),
                           .number = htobe32(request->number)};
        h.u.submitted.status = htobe32((uint32_t)errno_of(transfer->result));
        h.u.submitted.actual = htobe32((uint32_t)transfer->actual);
        h.u.submitted.packets = UINT32_MAX;
        if (write_all(self->socket, &h, sizeof h) && (transfer->endpoint & 0x80) != 0 &&
            transfer->actual > 0) {
            (void)write_all(self->socket, transfer->data, transfer->actual);
        }
    }
    free(request);
}

static bool submit(struct port *self, const struct header *h)
{
    uint32_t length = be32toh(h->u.submit.length), endpoint = be32toh(h->endpoint);
    bool is_in = be32toh(h->direction) == 1;
    struct request *request = calloc(1, sizeof *request + length + 1);
    if (request == NULL) {
        return false;
    }
    request->number = be32toh(h->number);
    request->transfer =
        (struct pretend_transfer){.type = endpoint == 0   ? TRANSFER_CONTROL
                                          : endpoint == 2 ? TRANSFER_INTERRUPT
                                                          : TRANSFER_BULK,
                                  .endpoint = (uint8_t)(endpoint | (is_in ? 0x80u : 0u)),
                                  .data = request->data,
                                  .length = length,
                                  .user = request};
    memcpy(request->transfer.setup, h->u.submit.setup, sizeof request->transfer.setup);
    if (!is_in && length > 0 && !read_all(self->socket, request->data, length)) {
        free(request);
        return false;
    }
    request->next = self->requests;
    self->requests = request;
    if (pretend_device_submit(self->model, &request->transfer) != YK_OK) {
        request->transfer.result = RESULT_GONE;
        on_done(self, &request->transfer);
    }
    return true;
}

static bool take_back(struct port *self, const struct header *h)
{
    struct header answer = {.command = htobe32(RETURN_UNLINK), .number = h->number};
    uint32_t target = be32toh(h->u.unlink.target);
    int status = 0; /* too late: it is done */
    for (struct request *r = self->requests; r != NULL; r = r->next) {
        if (r->number == target) {
            r->is_silent = true;
            (void)pretend_device_cancel(self->model, &r->transfer);
            status = -ECONNRESET;
            break;
        }
    }
    answer.u.unlinked.status = htobe32((uint32_t)status);
    return write_all(self->socket, &answer, sizeof answer);
}

static int wait_ms(struct port *self)
{
    int64_t due = pretend_device_due_us(self->model);
    int64_t now = pretend_device_now_us(self->model);
    return due == INT64_MAX ? -1 : due <= now ? 0 : (int)((due - now) / 1000 + 1);
}

/* Whether the connection lives on. */
static bool answer(struct port *self)
{
    struct header h;
    if (!read_all(self->socket, &h, sizeof h)) {
        return false;
    }
    uint32_t command = be32toh(h.command);
    return command == COMMAND_SUBMIT   ? submit(self, &h)
           : command == COMMAND_UNLINK ? take_back(self, &h)
                                       : false;
}

/* A pulled recorder answers everything with "gone" until nobody asks any more; only then the
 * connection breaks. A transfer that is handed to vhci_hcd while the connection breaks, and
 * taken back before it was sent, is never given back: vhci_device_unlink_cleanup() of Linux 6.1
 * looks for it among those sent. Whoever took it back then waits in usb_kill_urb() for ever,
 * and so does the hub. A real host controller fails transfers, too, until its hub has noticed.
 */
static void answer_as_gone(struct port *self)
{
    int64_t end = clock_monotonic_ns() + GONE_MS_MAX * INT64_C(1000000);
    struct pollfd fd = {.fd = self->socket, .events = POLLIN};
    pretend_device_unplug(self->model);
    while (clock_monotonic_ns() < end && poll(&fd, 1, GONE_QUIET_MS) > 0 && answer(self)) {
    }
}

/* One recorder's thread: the model is touched by nobody else. */
static void *serve(void *user)
{
    struct port *self = user;
    bool is_alive = true;
    pretend_device_plug(self->model);
    while (is_alive && pretend_device_state(self->model) == PRETEND_READY) {
        struct pollfd fds[2] = {{.fd = self->socket, .events = POLLIN},
                                {.fd = self->wake[0], .events = POLLIN}};
        int n = poll(fds, 2, wait_ms(self));
        pretend_device_poll(self->model);
        if (n > 0 && fds[1].revents != 0) {
            pretend_device_unplug(self->model);
        }
        if (n > 0 && fds[0].revents != 0) {
            is_alive = answer(self);
        }
    }
    answer_as_gone(self);
    (void)shutdown(self->socket, SHUT_RDWR); /* what a pulled cable looks like */
    return NULL;
}

/* ---- the kernel's side ---- */

static bool put(const char *file, const char *text)
{
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    bool is_put = fd >= 0 && write(fd, text, strlen(text)) > 0;
    if (!is_put) {
        fprintf(stderr, "vhci: %s: %s\n", file, strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
    return is_put;
}

/* "hs  0000 004 ..." is a free port. */
static int free_port(void)
{
    char line[256];
    FILE *file = fopen(VHCI "status", "re");
    int found = -1, port = 0;
    unsigned state = 0;
    while (file != NULL && found < 0 && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "hs %d %u", &port, &state) == 2 && state == 4) {
            found = port;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

static bool attach(int fd, unsigned device)
{
    char text[64];
    int port = free_port();
    snprintf(text, sizeof text, "%d %d %u %d", port, fd, device, SPEED_FULL);
    return port >= 0 && put(VHCI "attach", text);
}

/* Devices of ours with their second interface. */
static int count_devices(void)
{
    int n = 0;
    DIR *dir = opendir("/sys/bus/usb/devices");
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        char path[512], vendor[16] = "", last[600];
        snprintf(path, sizeof path, "/sys/bus/usb/devices/%.200s/idVendor", entry->d_name);
        FILE *file = fopen(path, "re");
        if (file == NULL) {
            continue;
        }
        if (fgets(vendor, sizeof vendor, file) != NULL && strncmp(vendor, "04d8", 4) == 0) {
            snprintf(last, sizeof last, "/sys/bus/usb/devices/%.200s:1.1", entry->d_name);
            n += access(last, F_OK) == 0;
        }
        fclose(file);
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return n;
}

static bool plug(struct port *port, const struct pretend_recorder *recorder, unsigned i)
{
    int pair[2];
    struct failure why = {.text = ""};
    if (pretend_device_new(recorder, on_done, port, &port->model, &why) != YK_OK) {
        fprintf(stderr, "vhci: %s\n", why.text);
        return false;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ||
        pipe2(port->wake, O_CLOEXEC) < 0) {
        return false;
    }
    port->socket = pair[1];
    bool is_good = pthread_create(&port->thread, NULL, serve, port) == 0 &&
                   attach(pair[0], 1u << 16 | (i + 1));
    close(pair[0]); /* the kernel holds its own reference */
    return is_good;
}

static void pull(struct port *ports, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (write(ports[i].wake[1], "", 1) < 0) {
            perror("vhci");
        }
    }
}

int main(int argc, char **argv)
{
    struct pretend_recorder recorder = {.model = NULL};
    struct port ports[RECORDERS_MAX] = {{.model = NULL}};
    unsigned n = 1;
    long pull_ms = -1;
    uint64_t id = 0;
    for (int o; (o = getopt(argc, argv, "+r:n:f:d:u:g:")) != -1;) {
        switch (o) {
        case 'r':
            recorder.file = optarg;
            break;
        case 'n':
            n = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'f':
            recorder.faults = optarg;
            break;
        case 'd':
            id = strtoul(optarg, NULL, 10);
            break;
        case 'u':
            pull_ms = strtol(optarg, NULL, 10);
            break;
        case 'g':
            recorder.firmware = (int)strtol(optarg, NULL, 10);
            break;
        default:
            return 2;
        }
    }
    if (optind == argc || n < 1 || n > RECORDERS_MAX) {
        return 2;
    }
    for (unsigned i = 0; i < n; i++) {
        recorder.device_id = id > 0 ? id + i : 0;
        if (!plug(&ports[i], &recorder, i)) {
            return 1;
        }
    }
    for (int i = 0; i < 500 && count_devices() < (int)n; i++) {
        usleep(10000);
    }
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[optind], argv + optind);
        perror(argv[optind]);
        _exit(127);
    }
    if (pull_ms >= 0) {
        usleep((useconds_t)pull_ms * 1000);
        pull(ports, n);
    }
    int status = 0;
    waitpid(child, &status, 0);
    pull(ports, n);
    for (unsigned i = 0; i < n; i++) {
        pthread_join(ports[i].thread, NULL);
        pretend_device_free(ports[i].model);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
