/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/epoch_format.h"

FUZZ_FORMAT(sample_csv)
