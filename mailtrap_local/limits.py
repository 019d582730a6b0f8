"""Every limit that has no setting of its own, in one place, with the reason for its size.

Sizes are bytes unless a name says otherwise. What a user may want to change is in settings.py instead.
"""

KB = 1024
MB = 1024 * KB
GB = 1024 * MB

# SMTP (RFC 5321 section 4.5.3.1 asks for at least 512 octets a command line and 100 recipients)
COMMAND_LINE = 4 * KB
AUTH_LINE = 16 * KB
PATH = 1_000  # characters of an address; RFC 5321 section 4.5.3.1.3 asks for 256 octets
RECIPIENTS = 1_000
COMMANDS_BEFORE_MAIL = 100
SMTP_CONNECTIONS = 20_000
SMTP_IDLE_SECONDS = 300.0
TLS_SILENCE_SECONDS = 5.0  # a client of TLS speaks first: one that says nothing waits for a greeting in plain text
TLS_HANDSHAKE_SECONDS = 30.0
PROXY_SECONDS = 5.0  # for the header that a proxy says first
PROXY_HEADER = 4 * KB

# Sessions kept
SESSIONS_KEPT = 2_000
SESSION_LINES = 400
SESSION_LINE = 1 * KB

# Faults
FAULTS = 1_000
FAULT_NAME = 100
FAULT_SECONDS = 600.0  # of one pause, one silence, or one mail that is taken in slowly
FAULT_COUNT = 10**9
FAULT_EACH = 10_000  # recipients, peers and so on that one fault counts apart; beyond this the oldest is forgotten
MAGIC_ADDRESSES = 1_000  # counted apart; beyond this the oldest is forgotten

# MIME
HEADER_FIELDS = 5_000
TEXT_FIELD = 16 * KB  # of the value of Subject and the like, for the row of a mail; what is over stays in the source
REFERENCES = 32  # ids that a mail refers to, for its thread
ADDRESS_FIELD = 128 * KB  # of the values of To and the like together
ADDRESSES = 1_000  # of one such field
TAGS = 100  # of a mail
MIME_DEPTH = 100
MIME_PARTS = 10_000
SNIPPET_CHARACTERS = 200
SEARCH_TEXT = 1 * MB
LINKS = 5_000  # listed of a mail, each with at most so many characters of its text
LINK_TEXT = 500
IMAGES = 2_000
SELECT_HTML = 2 * MB  # characters of HTML that a CSS selector looks at; 50 bytes of memory for each
SELECT_CHARACTERS = 500  # of a selector
SELECT_SECONDS = 3.0
SELECT_WAITING = 20  # requests at once
SELECTED = 1_000  # elements, and characters of their texts and HTML together
SELECTED_CHARACTERS = 2 * MB
CAPTURED = 1_000  # values that a caller's pattern finds
CAPTURE_SECONDS = 3.0
IMAGE_URL = 4 * KB  # of an image that is listed: a data: URI may have megabytes

# Inboxes made by request; beyond this the oldest of them is forgotten, though not its mail
MADE_INBOXES = 10_000

# HTTP
HTTP_HEAD = 64 * KB  # cookies of all that runs on localhost come along, whatever its port
HTTP_BODY = 5 * MB
QUERY_CHARACTERS = 4_000
QUERY_TERMS = 100
QUERY_DEPTH = 20  # parentheses in parentheses; SQLite's own parser has a bound
QUERY_PATTERNS = 10
PATTERN_MEMORY = 4 * MB  # of one compiled /pattern/, its cache of states included
PATTERN_SIZE = 2_500  # instructions of RE2, which takes up to 14 ns for each of them and each byte of text
PATTERN_TEXT = 64 * KB  # of one column: with PATTERN_SIZE the worst pattern takes about 2 s a message
NEEDLES_MEMORY = 8 * MB  # of the automaton of up to 512 texts that are waited for
PATTERN_INLINE = 70_000  # instructions times characters that are tried on the event loop: a millisecond at worst
PATTERN_INLINE_SECONDS = 0.005  # for all that wait with patterns for one message; what is left is done in a thread
LIVE_QUEUE_EVENTS = 10_000
REPLAY_EVENTS = 20_000
LIVE_CLIENTS = 2_000
THUMBNAIL_PIXELS = 20_000_000
UNDO_SECONDS = 300
WAIT_SECONDS = 60
WAIT_MESSAGES = 1_000

# One read of the store, a search over everything included
READ_SECONDS = 10.0

# What is parsed where it stands, on the event loop; what is larger goes to a thread, and the largest to a process
PARSE_INLINE = 64 * KB
PARSE_APART = 1 * MB
UNDESCRIBED_BYTES = 256 * MB

# What we fetch or send on request
FETCH_SECONDS = 10.0
FETCH_BODY = 1 * MB
DELIVERY_SECONDS = 60.0  # of a report that is handed to an SMTP server
