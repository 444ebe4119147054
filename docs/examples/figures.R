# SPDX-License-Identifier: GPL-3.0-or-later
#
# Rscript figures.R FOLDER OUT: two figures from what batch wrote, as a paper would have them. FOLDER comes
# from `yoake batch DEPRESJON/con*_*.csv* -o FOLDER --zone Europe/Oslo`; the group is the first part of
# recording_id.
#   OUT/activity-profile.png  mean counts/min over the hours of the day, with standard errors, from HDF5
#   OUT/sleep-times.png       onset and waking of each recording, mean and SD of counted nights, from CSV
# Prints the numbers that are drawn.
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
out <- arguments[2]
dir.create(out, showWarnings = FALSE)
group_of <- function(id) ifelse(startsWith(id, "condition"), "depressed", "controls")
colors <- c(depressed = "#1b6ca8", controls = "#d1781f")

# ---- 24 h of activity, hour by hour of the wall clock, from the epochs ----
profile_of <- function(id) {
  file <- hdf5r::H5File$new(file.path(folder, "recordings", paste0(id, ".h5")), mode = "r")
  epochs <- file[["epochs"]]
  counts <- epochs[["counts"]][]
  # A 64-bit integer; a double holds it to a microsecond.
  t0 <- suppressWarnings(as.numeric(hdf5r::h5attr(epochs, "t0_ns"))) / 1e9
  epoch_s <- as.numeric(hdf5r::h5attr(epochs, "epoch_s"))
  zone <- hdf5r::h5attr(epochs, "zone")
  # bit 1: nothing recorded; bit 2: not worn
  state <- as.integer(epochs[["state"]][])
  file$close_all()
  counts[bitwAnd(state, 3L) != 0L] <- NA
  at <- as.POSIXct(t0 + epoch_s * (seq_along(counts) - 1), origin = "1970-01-01", tz = zone)
  hour <- factor(as.POSIXlt(at)$hour, levels = 0:23)
  60 / epoch_s * tapply(counts, hour, mean, na.rm = TRUE)
}
recordings <- read.csv(file.path(folder, "recording.csv"), na.strings = "")
profiles <- vapply(recordings$recording_id, profile_of, numeric(24))
group <- group_of(recordings$recording_id)

png(file.path(out, "activity-profile.png"), width = 1200, height = 720, res = 160, type = "cairo")
par(mar = c(4, 4, 1, 1), las = 1)
plot(NA, xlim = c(0, 23), ylim = c(0, 560), xlab = "hour of the day", ylab = "counts/min", xaxt = "n")
axis(1, at = seq(0, 21, 3))
for (g in names(colors)) {
  of_group <- profiles[, group == g, drop = FALSE]
  mean_g <- rowMeans(of_group)
  se <- apply(of_group, 1, sd) / sqrt(ncol(of_group))
  polygon(c(0:23, 23:0), c(mean_g + se, rev(mean_g - se)), border = NA, col = adjustcolor(colors[g], 0.25))
  lines(0:23, mean_g, col = colors[g], lwd = 2)
  cat(sprintf("%s (%d): %s\n", g, ncol(of_group), paste(sprintf("%.0f", mean_g), collapse = " ")))
}
legend("topright", legend = sprintf("%s (n = %d)", names(colors), table(group)[names(colors)]),
       col = colors, lwd = 2, bty = "n")
invisible(dev.off())

# ---- when they slept ----
ordered <- recordings[order(group, recordings$midsleep_h_mean), ]
ordered <- ordered[!is.na(ordered$midsleep_h_mean), ]
rows <- seq_len(nrow(ordered))
png(file.path(out, "sleep-times.png"), width = 1200, height = 900, res = 160, type = "cairo")
par(mar = c(4, 7, 1, 1), las = 1)
plot(NA, xlim = c(13, 37), ylim = c(max(rows) + 1.6, 0), xlab = "clock time", ylab = "", xaxt = "n", yaxt = "n")
axis(1, at = seq(15, 36, 3), labels = sprintf("%d:00", seq(15, 36, 3) %% 24))
axis(2, at = rows, labels = ordered$recording_id, cex.axis = 0.55)
col <- colors[group_of(ordered$recording_id)]
rect(ordered$sleep_onset_h_mean, rows - 0.3, ordered$wake_h_mean, rows + 0.3, border = NA, col = adjustcolor(col, 0.45))
for (edge in c("sleep_onset_h", "wake_h")) {
  mean_e <- ordered[[paste0(edge, "_mean")]]
  sd_e <- ordered[[paste0(edge, "_sd")]]
  segments(mean_e - sd_e, rows, mean_e + sd_e, rows, col = col, lwd = 1.5)
}
legend("bottom", legend = names(colors), fill = adjustcolor(colors, 0.45), border = NA, bty = "n",
       horiz = TRUE, cex = 0.8)
invisible(dev.off())
for (g in names(colors)) {
  mine <- ordered[group_of(ordered$recording_id) == g, ]
  cat(sprintf("%s: asleep %.2f h, awake %.2f h (means of %d recordings)\n", g, mean(mine$sleep_onset_h_mean),
              mean(mine$wake_h_mean), nrow(mine)))
}
