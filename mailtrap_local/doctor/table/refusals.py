"""Rows of the table: replies that refuse, and what the server offers."""

from mailtrap_local.doctor.table.diagnosis import Diagnosis

ROWS = (
    # Limits of the server's patience
    Diagnosis(
        "too-many-connections", "reply", code="4[25].|554", rfc="RFC 5321 section 4.2.3",
        text=(
            "too many (concurrent |simultaneous |open )?(smtp )?(connections|sessions)|connection (rate"
            "|limit|count)|concurren"
        ),
        means="Too many connections at once, or too many in a short time, from this address.",
        change="Send over fewer connections, several mails on each; wait before the next.",
        here="It takes 20000 at once: something opens connections and does not close them.",
    ),
    Diagnosis(
        "rate-limit", "reply", code="4..|5..", rfc="RFC 5321 section 4.2.5",
        text=(
            "rate.?limit|too (many|much) (messages|mails?|emails|recipients per|requests)|throttl"
            "|quota exceeded for|sending (limit|rate)|too fast|daily.*(limit|quota)|unusual rate"
        ),
        means="More mail than the server allows in this time.",
        change="Send more slowly, and try these again later. Providers tell the limit in the account's settings.",
    ),
    Diagnosis(
        "greylisted", "reply", stages=("mail", "rcpt", "data"), code="4..", rfc="RFC 6647",
        text=r"gr[ea]y-?list|postgrey|try again in \d+ (s|m)",
        means="Greylisting: the server puts off senders that it does not know, to see whether they come back.",
        change=(
            "Nothing to change: try again after some minutes, as every mail server does. An app without a queue "
            "loses the mail here: let it send through a server that has one."
        ),
    ),
    Diagnosis(
        "shutting-down", "reply", code="421", status=r"4\.3\.2", rfc="RFC 5321 section 3.8",
        means="The server is stopping or not ready.",
        change="Try again when it is up.",
    ),
    Diagnosis(
        "idle", "reply", level="warning", code="421", rfc="RFC 5321 section 4.5.3.2.7", text="idle|time.?out|inactiv",
        means="Nothing was said for so long that the server hung up.",
        change="Close connections that are not used, and open a new one for the next mail.",
    ),
    Diagnosis(
        "no-mail-brought", "reply", code="421", rfc="RFC 5321 section 4.3.2", text="too many commands",
        means="Too many commands that brought no mail forward.",
        change="The client goes in circles: see the commands that were refused before.",
    ),
    Diagnosis(
        "wrong-protocol", "reply", code="421", text="port speaks SMTP",
        means="What the client said first was no SMTP.",
        change="Let it use the web page's port for HTTP, and no TLS on this one unless it was switched on (--tls).",
    ),
    Diagnosis(
        "plain-to-tls-port", "reply", code="421", rfc="RFC 8314 section 3.3", text="TLS is spoken here",
        means="The client spoke plain SMTP on the port where TLS begins at once.",
        change="Switch on SSL in the app (`EMAIL_USE_SSL`, `secure: true`, smtps://), or use the port for STARTTLS.",
    ),
    # Who calls
    Diagnosis(
        "blocked", "reply", code="[45]..", rfc="RFC 6471",
        text=(
            r"spamhaus|blocklist|black ?list|\brbl\b|dnsbl|barracuda|spamcop|poor reputation|blocked using"
            "|listed at"
        ),
        means="The address that the mail comes from is on a blocklist, or of ill repute.",
        change=(
            "Send through your provider's server. Addresses of homes, offices and clouds are often blocked for "
            "mail; for a server of your own ask the list to be taken off."
        ),
    ),
    Diagnosis(
        "helo-refused", "reply", stages=("ehlo", "mail", "rcpt"), code="5..|450", rfc="RFC 5321 section 4.1.4",
        text=r"(helo|ehlo) (command )?(reject|invalid|denied)|(reject|invalid|bad).*\b(helo|ehlo)\b|qualified hostname",
        means="The server does not like the name that the client gave in EHLO.",
        change="Set the client's host name to a full name that exists in the DNS (`local_hostname`, `name`, `helo`).",
        here="EHLO needs a name or an address in brackets, without blanks or control characters.",
    ),
    Diagnosis(
        "no-reverse-dns", "reply", code="[45]..", rfc="RFC 1912 section 2.1",
        text=r"reverse (dns|hostname|lookup)|\bptr\b|client host(name)? rejected",
        means="The server wants the calling address to have a name in the DNS, and the name to lead back.",
        change="Send through your provider's server, or set the PTR record of the address.",
    ),
    Diagnosis(
        "authentication-of-domain", "reply", code="[45]..", status=r"[45]\.7\.(2[0-9]|30|515|509)|", rfc="RFC 7489",
        text=r"\bspf\b|\bdkim\b|\bdmarc\b|unauthenticated (mail|email)",
        means="The mail does not prove that it comes from its domain (SPF, DKIM, DMARC).",
        change="Publish SPF and DKIM for the domain in From, or send through a server that signs for it.",
    ),
    Diagnosis(
        "helo-refused", "reply", stages=("ehlo",), code="501|504|55[034]", rfc="RFC 5321 section 4.1.4",
        means="The server does not like the name that the client gave in EHLO.",
        change=(
            "Set the client's host name to a full name that exists in the DNS (`local_hostname`, `name`, `helo`)."
        ),
        here="EHLO needs a name or an address in brackets, without blanks or control characters.",
    ),
    Diagnosis(
        "no-ehlo", "reply", stages=("ehlo",), level="warning", code="500|502", rfc="RFC 5321 section 3.2",
        means="The server does not know EHLO, so it has no extensions: no TLS, no login, no 8-bit mail.",
        change="Something between (an old firewall that reads along) may rewrite it; switch off its SMTP inspection.",
        here="EHLO needs the client's name behind it.",
    ),
    Diagnosis(
        "no-service", "reply", stages=("greeting",), code="5..", rfc="RFC 7504",
        means="The server takes no mail from here, or none at all.",
        change="Read its words: mostly the calling address is blocked, or this machine receives no mail.",
    ),
    # The sender
    Diagnosis(
        "too-large", "reply", stages=("mail", "data"), code="552|523", rfc="RFC 1870 section 6",
        means="The message is larger than the server takes.",
        change=(
            "Send a smaller one (links in place of attachments), or raise the server's limit "
            "(`message_size_limit`)."
        ),
        here="Its limit is --max-message-size.",
    ),
    Diagnosis(
        "too-large", "reply", stages=("mail", "rcpt", "data"), status=r"5\.3\.4|5\.2\.3", rfc="RFC 1870 section 6",
        means="The message is larger than the server takes.",
        change=(
            "Send a smaller one (links in place of attachments), or raise the server's limit "
            "(`message_size_limit`)."
        ),
        here="Its limit is --max-message-size.",
    ),
    Diagnosis(
        "size", "offer", rfc="RFC 1870", text="^size$",
        means="The message has {size} bytes, and the server takes {limit}.",
        change="Send a smaller one (base64 makes attachments a third larger), or raise the server's limit.",
    ),
    Diagnosis(
        "smtputf8-needed", "offer", rfc="RFC 6531 section 3.2", text="^smtputf8-needed$",
        means=(
            "An address or a header field is beyond ASCII, and the server has no SMTPUTF8: it cannot take such "
            "mail."
        ),
        change=(
            "Write the domain in its ASCII form (xn--…); a local part beyond ASCII has none. Encode header fields "
            "(RFC 2047)."
        ),
    ),
    Diagnosis(
        "smtputf8-needed", "reply", status=r"5\.6\.7", rfc="RFC 6531 section 3.5",
        means="An address beyond ASCII came without SMTPUTF8, or the server has none.",
        change="Let the client say SMTPUTF8 in MAIL, or write the domain in its ASCII form (xn--…).",
    ),
    Diagnosis(
        "sender-unverified", "reply", stages=("mail", "rcpt", "data"), code="5..", rfc="RFC 6409 section 6.1",
        text=(
            "not verified|verify your|identity|not (an )?(allowed|authori[sz]ed|permitted) (to send|sender)"
            "|send as|not owned by"
        ),
        means="This account may not send as {sender}.",
        change="Use a sender that belongs to the account, or verify the address or domain with the provider.",
    ),
    Diagnosis(
        "bad-sender-syntax", "reply", stages=("mail", "rcpt"), code="50[14]|553", rfc="RFC 5321 section 4.1.1.2",
        text="sender address",
        means="The sender's address is none, or its domain is not whole.",
        change="Give the bare address in angle brackets, without display name or line break; its domain must be whole.",
    ),
    Diagnosis(
        "bad-recipient-syntax", "reply", stages=("rcpt",), code="50[14]|553", rfc="RFC 5321 section 4.1.1.3",
        text="recipient address",
        means="The recipient's address is none, or its domain is not whole.",
        change="Give the bare address in angle brackets, without display name or line break; its domain must be whole.",
    ),
    Diagnosis(
        "unknown-parameter", "reply", stages=("mail", "rcpt"), code="555|504", rfc="RFC 5321 section 4.1.1.11",
        means="A parameter behind the address is of an extension that the server does not offer.",
        change="The client must look at the EHLO reply before it uses an extension; after HELO there are none.",
    ),
    Diagnosis(
        "bad-parameter", "reply", stages=("mail", "rcpt"), code="501", rfc="RFC 5321 section 4.1.2",
        text="(malformed|invalid|bad) (parameter|.* parameter)|parameter.*(invalid|syntax)",
        means="A parameter behind the address is malformed.",
        change="See the extension's RFC for how its value is written.",
    ),
    Diagnosis(
        "bad-sender-syntax", "reply", stages=("mail",), code="501|553", rfc="RFC 5321 section 4.1.1.2",
        means="The sender's address is none, or not written as MAIL FROM:<address>.",
        change=(
            "Give the bare address in angle brackets, without display name or line break; its domain must be whole."
        ),
    ),
    Diagnosis(
        "sender-refused", "reply", stages=("mail",), code="55.", rfc="RFC 5321 section 3.3",
        means="The server does not take mail from {sender}.",
        change="Use a sender whose domain exists and that this server is responsible for.",
    ),
    # The recipient
    Diagnosis(
        "relay-denied", "reply", stages=("rcpt", "data"), code="5..|454|450", rfc="RFC 5321 section 3.6.2",
        text="relay|not permitted to|we do not (accept|deliver)|not local|no such domain here",
        means="Relaying denied: the server delivers for its own domains alone, unless it knows who sends.",
        change=(
            "Log in (user name and password), or send from a network that the server trusts (`mynetworks`), or "
            "give the mail to the server that is responsible for the recipient."
        ),
    ),
    Diagnosis(
        "mailbox-full", "reply", stages=("rcpt", "data"), code="4..|5..", status=r"[45]\.2\.2",
        rfc="RFC 3463 section 3.3",
        means="The recipient's mailbox is full.",
        change="Try later; nobody but its owner can help.",
    ),
    Diagnosis(
        "mailbox-full", "reply", stages=("rcpt", "data"), rfc="RFC 3463 section 3.3",
        text="mailbox (is )?full|over quota|quota",
        means="The recipient's mailbox is full.",
        change="Try later; nobody but its owner can help.",
    ),
    Diagnosis(
        "too-many-recipients", "reply", stages=("rcpt",), status=r"[45]\.5\.3", rfc="RFC 5321 section 4.5.3.1.10",
        means="More recipients in one mail than the server takes.",
        change="Send to those that were taken, and to the others in a further mail.",
        here="It takes 1000 in one mail.",
    ),
    Diagnosis(
        "too-many-recipients", "reply", stages=("rcpt",), rfc="RFC 5321 section 4.5.3.1.10",
        text="too many recipients",
        means="More recipients in one mail than the server takes.",
        change="Send to those that were taken, and to the others in a further mail.",
        here="It takes 1000 in one mail.",
    ),
    Diagnosis(
        "null-mx", "reply", stages=("rcpt",), status=r"[45]\.1\.10", rfc="RFC 7505",
        means="The recipient's domain takes no mail (null MX).",
        change="Correct the address.",
    ),
    Diagnosis(
        "null-mx", "reply", stages=("rcpt",), code="556", rfc="RFC 7504",
        means="The recipient's domain takes no mail.",
        change="Correct the address.",
    ),
    Diagnosis(
        "unknown-recipient", "reply", stages=("rcpt", "data"), code="5..", status=r"5\.1\.[012]|5\.1\.6|5\.2\.1",
        rfc="RFC 3463 section 3.2",
        means="There is no such mailbox or domain.",
        change="Correct the address; a second try will fail as well.",
    ),
    Diagnosis(
        "unknown-recipient", "reply", stages=("rcpt",), code="550|551", rfc="RFC 5321 section 4.2.3",
        text="user|mailbox|recipient|unknown|does not exist|no such",
        means="There is no such mailbox.",
        change="Correct the address; a second try will fail as well.",
    ),
    Diagnosis(
        "bad-recipient-syntax", "reply", stages=("rcpt",), code="501|553", rfc="RFC 5321 section 4.1.1.3",
        means="The recipient's address is none, or not written as RCPT TO:<address>.",
        change="Give the bare address in angle brackets, one in each RCPT, without display name or line break.",
    ),
    # Content
    Diagnosis(
        "spam", "reply", stages=("data", "rcpt", "mail"), code="5..|4..", rfc="RFC 3463 section 3.8",
        text="spam|content (rejected|refused)|virus|malware|policy (reasons|violation)|message (was )?blocked",
        means="The server's filter refuses the content or the sender by its policy.",
        change="Read its words and links; test the text, the links in it, and the sender's authentication.",
    ),
    Diagnosis(
        "no-recipient", "reply", stages=("data",), code="503|554", status=r"5\.5\.1|", rfc="RFC 5321 section 3.3",
        text="recipient|rcpt",
        means="DATA came although no recipient had been accepted.",
        change="See why each RCPT was refused; the client should have stopped there.",
    ),
    # Order and syntax
    Diagnosis(
        "out-of-order", "reply", level="warning", code="503", rfc="RFC 5321 section 4.1.4",
        means="A command out of order: the one that must come before it is missing, or was refused.",
        change="The order is EHLO, MAIL, RCPT, DATA; RSET ends a mail that was begun.",
    ),
    Diagnosis(
        "line-too-long", "reply", code="500", rfc="RFC 5321 section 4.5.3.1", text="too long",
        means="A line longer than the server takes.",
        change="The client may send mail where a command is expected: look whether it waited for 354 after DATA.",
    ),
    Diagnosis(
        "command-failed", "reply", stages=("mail", "rcpt", "data"), code="500|502", rfc="RFC 5321 section 4.5.1",
        means="The server did not carry out a command that every mail server has.",
        change="See its words and its log: something behind it failed, or what answers is no whole mail server.",
    ),
    Diagnosis(
        "unknown-command", "reply", level="warning", code="500|502", rfc="RFC 5321 section 4.2.4",
        means="A command that the server does not know or have.",
        change=(
            "If it looks like a piece of a mail, the client sent that without DATA or before 354. STARTTLS works "
            "only where the EHLO reply lists it."
        ),
        here="STARTTLS is there with --tls.",
    ),
    Diagnosis(
        "syntax", "reply", level="warning", code="501|504|55[35]", rfc="RFC 5321 section 4.2.3",
        means="A command that is not written as it must be.",
        change="See the server's words for the part that is wrong.",
    ),
    Diagnosis(
        "server-trouble", "reply", code="451|452", rfc="RFC 5321 section 4.2.3",
        means="The server has trouble of its own at the moment (disk, store, a filter behind it).",
        change="Try again later; its log says what is wrong.",
    ),
    Diagnosis(
        "refused-for-now", "reply", code="4..", rfc="RFC 5321 section 4.2.1",
        means="The server refuses for now: a 4xx reply asks to try the same again later.",
        change=(
            "Keep the mail and try again after some minutes. An app without a queue should send through a server "
            "that has one."
        ),
    ),
    Diagnosis(
        "refused-for-good", "reply", code="5..", rfc="RFC 5321 section 4.2.1",
        means="The server refuses for good: a 5xx reply says that the same will fail again.",
        change="Change what its words name; trying again as it is serves nothing.",
    ),
    # What it can
    Diagnosis(
        "no-8bitmime", "offer", level="note", rfc="RFC 6152", text="^no-8bitmime$",
        means="The server has no 8BITMIME.",
        change="Mail beyond ASCII must be sent as quoted-printable or base64; most libraries do that by themselves.",
    ),
    Diagnosis(
        "no-smtputf8", "offer", level="note", rfc="RFC 6531", text="^no-smtputf8$",
        means="The server has no SMTPUTF8: addresses must be ASCII.",
        change="Nothing to change as long as no address is beyond ASCII.",
    ),
    Diagnosis(
        "slow", "slow", level="warning", rfc="RFC 5321 section 4.5.3.2",
        means="It took {seconds} s until the server had answered to {step}.",
        change=(
            "At the greeting and RCPT that is mostly a DNS that does not answer, or a delay on purpose; after DATA "
            "a filter. A request of a web app should not wait for it: send in the background."
        ),
    ),
)  # fmt: skip
