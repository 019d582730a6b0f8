"""Rows of the table: the name, the connection, and what speaks there."""

from mailtrap_local.doctor.table.diagnosis import Diagnosis

ROWS = (
    # The name
    Diagnosis(
        "no-such-name", "resolve", rfc="RFC 1035", text="^no-name$",
        means="There is no host called {host}: the DNS has no address for that name.",
        change=(
            "Check the spelling. In a container or a compose network the name of the service is meant, and it "
            "exists only inside that network."
        ),
    ),
    Diagnosis(
        "dns-silent", "resolve", rfc="RFC 1035", text="^no-answer$",
        means="The DNS did not answer when it was asked for {host}.",
        change=(
            "Check this machine's resolver (/etc/resolv.conf, VPN, firewall); an IP address in place of the name "
            "tells whether the mail server itself can be reached."
        ),
    ),
    Diagnosis(
        "bad-name", "resolve", rfc="RFC 1035 section 2.3.4", text="^bad-name$",
        means="{host} cannot be the name of a host.",
        change="Give the host alone, without a path, blanks or a scheme inside; an IPv6 address goes in brackets.",
    ),
    Diagnosis(
        "internal", "resolve", text="^internal$",
        means=(
            "{host} is on this machine or in a private network, and mailtrap-local was told to reach none of these."
        ),
        change="Start mailtrap-local with --allow-internal if that is meant.",
    ),
    Diagnosis(
        "internal", "connect", text="^internal$",
        means=(
            "{address} is on this machine or in a private network, and mailtrap-local was told to reach none of "
            "these."
        ),
        change="Start mailtrap-local with --allow-internal if that is meant.",
    ),
    # The connection
    Diagnosis(
        "other-family", "connect", rfc="RFC 6724", text="^other-family$",
        means=(
            "Nothing listens on {fails} port {port}, but something does on {works}: the server uses the other "
            "family of addresses (IPv4 and IPv6 are two different networks)."
        ),
        change="Use {works} in the app, or `localhost` if it tries both, or let the server listen on both.",
    ),
    Diagnosis(
        "refused", "connect", rfc="RFC 9293 section 3.10.7", text="^refused$",
        means="{address} is reached and refuses: nothing listens on that port.",
        change=(
            "Start the server, or correct the port (25 between servers, 587 and 2525 for apps, 465 with TLS from "
            "the start, 1025 for catchers). In a container `localhost` is the container itself: use the service's "
            "name or host.docker.internal."
        ),
    ),
    Diagnosis(
        "connect-timeout", "connect", text="^timeout$",
        means="{address} does not answer at all: packets are dropped on the way, mostly by a firewall.",
        change=(
            "Many providers and clouds block port 25 towards the outside: use 587, 465 or 2525. Else check "
            "address, firewall and security group."
        ),
    ),
    Diagnosis(
        "only-ipv6", "connect", rfc="RFC 4291", text="^only-ipv6$",
        means="{host} has IPv6 addresses only, and this machine has no way to IPv6.",
        change="Give the server an IPv4 address (an A record), or this machine or container an IPv6 network.",
    ),
    Diagnosis(
        "unreachable", "connect", text="^unreachable$",
        means="There is no way from here to {address}: {detail}.",
        change="Check network, VPN and routing; in a container check which networks it is in.",
    ),
    Diagnosis(
        "one-family", "connect", level="warning", rfc="RFC 8305", text="^one-family$",
        means=(
            "{host} leads to {fails} first, where nothing listens, and then to {works}, which answers. Clients "
            "that try the first address alone will fail."
        ),
        change="Let the server listen on both families, or use {works} in the app.",
    ),
    Diagnosis(
        "some-addresses", "connect", level="warning", rfc="RFC 5321 section 5.1", text="^some-addresses$",
        means="Of the addresses of {host}, {fails} did not take the connection; {works} did.",
        change=(
            "Clients that try one address alone will fail now and then. Repair or withdraw the addresses that fail."
        ),
    ),
    Diagnosis(
        "no-connection", "connect",
        means="No connection to {address}: {detail}.",
        change="Check host and port, and whether the server runs.",
    ),
    # What speaks there
    Diagnosis(
        "tls-port", "tls", rfc="RFC 8314 section 3.3", text="^tls-port$",
        means="This port wants TLS from the first octet, and was spoken to without: both sides wait for the other.",
        change=(
            "Use smtps:// (in an app: secure, SSL, `EMAIL_USE_SSL`, `secure: true`), or the port for STARTTLS, "
            "mostly 587."
        ),
    ),
    Diagnosis(
        "plain-port", "tls", rfc="RFC 3207", text="^plain-port$",
        means="TLS was begun at once on a port that speaks plain SMTP first; the handshake cannot succeed.",
        change=(
            "Use smtp:// (in an app: STARTTLS or TLS off, `EMAIL_USE_TLS` in place of `EMAIL_USE_SSL`, `secure: "
            "false`), or the port for implicit TLS, mostly 465."
        ),
    ),
    Diagnosis(
        "http", "foreign", rfc="RFC 9110", text=r"HTTP/\d|<html|<!doctype",
        means="A web server answers on this port, not a mail server.",
        change="Correct the port: of a catcher it is the one for SMTP (1025), not that of its web page (8025).",
    ),
    Diagnosis(
        "imap", "foreign", rfc="RFC 9051", text=r"^\* (OK|PREAUTH|BYE)",
        means="An IMAP server answers on this port: mail is read there, not sent.",
        change="Use the port for sending: 587 or 465.",
    ),
    Diagnosis(
        "pop3", "foreign", rfc="RFC 1939", text=r"^(\+OK|-ERR)",
        means="A POP3 server answers on this port: mail is fetched there, not sent.",
        change="Use the port for sending: 587 or 465.",
    ),
    Diagnosis(
        "ssh", "foreign", rfc="RFC 4253", text="^SSH-",
        means="An SSH server answers on this port.",
        change="Correct the port; mail servers listen on 25, 465 or 587.",
    ),
    Diagnosis(
        "not-smtp", "foreign", rfc="RFC 5321 section 4.2",
        means="What answers on this port speaks no SMTP.",
        change="Correct host and port; mail servers listen on 25, 465 or 587.",
    ),
    Diagnosis(
        "ftp", "reply", stages=("ehlo",), code="5..", rfc="RFC 959", text=r"\b(ftp|login with USER|USER and PASS)\b",
        means="An FTP server answers on this port.",
        change="Correct the port; mail servers listen on 25, 465 or 587.",
    ),
    Diagnosis(
        "no-greeting", "silence", stages=("greeting",), rfc="RFC 5321 section 4.5.3.2.1",
        means="The connection stands, and the server said nothing for {seconds} s.",
        change=(
            "Some servers look up who calls before they greet, and wait for a DNS that does not answer; a proxy "
            "may hold the connection with nobody behind it. Try longer (--timeout), or the server's own log."
        ),
    ),
    Diagnosis(
        "silence", "silence", rfc="RFC 5321 section 4.5.3.2",
        means="The server gave no reply within {seconds} s.",
        change=(
            "It may be overloaded, or check the mail while the client waits. The RFC has clients wait for minutes: "
            "try with a longer --timeout, and give the app the same."
        ),
    ),
    Diagnosis(
        "closed-at-greeting", "closed", stages=("greeting", "tls"), rfc="RFC 5321 section 3.8",
        means="The server took the connection and hung up without a word.",
        change=(
            "Mostly a block by address, a limit of connections, or a proxy with nobody behind it: the server's log "
            "says which. A server that wants TLS from the start may do so too: try smtps://."
        ),
    ),
    Diagnosis(
        "closed", "closed", rfc="RFC 5321 section 3.8",
        means="The server hung up in the middle of the conversation, without a reply.",
        change=(
            "Servers should say 421 first; look into the log of the server or of a firewall or proxy that reads "
            "along."
        ),
    ),
)  # fmt: skip
