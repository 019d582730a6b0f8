-- The ids that a message is of: its own and those of References and In-Reply-To, folded, "\n" before each and behind the
-- last. What was stored before knows its own alone.
ALTER TABLE message ADD COLUMN thread TEXT NOT NULL DEFAULT '';
UPDATE message SET thread = char(10) || message_id || char(10) WHERE message_id <> '';
