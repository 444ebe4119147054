# SPDX-License-Identifier: GPL-3.0-or-later
#
# Rscript read_samples.R FILE.h5 [FILE.csv]: what `yoake convert` wrote, in R (hdf5r; CSV with base R).
arguments <- commandArgs(trailingOnly = TRUE)
file <- hdf5r::H5File$new(arguments[1], mode = "r")
samples <- file[["samples"]]
x <- samples[["x"]][]
y <- samples[["y"]][]
z <- samples[["z"]][]
# 64-bit integers; as doubles they are exact to a microsecond.
time_s <- suppressWarnings(as.numeric(samples[["time_ns"]][1:1])) / 1e9
zone <- hdf5r::h5attr(samples, "zone")
readings_n <- length(file[["readings"]][["temperature_c"]][])
file$close_all()
cat(sprintf("hdf5: %d samples, mean |a| %.4f g, %d readings\n", length(x), mean(sqrt(x^2 + y^2 + z^2)), readings_n))
cat("first sample:", format(as.POSIXct(time_s, origin = "1970-01-01", tz = zone), "%Y-%m-%d %H:%M:%S"), "\n")
if (length(arguments) > 1) {
  table <- read.csv(arguments[2], comment.char = "#")
  cat(sprintf("csv: %d samples, mean |a| %.4f g\n", nrow(table), mean(sqrt(table$x^2 + table$y^2 + table$z^2))))
}
