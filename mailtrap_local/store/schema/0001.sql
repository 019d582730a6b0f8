-- The first schema. Times are microseconds since the Unix epoch, UTC; sizes are bytes.

-- epoch: the name of this database's life; seq: the last one given; described: up to and with this seq every message
-- has its body text (a search may rely on the table body up to here).
CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;

-- What a list shows and a filter asks, and nothing large. Columns from subject to mail_from are folded for searching
-- (search/document.py); what people read is in head and origin, as JSON.
CREATE TABLE message (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  inbox TEXT NOT NULL,
  created INTEGER NOT NULL,
  size INTEGER NOT NULL,
  read INTEGER NOT NULL,
  attachments INTEGER NOT NULL,
  inlines INTEGER NOT NULL,
  links INTEGER NOT NULL,
  codes INTEGER NOT NULL,
  username TEXT NOT NULL,
  protocol TEXT NOT NULL,
  subject TEXT NOT NULL,
  message_id TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipients TEXT NOT NULL,
  cc TEXT NOT NULL,
  bcc TEXT NOT NULL,
  reply_to TEXT NOT NULL,
  rcpt TEXT NOT NULL,
  mail_from TEXT NOT NULL,
  snippet TEXT NOT NULL,
  head BLOB NOT NULL,
  origin BLOB NOT NULL,
  hidden TEXT  -- the token of the delete that can still be undone
);
CREATE INDEX message_shown ON message (seq) WHERE hidden IS NULL;
CREATE INDEX message_inbox ON message (inbox, seq) WHERE hidden IS NULL;
CREATE INDEX message_hidden ON message (hidden) WHERE hidden IS NOT NULL;

-- The bytes as the client sent them: apart, so that no list and no filter ever reads over them.
CREATE TABLE raw (seq INTEGER PRIMARY KEY, data BLOB NOT NULL);

-- The folded free text of a message, written when its body was parsed.
CREATE TABLE body (seq INTEGER PRIMARY KEY, text TEXT NOT NULL);

CREATE TABLE message_tag (
  name TEXT NOT NULL COLLATE NOCASE,
  seq INTEGER NOT NULL,
  PRIMARY KEY (name, seq)
) WITHOUT ROWID;
CREATE INDEX message_tag_seq ON message_tag (seq);

-- What each inbox holds, kept by the writer: total and unread are of what is shown, size is of all, hidden counts the rest.
CREATE TABLE inbox (
  name TEXT PRIMARY KEY,
  total INTEGER NOT NULL,
  unread INTEGER NOT NULL,
  size INTEGER NOT NULL,
  hidden INTEGER NOT NULL
) WITHOUT ROWID;

-- Inboxes that were made by request: their credentials and their address, in lower case.
CREATE TABLE made_inbox (
  name TEXT PRIMARY KEY,
  address TEXT NOT NULL UNIQUE,
  password TEXT NOT NULL,
  created INTEGER NOT NULL
) WITHOUT ROWID;

-- Deletes that can be undone, and until when.
CREATE TABLE undo (token TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;

-- Finished SMTP sessions with their transcripts, as JSON.
CREATE TABLE session (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  started INTEGER NOT NULL,
  card BLOB NOT NULL
);
CREATE INDEX session_started ON session (started);
