-- SPDX-License-Identifier: GPL-3.0-or-later
-- yoake.db as version 1 of the schema made it, with a participant, a recording and an audit line.
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE person (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE CHECK (length(code) > 0),
  zone TEXT,
  group_name TEXT,
  added_ns INTEGER NOT NULL
) STRICT;
CREATE TABLE recording (
  id TEXT PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
  suffix TEXT NOT NULL,
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  person INTEGER NOT NULL REFERENCES person (id),
  zone TEXT,
  is_excluded INTEGER NOT NULL DEFAULT 0 CHECK (is_excluded IN (0, 1)),
  exclude_reason TEXT,
  archived_ns INTEGER NOT NULL,
  CHECK (is_excluded = 0 OR length(exclude_reason) > 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX recording_person ON recording (person);
CREATE TABLE analysis (
  id INTEGER PRIMARY KEY,
  recording TEXT NOT NULL REFERENCES recording (id),
  version INTEGER NOT NULL CHECK (version > 0),
  made_ns INTEGER NOT NULL,
  program_version TEXT NOT NULL,
  recipe TEXT NOT NULL,
  parameters TEXT NOT NULL,
  input_sha256 TEXT NOT NULL,
  h5_name TEXT NOT NULL UNIQUE,
  h5_sha256 TEXT NOT NULL,
  h5_bytes INTEGER NOT NULL,
  format TEXT NOT NULL,
  device_model TEXT, device_serial TEXT, session_id TEXT, zone TEXT,
  start_ns INTEGER, end_ns INTEGER,
  epoch_s INTEGER, epochs_n INTEGER NOT NULL,
  gaps INTEGER NOT NULL, bad_blocks INTEGER NOT NULL, skipped_bytes INTEGER NOT NULL,
  clock_jumps INTEGER NOT NULL,
  calibration TEXT, calibration_error_before_mg REAL, calibration_error_after_mg REAL,
  nights_n INTEGER NOT NULL, nights_valid_n INTEGER NOT NULL,
  days_n INTEGER NOT NULL, days_valid_n INTEGER NOT NULL,
  UNIQUE (recording, version)
) STRICT;
CREATE VIEW current_analysis AS SELECT * FROM analysis AS a WHERE version =
  (SELECT max(version) FROM analysis AS b WHERE b.recording = a.recording);
CREATE TABLE night (
  analysis INTEGER NOT NULL REFERENCES analysis (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  night_date TEXT, in_bed_ns INTEGER, lights_out_ns INTEGER, onset_ns INTEGER,
  wake_ns INTEGER, out_of_bed_ns INTEGER, rest_source TEXT, sleep_method TEXT,
  spt_min REAL, tst_min REAL, waso_min REAL, sol_min REAL, tib_min REAL,
  efficiency_pct REAL, maintenance_pct REAL, awakenings_n REAL, daytime_rest_min REAL,
  nonwear_in_spt_pct REAL, nonwear_stillness_in_spt_pct REAL, invalid_pct REAL,
  sri_pair REAL, confidence REAL, second_candidate_ns INTEGER, exclude INTEGER NOT NULL,
  PRIMARY KEY (analysis, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE rest (
  analysis INTEGER NOT NULL REFERENCES analysis (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  start_ns INTEGER, end_ns INTEGER, kind TEXT, is_main INTEGER, sleep_min REAL,
  source TEXT, confidence REAL,
  PRIMARY KEY (analysis, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE day (
  analysis INTEGER NOT NULL REFERENCES analysis (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  date TEXT, day_h REAL, valid_h REAL, nonwear_min REAL, enmo_mean_mg REAL,
  mad_mean_mg REAL, counts_sum REAL, l5 REAL, l5_h REAL, m10 REAL, m10_h REAL, ra REAL,
  inactive_min REAL, light_min REAL, moderate_min REAL, vigorous_min REAL,
  mvpa_bout_min REAL, exclude INTEGER NOT NULL,
  PRIMARY KEY (analysis, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE rhythm (
  analysis INTEGER NOT NULL REFERENCES analysis (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  input TEXT, unit TEXT, activity_mean REAL, sri REAL, "is" REAL, iv REAL,
  is_rest REAL, iv_rest REAL, l5 REAL, l5_h REAL, m10 REAL, m10_h REAL, ra REAL,
  mesor REAL, amplitude REAL, acrophase_h REAL, cosinor_p_value REAL,
  social_jetlag_h REAL, periodogram_period_h REAL,
  PRIMARY KEY (analysis, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE doomed (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at_ns INTEGER NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN
  SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_is_fixed BEFORE UPDATE ON audit BEGIN
  SELECT raise(ABORT, 'the audit is append-only'); END;
INSERT INTO setting VALUES ('zone', 'Asia/Tokyo');
INSERT INTO person (code, zone, group_name, added_ns) VALUES ('P01', NULL, 'A', 1778425200000000000), ('参加者2', 'Asia/Tokyo', NULL, 1778425200000000001);
INSERT INTO recording VALUES ('0123456789ab', '0123456789ab0123456789ab0123456789ab0123456789ab0123456789ab0123', 'cwa', 1024, 1, NULL, 0, NULL, 1778425200000000002);
INSERT INTO audit VALUES (1, 1778425200000000000, 'participant add', 'P01', '', '8783a0002c8acf20ec326c04552b4bef68d03960a6aedbde5931296ffe3ffa4c');
PRAGMA user_version = 1;
