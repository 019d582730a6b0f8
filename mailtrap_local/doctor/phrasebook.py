"""The language of SMTP in plain words: each command, parameter, extension, reply and status code, and its RFC.

Tables alone; `explain.py` looks things up in them.
"""

from typing import NamedTuple


class Words(NamedTuple):
    """What something says, and where it is written."""

    text: str
    rfc: str = ""


NOTHING = Words("")

COMMANDS = {
    "EHLO": Words(
        "Says hello, names the client, and asks for the extensions of the server.", "RFC 5321 section 4.1.1.1"
    ),
    "HELO": Words("Says hello in the old way: no extensions, so no TLS and no login.", "RFC 5321 section 4.1.1.1"),
    "LHLO": Words("Says hello in LMTP, which has a reply for each recipient.", "RFC 2033 section 4.1"),
    "MAIL": Words("Begins a mail and names its sender, to whom bounces go.", "RFC 5321 section 4.1.1.2"),
    "RCPT": Words("Names one recipient (a forward-path).", "RFC 5321 section 4.1.1.3"),
    "DATA": Words("Announces the message itself.", "RFC 5321 section 4.1.1.4"),
    "BDAT": Words("Sends a piece of the message, of a length told beforehand.", "RFC 3030 section 2"),
    "RSET": Words("Forgets the mail that was begun.", "RFC 5321 section 4.1.1.5"),
    "VRFY": Words("Asks whether a user exists.", "RFC 5321 section 4.1.1.6"),
    "EXPN": Words("Asks who is on a list.", "RFC 5321 section 4.1.1.7"),
    "HELP": Words("Asks for help.", "RFC 5321 section 4.1.1.8"),
    "NOOP": Words("Does nothing; shows that the client is still there.", "RFC 5321 section 4.1.1.9"),
    "QUIT": Words("Says goodbye.", "RFC 5321 section 4.1.1.10"),
    "STARTTLS": Words("Asks to go on inside TLS.", "RFC 3207 section 4"),
    "AUTH": Words("Begins to log in.", "RFC 4954 section 4"),
    "XCLIENT": Words("A proxy tells who the client behind it is.", "Postfix XCLIENT"),
    "PROXY": Words("A proxy tells who the client behind it is.", "PROXY protocol"),
    "ETRN": Words("Asks the server to send what waits for a domain.", "RFC 1985"),
}

MECHANISMS = {
    "PLAIN": Words("PLAIN: user name and password, in base64, which hides nothing.", "RFC 4616"),
    "LOGIN": Words("LOGIN: user name and password one after the other, in base64, which hides nothing."),
    "CRAM-MD5": Words("CRAM-MD5: a digest of the password and a challenge.", "RFC 2195"),
    "SCRAM-SHA-256": Words("SCRAM-SHA-256: both sides prove that they know the password.", "RFC 7677"),
    "XOAUTH2": Words("XOAUTH2: a token of the provider in place of a password."),
    "OAUTHBEARER": Words("OAUTHBEARER: a token of the provider in place of a password.", "RFC 7628"),
}

PARAMETERS = {
    "SIZE": Words("SIZE tells how many bytes will come.", "RFC 1870"),
    "BODY": Words("BODY tells whether there are bytes beyond ASCII.", "RFC 6152"),
    "SMTPUTF8": Words("SMTPUTF8: addresses or header fields are beyond ASCII.", "RFC 6531"),
    "AUTH": Words("AUTH names who first sent it.", "RFC 4954 section 5"),
    "RET": Words("RET asks for the whole message (FULL) or its header (HDRS) in a bounce.", "RFC 3461 section 4.3"),
    "ENVID": Words("ENVID is a name that bounces shall repeat.", "RFC 3461 section 4.4"),
    "NOTIFY": Words("NOTIFY says which reports the sender wants.", "RFC 3461 section 4.1"),
    "ORCPT": Words("ORCPT is the address that the sender first wrote to.", "RFC 3461 section 4.2"),
    "MT-PRIORITY": Words("MT-PRIORITY says how urgent it is, from -9 to 9.", "RFC 6710"),
    "REQUIRETLS": Words("REQUIRETLS: every server on the way must use TLS.", "RFC 8689"),
    "BY": Words("BY says until when it must be delivered.", "RFC 2852"),
    "HOLDFOR": Words("HOLDFOR asks to hold it for so many seconds.", "RFC 4865"),
    "HOLDUNTIL": Words("HOLDUNTIL asks to hold it until then.", "RFC 4865"),
}

EXTENSIONS = {
    "PIPELINING": Words("Commands may be sent without waiting for each reply.", "RFC 2920"),
    "SIZE": Words("The largest message in bytes that is taken; 0 or nothing is no limit.", "RFC 1870"),
    "8BITMIME": Words("Bytes beyond ASCII may be sent as they are.", "RFC 6152"),
    "SMTPUTF8": Words("Addresses and header fields may be beyond ASCII.", "RFC 6531"),
    "ENHANCEDSTATUSCODES": Words("Replies bear a second code that says more (such as 5.1.1).", "RFC 2034"),
    "STARTTLS": Words("The connection can go on inside TLS.", "RFC 3207"),
    "AUTH": Words("Clients may log in, in these ways.", "RFC 4954"),
    "CHUNKING": Words("The message may come in pieces (BDAT).", "RFC 3030"),
    "BINARYMIME": Words("The message may hold any bytes, line ends or not.", "RFC 3030"),
    "DSN": Words("The sender can say which bounces it wants (NOTIFY, RET, ENVID, ORCPT).", "RFC 3461"),
    "DELIVERBY": Words("The sender can set a time for the delivery.", "RFC 2852"),
    "MT-PRIORITY": Words("The sender can say how urgent a mail is.", "RFC 6710"),
    "REQUIRETLS": Words("The sender can demand TLS on the whole way.", "RFC 8689"),
    "LIMITS": Words("How many mails and recipients one connection may bring.", "RFC 9422"),
    "FUTURERELEASE": Words("The sender can have a mail held back.", "RFC 4865"),
    "VRFY": Words("VRFY can be asked.", "RFC 5321 section 4.1.1.6"),
    "EXPN": Words("EXPN can be asked.", "RFC 5321 section 4.1.1.7"),
    "ETRN": Words("ETRN can be asked.", "RFC 1985"),
    "HELP": Words("HELP can be asked.", "RFC 5321 section 4.1.1.8"),
    "XCLIENT": Words("Proxies may tell who the client is.", "Postfix XCLIENT"),
}

# What a yes says, by the command it answers
AGREED = {
    "": Words("The server is there and greets.", "RFC 5321 section 4.2"),
    "EHLO": Words("Hello; these are the extensions.", "RFC 5321 section 4.1.1.1"),
    "HELO": Words("Hello.", "RFC 5321 section 4.1.1.1"),
    "LHLO": Words("Hello; these are the extensions.", "RFC 2033 section 4.1"),
    "MAIL": Words("The sender is accepted.", "RFC 5321 section 3.3"),
    "RCPT": Words("The recipient is accepted.", "RFC 5321 section 3.3"),
    "DATA": Words("The message is safe: from now on the server answers for it.", "RFC 5321 section 6.1"),
    "BDAT": Words("The piece is there.", "RFC 3030 section 2"),
    "STARTTLS": Words("Go ahead with the TLS handshake.", "RFC 3207 section 4"),
    "RSET": Words("Forgotten.", "RFC 5321 section 4.1.1.5"),
    "NOOP": Words("Still here.", "RFC 5321 section 4.1.1.9"),
}

CODES = {
    211: Words("System status or help.", "RFC 5321 section 4.2.3"),
    214: Words("Help.", "RFC 5321 section 4.2.3"),
    220: Words("The service is ready.", "RFC 5321 section 4.2.3"),
    221: Words("Goodbye; the server closes the connection.", "RFC 5321 section 4.2.3"),
    235: Words("The login succeeded.", "RFC 4954 section 6"),
    250: Words("Done.", "RFC 5321 section 4.2.3"),
    251: Words("The user is elsewhere; the mail will be forwarded.", "RFC 5321 section 3.4"),
    252: Words("It will not say whether the user exists, but takes mail for it.", "RFC 5321 section 3.5.3"),
    334: Words("Go on with the login: what follows is a challenge in base64.", "RFC 4954 section 4"),
    354: Words("Send the message; a line with a single dot ends it.", "RFC 5321 section 4.1.1.4"),
    421: Words("Not now: the server closes the connection.", "RFC 5321 section 3.8"),
    432: Words("The password must be changed first.", "RFC 4954 section 4.7.12"),
    450: Words("The mailbox is not available at the moment.", "RFC 5321 section 4.2.3"),
    451: Words("The server has trouble of its own; try again later.", "RFC 5321 section 4.2.3"),
    452: Words("The server lacks room; try again later.", "RFC 5321 section 4.2.3"),
    454: Words("That is not available at the moment.", "RFC 4954 section 6"),
    455: Words("The parameters cannot be served at the moment.", "RFC 5321 section 4.2.3"),
    500: Words("A command that the server does not understand.", "RFC 5321 section 4.2.3"),
    501: Words("The command is not written as it must be.", "RFC 5321 section 4.2.3"),
    502: Words("A command that the server does not have.", "RFC 5321 section 4.2.3"),
    503: Words("A command out of order.", "RFC 5321 section 4.2.3"),
    504: Words("The server does not have this parameter or mechanism.", "RFC 5321 section 4.2.3"),
    521: Words("This host takes no mail.", "RFC 7504"),
    523: Words("The message is too large.", "RFC 7504"),
    530: Words("A login, or TLS, is required first.", "RFC 4954 section 6"),
    534: Words("This way of logging in is too weak for the account.", "RFC 4954 section 6"),
    535: Words("User name or password is wrong.", "RFC 4954 section 6"),
    538: Words("This way of logging in needs TLS.", "RFC 4954 section 6"),
    550: Words("Refused: no such mailbox, or not allowed.", "RFC 5321 section 4.2.3"),
    551: Words("The user is not here.", "RFC 5321 section 3.4"),
    552: Words("Too large, or the mailbox is full.", "RFC 5321 section 4.2.3"),
    553: Words("The address is not allowed or none.", "RFC 5321 section 4.2.3"),
    554: Words("It failed for good.", "RFC 5321 section 4.2.3"),
    555: Words("A parameter that the server does not know.", "RFC 5321 section 4.1.1.11"),
    556: Words("The domain takes no mail.", "RFC 7504"),
}

CLASSES = {
    "2": Words("The server agrees.", "RFC 5321 section 4.2.1"),
    "3": Words("The server waits for more.", "RFC 5321 section 4.2.1"),
    "4": Words("Refused for now: try the same again later.", "RFC 5321 section 4.2.1"),
    "5": Words("Refused for good: the same will fail again.", "RFC 5321 section 4.2.1"),
}

# Subject and detail of an enhanced status code (RFC 3463 section 3 and IANA's registry after it)
STATUS = {
    "1.0": Words("something about an address", "RFC 3463 section 3.2"),
    "1.1": Words("no such mailbox", "RFC 3463 section 3.2"),
    "1.2": Words("no such domain", "RFC 3463 section 3.2"),
    "1.3": Words("the recipient's address is malformed", "RFC 3463 section 3.2"),
    "1.4": Words("the address is ambiguous", "RFC 3463 section 3.2"),
    "1.5": Words("the recipient is valid", "RFC 3463 section 3.2"),
    "1.6": Words("the mailbox has moved", "RFC 3463 section 3.2"),
    "1.7": Words("the sender's address is malformed", "RFC 3463 section 3.2"),
    "1.8": Words("the sender's domain is not acceptable", "RFC 3463 section 3.2"),
    "1.10": Words("the domain takes no mail (null MX)", "RFC 7505"),
    "2.0": Words("something about the mailbox", "RFC 3463 section 3.3"),
    "2.1": Words("the mailbox is disabled", "RFC 3463 section 3.3"),
    "2.2": Words("the mailbox is full", "RFC 3463 section 3.3"),
    "2.3": Words("too large for the mailbox", "RFC 3463 section 3.3"),
    "2.4": Words("the list cannot be expanded", "RFC 3463 section 3.3"),
    "3.0": Words("something about the mail system", "RFC 3463 section 3.4"),
    "3.1": Words("the mail system is full", "RFC 3463 section 3.4"),
    "3.2": Words("the system takes no messages at the moment", "RFC 3463 section 3.4"),
    "3.3": Words("the system cannot do this", "RFC 3463 section 3.4"),
    "3.4": Words("the message is too large", "RFC 3463 section 3.4"),
    "3.5": Words("the system is not set up rightly", "RFC 3463 section 3.4"),
    "4.1": Words("no answer from the host", "RFC 3463 section 3.5"),
    "4.2": Words("the connection broke, or was idle for too long", "RFC 3463 section 3.5"),
    "4.3": Words("the directory (DNS) failed", "RFC 3463 section 3.5"),
    "4.4": Words("there is no way to the host", "RFC 3463 section 3.5"),
    "4.5": Words("the mail system is congested", "RFC 3463 section 3.5"),
    "4.6": Words("a mail loop", "RFC 3463 section 3.5"),
    "4.7": Words("delivery took too long", "RFC 3463 section 3.5"),
    "5.0": Words("something about the protocol", "RFC 3463 section 3.6"),
    "5.1": Words("an invalid command", "RFC 3463 section 3.6"),
    "5.2": Words("a syntax error", "RFC 3463 section 3.6"),
    "5.3": Words("too many recipients", "RFC 3463 section 3.6"),
    "5.4": Words("invalid arguments", "RFC 3463 section 3.6"),
    "5.6": Words("a line too long", "RFC 4954 section 6"),
    "6.0": Words("something about the content", "RFC 3463 section 3.7"),
    "6.1": Words("a kind of content that is not taken", "RFC 3463 section 3.7"),
    "6.3": Words("the content must be converted, and cannot be", "RFC 3463 section 3.7"),
    "6.7": Words("an address beyond ASCII is not allowed", "RFC 6531 section 3.5"),
    "7.0": Words("something about security or policy", "RFC 3463 section 3.8"),
    "7.1": Words("not allowed", "RFC 3463 section 3.8"),
    "7.2": Words("the list may not be used", "RFC 3463 section 3.8"),
    "7.4": Words("the security asked for is not there", "RFC 3463 section 3.8"),
    "7.8": Words("user name or password is wrong", "RFC 4954 section 6"),
    "7.9": Words("the way of logging in is too weak", "RFC 4954 section 6"),
    "7.10": Words("TLS is needed", "RFC 5248"),
    "7.11": Words("TLS is needed for this way of logging in", "RFC 4954 section 6"),
    "7.13": Words("the account is disabled", "RFC 5248"),
    "7.20": Words("no valid DKIM signature", "RFC 7372"),
    "7.23": Words("SPF says no", "RFC 7372"),
    "7.25": Words("no reverse DNS", "RFC 7372"),
    "7.26": Words("several checks of the domain failed", "RFC 7372"),
}
