"""What we say: replies with their enhanced status codes (RFC 5321 section 4.2, RFC 2034, RFC 3463).

Every reply but the greeting, those to HELO and EHLO, 334 and 354 bears an enhanced code. No reply ever repeats what a
client said. A reply of several lines has them separated by a line feed, each with its code.
"""

OK = "250 2.0.0 Ok"
MAIL_OK = "250 2.1.0 Ok"
RCPT_OK = "250 2.1.5 Ok"
BEGIN_TLS = "220 2.0.0 Ready to start TLS"
BYE = "221 2.0.0 Bye"
CHUNK_OK = "250 2.0.0 Ok: {} octets received"
GO_AHEAD = "354 End data with <CR><LF>.<CR><LF>"
AUTHENTICATED = "235 2.7.0 Authentication successful"
VRFY_NOT_SAID = "252 2.0.0 Not verified, but every recipient is accepted"

SHUTTING_DOWN = "421 4.3.2 service shutting down"
IDLE = "421 4.4.2 idle for too long, closing"
TOO_MANY_CONNECTIONS = "421 4.7.0 too many connections"
TOO_MANY_COMMANDS = "421 4.7.0 too many commands without a mail"
TLS_EXPECTED = "421 4.7.0 TLS is spoken here: switch it on in the client, or use the port for plain SMTP"
NOT_SMTP = "421 4.7.0 this port speaks SMTP"

LOCAL_ERROR = "451 4.3.0 local error, nothing was kept; the server's log says more"
BUSY = "452 4.3.1 too much mail in flight, try again later"
STORE_FAILED = "452 4.3.1 the store failed, nothing was kept"
TOO_MANY_RECIPIENTS = "452 4.5.3 too many recipients"

AUTH_FAILED = "454 4.7.0 the check of the credentials failed; the server's log says more"

UNKNOWN_COMMAND = "500 5.5.2 command not recognised"
NEED_LHLO = "500 5.5.1 LMTP is spoken here: say LHLO"
LINE_TOO_LONG = "500 5.5.6 line too long"
AUTH_CANCELLED = "501 5.7.0 authentication cancelled"
AUTH_BASE64 = "501 5.5.2 that is not base64"
AUTH_MALFORMED = "501 5.5.2 malformed authentication data"
NO_ARGUMENT = "501 5.5.4 this command takes no argument"
NEED_HOSTNAME = "501 5.5.4 syntax: EHLO hostname"
NEED_MECHANISM = "501 5.5.4 syntax: AUTH mechanism [initial-response]"
NEED_STRING = "501 5.5.4 syntax: VRFY user"
BDAT_SYNTAX = "501 5.5.4 syntax: BDAT octets [LAST]; closing, since what follows cannot be told from commands"
XCLIENT_SYNTAX = "501 5.5.4 syntax: XCLIENT name=value ..., each value in xtext, of the names that EHLO gives"
MAIL_SYNTAX = "501 5.5.4 syntax: MAIL FROM:<address> [parameters]"
RCPT_SYNTAX = "501 5.5.4 syntax: RCPT TO:<address> [parameters]"
BAD_PARAMETER = "501 5.5.4 malformed parameter"
NOT_IMPLEMENTED = "502 5.5.1 command not implemented"
NEED_HELLO = "503 5.5.1 send EHLO or HELO first"
NEED_EHLO = "503 5.5.1 send EHLO first"
NESTED_MAIL = "503 5.5.1 a mail is under way: RSET ends it"
NEED_MAIL = "503 5.5.1 send MAIL first"
NEED_RCPT = "503 5.5.1 send RCPT first"
NO_VALID_RCPT = "554 5.5.1 no valid recipients"
RCPT_AFTER_BDAT = "503 5.5.1 the mail has begun, and its recipients stand"
DATA_AFTER_BDAT = "503 5.5.1 a mail begun with BDAT ends with BDAT LAST"
BINARY_BY_BDAT = "503 5.5.1 BODY=BINARYMIME comes by BDAT only"
CHUNK_LOST = "503 5.5.1 a chunk was refused: RSET begins anew"
AUTH_IN_MAIL = "503 5.5.1 AUTH is not allowed during a mail"
AUTH_TWICE = "503 5.5.1 already authenticated"
TLS_TWICE = "503 5.5.1 TLS is on already"
AUTH_UNKNOWN = "504 5.5.4 unknown authentication mechanism"
AUTH_NEEDED = "530 5.7.0 authentication required"
TLS_NEEDED = "530 5.7.0 Must issue a STARTTLS command first"
AUTH_WRONG = "535 5.7.8 authentication credentials invalid"
AUTH_NEEDS_TLS = "538 5.7.11 encryption required for authentication: STARTTLS first"
TOO_LARGE = "552 5.3.4 message too large"
BAD_SENDER = "553 5.1.7 malformed sender address"
BAD_RECIPIENT = "553 5.1.3 malformed recipient address"
NEED_SMTPUTF8 = "553 5.6.7 an address beyond ASCII needs SMTPUTF8 in MAIL"
REFUSED = "554 5.7.1 refused"
UNKNOWN_PARAMETER = "555 5.5.4 parameter not recognised"


class Rejection(Exception):
    """What the client said is answered with this reply."""

    def __init__(self, reply: str) -> None:
        super().__init__(reply)
        self.reply = reply
