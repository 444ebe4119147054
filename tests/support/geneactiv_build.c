/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/geneactiv_build.h"

#include <stdio.h>

#include "src/base/clock.h"

size_t geneactiv_build_header(const struct geneactiv_build_header *header, char *out)
{
    int n = snprintf(
        out, GENEACTIV_BUILD_PAGE,
        "Device Identity\r\nDevice Unique Serial Code:012345\r\nDevice Type:GENEActiv\r\n"
        "Device Model:%-8s\r\nDevice Firmware Version:Ver5.10\r\n\r\nDevice Capabilities\r\n"
        "Accelerometer Range:-8 to 8   \r\n\r\nConfiguration Info\r\n"
        "Measurement Frequency:%s Hz\r\nMeasurement Period:168 Hours\r\n"
        "Start Time:2026-05-11 12:00:00:000\r\nTime Zone:%s\r\n\r\nTrial Info\r\n"
        "Config Time:2026-05-11 11:00:00:000\r\nExtract Notes:%s\r\n\r\nSubject Info\r\n"
        "Device Location Code:left wrist\r\nSubject Code:K1    \r\n\r\nCalibration Data\r\n"
        "x gain:25600\r\nx offset:0\r\ny gain:25600\r\ny offset:0\r\nz gain:25600\r\n"
        "z offset:0\r\nVolts:40\r\nLux:800\r\n\r\nMemory Status\r\nNumber of Pages:%d   \r\n"
        "\r\n",
        header->model, header->frequency, header->zone,
        header->notes != NULL ? header->notes : "", header->pages);
    return (size_t)n;
}

static char *put_value(char *at, uint32_t value)
{
    static const char digit[] = "0123456789ABCDEF";
    *at++ = digit[value >> 8 & 15];
    *at++ = digit[value >> 4 & 15];
    *at++ = digit[value & 15];
    return at;
}

size_t geneactiv_build_page(const struct geneactiv_build_page *page, char *out)
{
    struct civil_time t = civil_time_of_utc_ns(page->wall_ns);
    int n = snprintf(out, GENEACTIV_BUILD_PAGE,
                     "Recorded Data\r\nDevice Unique Serial Code:012345\r\n"
                     "Sequence Number:%d\r\nPage Time:%04d-%02d-%02d %02d:%02d:%02d:%03d\r\n"
                     "Unassigned:\r\nTemperature:25.5\r\nBattery voltage:4.0500\r\n"
                     "Device Status:Recording\r\nMeasurement Frequency:%s\r\n",
                     page->sequence, (int)t.date.year, t.date.month, t.date.day,
                     (int)t.second_of_day / 3600, (int)t.second_of_day / 60 % 60,
                     (int)t.second_of_day % 60, (int)t.ns / 1000000, page->frequency);
    char *at = out + n;
    for (int i = 0; i < page->n; i++) {
        for (int a = 0; a < 3; a++) {
            at = put_value(at, (uint32_t)page->axis[a][i] & 0xFFF);
        }
        at = put_value(at, (uint32_t)page->light[i] << 2 | (page->button[i] ? 2u : 0u));
    }
    *at++ = '\r';
    *at++ = '\n';
    return (size_t)(at - out);
}
