"""Rows of the table: what the catcher noted of a client, and how its session ended."""

from mailtrap_local.doctor.table.diagnosis import Diagnosis

ROWS = (
    # What the catcher noted of a client
    Diagnosis(
        "tls-to-plain-port", "remark", rfc="RFC 8314 section 3.3", text="client begins TLS",
        means="The client began TLS at once on a port that speaks plain SMTP first.",
        change="Switch off SSL in the app (`EMAIL_USE_SSL`, `secure: true`, smtps://).",
        here="With --tls there is a port of its own for it, 1465.",
    ),
    Diagnosis(
        "plain-to-tls-port", "remark", rfc="RFC 8314 section 3.3",
        text="speaks plain text on the port where TLS|waits for a greeting",
        means="The client spoke plain SMTP on the port where TLS begins at once.",
        change="Switch on SSL in the app (`EMAIL_USE_SSL`, `secure: true`, smtps://), or use the port for STARTTLS.",
    ),
    Diagnosis(
        "no-handshake", "remark", rfc="RFC 3207 section 4",
        text="speaks plain text after STARTTLS|did not begin TLS|handshake did not end",
        means="The client said STARTTLS, or began TLS, and the handshake did not come.",
        change="The client has to begin TLS right after the reply 220; a proxy in between may hold it back.",
    ),
    Diagnosis(
        "distrusted", "remark", rfc="RFC 5280 section 6",
        text="not accept the certificate|the certificate for expired|left (during|right after) the TLS handshake",
        means="The client broke off the TLS handshake: it does not trust the certificate, or takes it for another's.",
        change="Let the app trust the authority that signed it, and use a host name that the certificate is for.",
        here="`mailtrap-local ca` prints the authority's certificate and says how to trust it.",
    ),
    Diagnosis(
        "tls-refused", "remark", rfc="RFC 8446 section 4.1.1",
        text="no version of TLS|no cipher, curve|is no TLS|^TLS failed",
        means="The TLS handshake failed: the two sides have no version, cipher or curve in common.",
        change="Bring the client's TLS library up to date; TLS 1.2 is the least that is spoken.",
    ),
    Diagnosis(
        "fault-rule", "remark", level="note", text=r"^fault .+ at [a-z-]+: ",
        means="A rule of this catcher made it happen: {remark}.",
        change="It was asked for, to see what the app makes of it; /api/v1/faults lists the rules.",
    ),
    Diagnosis(
        "http-client", "remark", rfc="RFC 9110", text="HTTP request",
        means="A browser or an HTTP client called on the SMTP port.",
        change="The web page and the API are on the other port (8025).",
    ),
    Diagnosis(
        "injected", "remark", rfc="RFC 3207 section 4.2", text="behind STARTTLS",
        means="The client sent commands together with STARTTLS; they were thrown away.",
        change="Wait for the reply to STARTTLS and for the handshake before anything else is sent.",
    ),
    Diagnosis(
        "bare-line-feed", "remark", level="warning", rfc="RFC 5321 section 2.3.8", text="bare line feed",
        means="The client ends lines with LF alone; the standard asks for CR LF.",
        change="Many servers refuse that, since it helps smuggling. Write `\\r\\n`, or use a library for SMTP.",
    ),
    Diagnosis(
        "bare-carriage-return", "remark", level="warning", rfc="RFC 5321 section 2.3.8", text="carriage return that no",
        means="The mail has a CR that is no part of a line end; some servers take it for one, others refuse it.",
        change="Normalise the line ends of the body to `\\r\\n`, or encode the part in base64.",
    ),
    Diagnosis(
        "long-line", "remark", level="warning", rfc="RFC 5321 section 4.5.3.1.6", text="has a line of over",
        means="A line is longer than the standard allows; servers on the way may cut it, break it, or refuse the mail.",
        change="Encode the part as quoted-printable or base64, which every mail library can, or break the lines.",
    ),
    Diagnosis(
        "nul-byte", "remark", level="warning", rfc="RFC 5322 section 4", text="NUL byte",
        means="The mail has a NUL byte; many servers drop it, cut the mail there, or refuse it.",
        change="Encode the part in base64.",
    ),
    Diagnosis(
        "unannounced-8bit", "remark", level="note", rfc="RFC 6152 section 2", text="bytes over 127",
        means="The mail has 8-bit characters that were not announced; nearly every server takes them all the same.",
        change="Say BODY=8BITMIME in MAIL FROM where the server offers 8BITMIME, or encode the parts and the header.",
    ),
    Diagnosis(
        "sloppy-path", "remark", level="warning", rfc="RFC 5321 section 4.1.2",
        text="angle brackets|blank before the address|source route|without a domain",
        means="An address that is not written as it should be; it was taken all the same.",
        change="Write MAIL FROM:<user@example.com> without a blank behind the colon; strict servers refuse the rest.",
    ),
    Diagnosis(
        "cut-off", "remark", rfc="RFC 5321 section 4.1.1.4", text="DATA without its end",
        means="The connection ended in the middle of a message; nothing of it was kept.",
        change="The client died or ran into a time-out while it sent, or it never sent the line with a single dot.",
    ),
    Diagnosis(
        "unheard", "remark", level="warning", rfc="RFC 5321 section 4.5.3.2.6", text="left before this reply",
        means="The mail was kept, and the client had hung up before it could read so; it may send it again.",
        change="Wait for the reply to the final dot before hanging up.",
    ),
    Diagnosis(
        "no-quit", "remark", level="note", rfc="RFC 5321 section 4.1.1.10", text="without QUIT",
        means="The client hung up without QUIT.",
        change="Close the connection by the library's own means (`quit`, `close`, a `with` block).",
    ),
    # How a session ended
    Diagnosis(
        "nothing-said", "end", level="warning", rfc="RFC 5321 section 3.1", text="^nothing-said$",
        means="Somebody connected, said nothing, and left.",
        change=(
            "Mostly a health check or a port scan. A client that waits for TLS says nothing either: if it is one "
            "of yours, let it speak plain SMTP."
        ),
    ),
    Diagnosis(
        "brought-nothing", "end", level="note", rfc="RFC 5321 section 3.3", text="^brought-nothing$",
        means="The client said hello and brought no mail.",
        change=(
            "A connection test does so. If a mail was meant to come, its app did not get to MAIL: see its own log."
        ),
    ),
    Diagnosis(
        "timed-out", "end", level="warning", rfc="RFC 5321 section 4.5.3.2.7", text="^timeout$",
        means="The client kept the connection and said nothing until the time was over.",
        change="Close connections that are not used any more.",
    ),
)  # fmt: skip
