# SPDX-License-Identifier: GPL-3.0-or-later
#
# Rscript read_results.R FOLDER: what batch wrote, in R: CSV and SQLite (RSQLite), HDF5 (hdf5r).
folder <- commandArgs(trailingOnly = TRUE)[1]
nights <- read.csv(file.path(folder, "night.csv"), na.strings = "")
counted <- nights[is.na(nights$exclude_reason), ]
cat(sprintf("csv: %d nights, %d counted, mean sleep %.2f min\n", nrow(nights), nrow(counted),
            mean(counted$tst_min)))

db <- DBI::dbConnect(RSQLite::SQLite(), file.path(folder, "cohort.sqlite"))
table <- DBI::dbGetQuery(db, "SELECT tst_min FROM night WHERE exclude_reason IS NULL")
DBI::dbDisconnect(db)
cat(sprintf("sqlite: %d counted, mean sleep %.2f min\n", nrow(table), mean(table$tst_min)))

epochs_n <- 0
for (recording in sort(unique(nights$recording_id))) {
  file <- hdf5r::H5File$new(file.path(folder, "recordings", paste0(recording, ".h5")), mode = "r")
  epochs <- file[["epochs"]]
  column <- if ("enmo_mg" %in% names(epochs)) "enmo_mg" else "counts"
  epochs_n <- epochs_n + length(epochs[[column]][])
  unit <- hdf5r::h5attr(epochs[[column]], "unit")
  # One-row tables are records, which hdf5r reads as a data frame.
  sleep_rule <- file[["parameters"]][]$sleep
  file$close_all()
}
cat(sprintf("hdf5: %d epochs, %s in %s, sleep=%s\n", epochs_n, column, unit, sleep_rule))
