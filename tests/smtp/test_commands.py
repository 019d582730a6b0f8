"""The conversations of RFC 5321 and its extensions, a row each: what is said, what must be answered, and why."""

from dataclasses import dataclass

import pytest

from tests.smtp.talking import Client, Running, codes

EHLO = "EHLO client.example"
MAIL = "MAIL FROM:<a@example.com>"
RCPT = "RCPT TO:<b@example.com>"
AUTH = "AUTH PLAIN AGFubgBzZWNyZXQ="  # NUL ann NUL secret


@dataclass(frozen=True)
class Row:
    section: str
    what: str
    lines: tuple[str | bytes, ...]
    reply: str  # how the reply to the last line begins


ROWS = [
    # hello
    Row("RFC 5321 4.1.1.1", "HELO", ("HELO client.example",), "250 localhost"),
    Row("RFC 5321 4.1.1.1", "EHLO without a name", ("EHLO",), "501 5.5.4"),
    Row("RFC 5321 4.1.1.1", "HELO with blanks only", ("HELO   ",), "501 5.5.4"),
    Row("RFC 5321 4.1.1.1", "EHLO with a control character", (b"EHLO a\x00b",), "501 5.5.4"),
    Row("RFC 5321 4.1.1.1", "EHLO with an address literal", ("EHLO [127.0.0.1]",), "250-localhost"),
    Row("RFC 5321 4.1.4", "EHLO again ends the mail", (EHLO, MAIL, EHLO, MAIL), "250 2.1.0"),
    Row("RFC 5321 2.4", "verbs in any case", ("ehlo x", "mAiL fRoM:<a@example.com>"), "250 2.1.0"),
    Row("RFC 5321 4.1.4", "EHLO that is refused changes nothing", (EHLO, MAIL, RCPT, "EHLO", "DATA"), "354 "),
    Row("RFC 5321 4.1.1.1", "EHLO with a name that does not resolve", ("EHLO nobody.invalid",), "250-localhost"),
    Row("RFC 5321 3.2", "HELO after EHLO takes the extensions back", (EHLO, "HELO x", MAIL + " SIZE=1"), "555 5.5.4"),
    # order
    Row("RFC 5321 4.1.4", "MAIL before EHLO", (MAIL,), "503 5.5.1"),
    Row("RFC 5321 4.1.4", "RCPT before EHLO", (RCPT,), "503 5.5.1"),
    Row("RFC 5321 4.1.4", "DATA before EHLO", ("DATA",), "503 5.5.1"),
    Row("RFC 5321 3.3", "RCPT before MAIL", (EHLO, RCPT), "503 5.5.1"),
    Row("RFC 5321 3.3", "DATA before MAIL", (EHLO, "DATA"), "503 5.5.1"),
    Row("RFC 5321 3.3", "DATA before RCPT", (EHLO, MAIL, "DATA"), "503 5.5.1"),
    Row("RFC 5321 3.3", "DATA after refused RCPT only", (EHLO, MAIL, "RCPT TO:<>", "DATA"), "554 5.5.1"),
    Row("RFC 5321 4.1.4", "MAIL within a mail", (EHLO, MAIL, MAIL), "503 5.5.1"),
    Row("RFC 5321 4.1.4", "MAIL within a mail from nobody", (EHLO, "MAIL FROM:<>", MAIL), "503 5.5.1"),
    Row("RFC 5321 4.1.1.5", "RSET ends the mail", (EHLO, MAIL, RCPT, "RSET", "DATA"), "503 5.5.1"),
    Row("RFC 5321 4.1.1.5", "RSET leaves the hello", (EHLO, MAIL, "RSET", MAIL), "250 2.1.0"),
    Row("RFC 5321 4.1.1.5", "RSET leaves the login", (EHLO, AUTH, "RSET", AUTH), "503 5.5.1"),
    Row("RFC 5321 4.1.4", "RSET before EHLO", ("RSET",), "250 2.0.0"),
    Row("RFC 5321 4.1.4", "NOOP within a mail", (EHLO, MAIL, "NOOP", RCPT, "NOOP", "DATA"), "354 "),
    Row("RFC 5321 4.1.4", "VRFY within a mail", (EHLO, MAIL, RCPT, "VRFY ann", "DATA"), "354 "),
    Row("RFC 5321 4.1.4", "HELP within a mail", (EHLO, MAIL, RCPT, "HELP", "EXPN l", "DATA"), "354 "),
    Row("RFC 5321 4.1.4", "VRFY before EHLO", ("VRFY ann",), "252 2."),
    Row("RFC 5321 4.1.4", "a MAIL that is refused begins nothing", (EHLO, "MAIL FROM:<a@b@c.org>", RCPT), "503 5.5.1"),
    Row("RFC 5321 4.1.4", "MAIL after one that was refused", (EHLO, "MAIL FROM:<a@b@c.org>", MAIL), "250 2.1.0"),
    Row("RFC 5321 3.3", "a refused RCPT leaves the others", (EHLO, MAIL, RCPT, "RCPT TO:<>", "DATA"), "354 "),
    Row("RFC 5321 4.1.1.4", "the mail is over after its end", (EHLO, MAIL, RCPT, "DATA", "x\r\n.", RCPT), "503 5.5.1"),
    Row("RFC 5321 4.1.1.4", "the next mail after it", (EHLO, MAIL, RCPT, "DATA", "x\r\n.", MAIL), "250 2.1.0"),
    Row("RFC 5321 4.1.1.4", "an empty mail", (EHLO, MAIL, RCPT, "DATA", "."), "250 2.0.0"),
    Row("RFC 5321 4.5.2", "a dot among more is none", (EHLO, MAIL, RCPT, "DATA", "..\r\n. \r\n.x\r\n."), "250 2.0.0"),
    Row("RFC 5321 4.1.1.4", "DATA", (EHLO, MAIL, RCPT, "DATA"), "354 "),
    Row("RFC 5321 4.1.1.4", "DATA with an argument", (EHLO, MAIL, RCPT, "DATA now"), "501 5.5.4"),
    Row("RFC 5321 4.1.1.4", "DATA with a trailing blank", (EHLO, MAIL, RCPT, "DATA "), "354 "),
    # small commands
    Row("RFC 5321 4.1.1.9", "NOOP", ("NOOP",), "250 2.0.0"),
    Row("RFC 5321 4.1.1.9", "NOOP with a string", ("NOOP hello",), "250 2.0.0"),
    Row("RFC 5321 4.1.1.5", "RSET", ("RSET",), "250 2.0.0"),
    Row("RFC 5321 4.1.1.5", "RSET with an argument", ("RSET x",), "501 5.5.4"),
    Row("RFC 5321 4.1.1.10", "QUIT", ("QUIT",), "221 2.0.0"),
    Row("RFC 5321 4.1.1.10", "QUIT with an argument", ("QUIT now",), "501 5.5.4"),
    Row("RFC 5321 4.1.1.6", "VRFY", ("VRFY ann",), "252 2."),
    Row("RFC 5321 4.1.1.6", "VRFY nobody", ("VRFY",), "501 5.5.4"),
    Row("RFC 5321 4.1.1.7", "EXPN", ("EXPN list",), "502 5.5.1"),
    Row("RFC 5321 4.1.1.8", "HELP", ("HELP",), "214-2.0.0"),
    Row("RFC 5321 4.1.1.8", "HELP on a command", ("HELP mail",), "214 2.0.0 MAIL FROM:<address>"),
    Row("RFC 5321 4.2.4", "an unknown command", ("FROB x",), "500 5.5.2"),
    Row("RFC 5321 4.2.4", "an empty line", ("",), "500 5.5.2"),
    Row("RFC 5321 4.2.4", "8-bit rubbish", (b"\xff\xfe\x00",), "500 5.5.2"),
    Row("RFC 3207 4", "STARTTLS where it is not offered", (EHLO, "STARTTLS"), "502 5.5.1"),
    # lengths
    Row("RFC 5321 4.5.3.1.4", "a line of 4 kB", ("NOOP " + "x" * 4_000,), "250 2.0.0"),
    Row("RFC 5321 4.5.3.1.4", "a line over 4 kB", ("NOOP " + "x" * 5_000,), "500 5.5.6"),
    Row("RFC 5321 4.5.3.1.4", "a line over 100 kB", ("NOOP " + "x" * 100_000,), "500 5.5.6"),
    Row("RFC 5321 4.5.3.1.4", "what follows a line too long", ("NOOP " + "x" * 100_000, "NOOP"), "250 2.0.0"),
    # reverse-path
    Row("RFC 5321 4.5.5", "the null reverse-path", (EHLO, "MAIL FROM:<>"), "250 2.1.0"),
    Row("RFC 5321 4.1.2", "a blank before the path", (EHLO, "MAIL FROM: <a@example.com>"), "250 2.1.0"),
    Row("RFC 5321 4.1.2", "no angle brackets", (EHLO, "MAIL FROM:a@example.com"), "250 2.1.0"),
    Row("RFC 5321 4.1.1.2", "no FROM", (EHLO, "MAIL <a@example.com>"), "501 5.5.4"),
    Row("RFC 5321 4.1.1.2", "nothing behind FROM", (EHLO, "MAIL FROM:"), "501 5.5.4"),
    Row("RFC 5321 4.1.1.2", "MAIL alone", (EHLO, "MAIL"), "501 5.5.4"),
    Row("RFC 5321 4.1.2", "no closing bracket", (EHLO, "MAIL FROM:<a@example.com"), "501 5.5.4"),
    Row("RFC 5321 4.1.2", "two addresses", (EHLO, "MAIL FROM:<a@b@example.com>"), "553 5.1.7"),
    Row("RFC 5321 4.1.2", "a bare CR in the address", (EHLO, b"MAIL FROM:<a\rb@example.com>"), "553 5.1.7"),
    Row("RFC 5321 4.1.2", "a NUL in the address", (EHLO, b"MAIL FROM:<a\x00@example.com>"), "553 5.1.7"),
    Row("RFC 5321 4.1.2", "a NUL in a parameter", (EHLO, b"MAIL FROM:<a@example.com> SIZE=\x001"), "553 5.1.7"),
    # forward-path
    Row("RFC 5321 4.1.1.3", "postmaster without a domain", (EHLO, MAIL, "RCPT TO:<Postmaster>"), "250 2.1.5"),
    Row("RFC 5321 4.1.1.3", "the null path", (EHLO, MAIL, "RCPT TO:<>"), "553 5.1.3"),
    Row("RFC 5321 4.5.1", "postmaster with a domain", (EHLO, MAIL, "RCPT TO:<POSTMASTER@example.com>"), "250 2.1.5"),
    Row("RFC 5321 4.1.1.3", "the same recipient again", (EHLO, MAIL, RCPT, RCPT), "250 2.1.5"),
    Row("RFC 5321 4.1.1.3", "no TO", (EHLO, MAIL, "RCPT <b@example.com>"), "501 5.5.4"),
    Row("RFC 5321 4.1.1.3", "RCPT alone", (EHLO, MAIL, "RCPT"), "501 5.5.4"),
    Row("RFC 5321 4.5.3.1.1", "a local part of 64 octets", (EHLO, MAIL, f"RCPT TO:<{'x' * 64}@x.org>"), "250 2.1.5"),
    Row("RFC 5321 4.5.3.1.2", "a domain of 255 octets", (EHLO, MAIL, f"RCPT TO:<b@{'x.' * 127}x>"), "250 2.1.5"),
    Row("RFC 5321 4.1.2", "a quoted pair", (EHLO, MAIL, r'RCPT TO:<"a\"b"@example.com>'), "250 2.1.5"),
    Row("RFC 5321 4.1.2", "a quoted local part without an end", (EHLO, MAIL, 'RCPT TO:<"a@example.com>'), "501 5.5.4"),
    Row("RFC 5321 C", "a source route", (EHLO, MAIL, "RCPT TO:<@r.example,@s.example:b@example.com>"), "250 2.1.5"),
    Row("RFC 5321 4.1.2", "a quoted local part", (EHLO, MAIL, 'RCPT TO:<"john > doe"@example.com>'), "250 2.1.5"),
    Row("RFC 5321 4.1.3", "an IPv4 literal", (EHLO, MAIL, "RCPT TO:<b@[192.0.2.1]>"), "250 2.1.5"),
    Row("RFC 5321 4.1.3", "an IPv6 literal", (EHLO, MAIL, "RCPT TO:<b@[IPv6:2001:db8::1]>"), "250 2.1.5"),
    Row("RFC 5321 4.1.3", "a wrong literal", (EHLO, MAIL, "RCPT TO:<b@[192.0.2.300]>"), "553 5.1.3"),
    Row("RFC 5321 4.1.2", "a blank in the address", (EHLO, MAIL, "RCPT TO:<b c@example.com>"), "553 5.1.3"),
    Row("RFC 5321 4.1.2", "an empty domain", (EHLO, MAIL, "RCPT TO:<b@>"), "553 5.1.3"),
    Row("RFC 5321 4.1.2", "an empty label", (EHLO, MAIL, "RCPT TO:<b@example..com>"), "553 5.1.3"),
    Row("RFC 5321 4.5.3.1.3", "an endless recipient", (EHLO, MAIL, f"RCPT TO:<{'x' * 1_001}@x.org>"), "553 5.1.3"),
    Row("RFC 5321 4.5.3.1.3", "an endless sender", (EHLO, f"MAIL FROM:<{'x' * 1_001}@x.org>"), "553 5.1.7"),
    Row("RFC 5321 4.1.2", "an escape character", (EHLO, MAIL, b"RCPT TO:<b\x1b[2J@example.com>"), "553 5.1.3"),
    # parameters
    Row("RFC 1870 3", "SIZE", (EHLO, MAIL + " SIZE=1000"), "250 2.1.0"),
    Row("RFC 1870 6.1", "SIZE above the limit", (EHLO, MAIL + " SIZE=99999999999"), "552 5.3.4"),
    Row("RFC 1870 3", "SIZE without a number", (EHLO, MAIL + " SIZE=big"), "501 5.5.4"),
    Row("RFC 1870 3", "SIZE without a value", (EHLO, MAIL + " SIZE"), "501 5.5.4"),
    Row("RFC 1870 4", "SIZE=0", (EHLO, MAIL + " SIZE=0"), "250 2.1.0"),
    Row("RFC 1870 4", "SIZE of 20 digits", (EHLO, MAIL + f" SIZE={1:020}"), "250 2.1.0"),
    Row("RFC 1870 4", "SIZE of 21 digits", (EHLO, MAIL + f" SIZE={1:021}"), "501 5.5.4"),
    Row("RFC 1870 6.1", "SIZE at the limit", (EHLO, MAIL + " SIZE=52428800"), "250 2.1.0"),
    Row("RFC 1870 6.1", "after SIZE was refused", (EHLO, MAIL + " SIZE=52428801", RCPT), "503 5.5.1"),
    Row(
        "RFC 1870 6.3", "a mail larger than it said", (EHLO, MAIL + " SIZE=1", RCPT, "DATA", "xxxxx\r\n."), "250 2.0.0"
    ),
    Row("RFC 6152 2", "BODY", (EHLO, MAIL + " BODY=8BITMIME"), "250 2.1.0"),
    Row("RFC 6152 2", "BODY in lower case", (EHLO, MAIL + " body=7bit"), "250 2.1.0"),
    Row("RFC 3030 3", "BINARYMIME", (EHLO, MAIL + " BODY=BINARYMIME"), "250 2.1.0"),
    Row("RFC 6152 2", "an unknown BODY", (EHLO, MAIL + " BODY=9BITMIME"), "501 5.5.4"),
    Row("RFC 6152 2", "BODY without a value", (EHLO, MAIL + " BODY"), "501 5.5.4"),
    Row("RFC 6152 2", "BODY is none of RCPT", (EHLO, MAIL, RCPT + " BODY=8BITMIME"), "555 5.5.4"),
    Row("RFC 3461 4.3", "RET=FULL", (EHLO, MAIL + " RET=full"), "250 2.1.0"),
    Row("RFC 3461 4.3", "RET=HDRS", (EHLO, MAIL + " RET=HDRS"), "250 2.1.0"),
    Row("RFC 3461 4.3", "an unknown RET", (EHLO, MAIL + " RET=SOME"), "501 5.5.4"),
    Row("RFC 3461 4.4", "ENVID", (EHLO, MAIL + " ENVID=QQ314159+2B"), "250 2.1.0"),
    Row("RFC 3461 4.4", "an ENVID that is no xtext", (EHLO, MAIL + " ENVID=a+b"), "501 5.5.4"),
    Row("RFC 3461 4.4", "an ENVID over 100 characters", (EHLO, MAIL + " ENVID=" + "x" * 101), "501 5.5.4"),
    Row("RFC 3461 4.1", "NOTIFY", (EHLO, MAIL, RCPT + " NOTIFY=SUCCESS,delay,FAILURE"), "250 2.1.5"),
    Row("RFC 3461 4.1", "NOTIFY=NEVER", (EHLO, MAIL, RCPT + " NOTIFY=never"), "250 2.1.5"),
    Row("RFC 3461 4.1", "NEVER among others", (EHLO, MAIL, RCPT + " NOTIFY=NEVER,DELAY"), "501 5.5.4"),
    Row("RFC 3461 4.1", "NOTIFY without a value", (EHLO, MAIL, RCPT + " NOTIFY="), "501 5.5.4"),
    Row("RFC 3461 4.1", "NOTIFY with one twice", (EHLO, MAIL, RCPT + " NOTIFY=DELAY,DELAY"), "501 5.5.4"),
    Row("RFC 3461 4.2", "ORCPT", (EHLO, MAIL, RCPT + " ORCPT=rfc822;Bob+40example.com"), "250 2.1.5"),
    Row("RFC 3461 4.2", "ORCPT without a type", (EHLO, MAIL, RCPT + " ORCPT=bob@example.com"), "501 5.5.4"),
    Row("RFC 3461 4.2", "ORCPT over 500 characters", (EHLO, MAIL, RCPT + " ORCPT=rfc822;" + "x" * 501), "501 5.5.4"),
    Row("RFC 6533 3", "ORCPT in UTF-8", (EHLO, MAIL, RCPT + " ORCPT=utf-8;\\x{F6}@example.com"), "250 2.1.5"),
    Row("RFC 3461 4", "RET is none of RCPT", (EHLO, MAIL, RCPT + " RET=FULL"), "555 5.5.4"),
    Row("RFC 3461 4", "NOTIFY is none of MAIL", (EHLO, MAIL + " NOTIFY=NEVER"), "555 5.5.4"),
    Row("RFC 3461 4.3", "RET without a value", (EHLO, MAIL + " RET"), "501 5.5.4"),
    Row("RFC 3461 4.3", "RET twice", (EHLO, MAIL + " RET=FULL RET=HDRS"), "501 5.5.4"),
    Row("RFC 3461 4.4", "ENVID twice", (EHLO, MAIL + " ENVID=a ENVID=b"), "501 5.5.4"),
    Row("RFC 3461 4.4", "ENVID of 100 characters", (EHLO, MAIL + " ENVID=" + "x" * 100), "250 2.1.0"),
    Row("RFC 3461 4.1", "NOTIFY twice", (EHLO, MAIL, RCPT + " NOTIFY=DELAY NOTIFY=NEVER"), "501 5.5.4"),
    Row("RFC 3461 4.2", "ORCPT twice", (EHLO, MAIL, RCPT + " ORCPT=rfc822;a ORCPT=rfc822;b"), "501 5.5.4"),
    Row("RFC 3461 4.2", "ORCPT of 500 characters", (EHLO, MAIL, RCPT + " ORCPT=rfc822;" + "x" * 500), "250 2.1.5"),
    Row("RFC 3461 4", "xtext in lower case", (EHLO, MAIL + " ENVID=a+2b"), "501 5.5.4"),
    Row("RFC 3461 5.1", "DSN of nobody's mail", (EHLO, "MAIL FROM:<> RET=HDRS", RCPT + " NOTIFY=NEVER"), "250 2.1.5"),
    Row("RFC 6710 4", "MT-PRIORITY", (EHLO, MAIL + " MT-PRIORITY=-9"), "250 2.1.0"),
    Row("RFC 6710 4", "MT-PRIORITY out of range", (EHLO, MAIL + " MT-PRIORITY=10"), "501 5.5.4"),
    Row("RFC 6710 4", "MT-PRIORITY=0", (EHLO, MAIL + " MT-PRIORITY=0"), "250 2.1.0"),
    Row("RFC 6710 4", "MT-PRIORITY=-0", (EHLO, MAIL + " MT-PRIORITY=-0"), "501 5.5.4"),
    Row("RFC 6710 4", "MT-PRIORITY with a plus", (EHLO, MAIL + " MT-PRIORITY=+3"), "501 5.5.4"),
    Row("RFC 6710 4", "MT-PRIORITY without a value", (EHLO, MAIL + " MT-PRIORITY"), "501 5.5.4"),
    Row("RFC 6710 4", "MT-PRIORITY is none of RCPT", (EHLO, MAIL, RCPT + " MT-PRIORITY=1"), "555 5.5.4"),
    Row("RFC 2852 4", "BY with a return", (EHLO, MAIL + " BY=120;R"), "250 2.1.0"),
    Row("RFC 2852 4", "BY with a notice, overdue, and a trace", (EHLO, MAIL + " BY=-30;nt"), "250 2.1.0"),
    Row("RFC 2852 4", "BY with a return that is overdue", (EHLO, MAIL + " BY=0;R"), "501 5.5.4"),
    Row("RFC 2852 4", "BY without a mode", (EHLO, MAIL + " BY=120"), "501 5.5.4"),
    Row("RFC 2852 4", "BY of nine digits", (EHLO, MAIL + " BY=999999999;N"), "250 2.1.0"),
    Row("RFC 2852 4", "BY of ten digits", (EHLO, MAIL + " BY=1000000000;N"), "501 5.5.4"),
    Row("RFC 2852 4", "BY without a time", (EHLO, MAIL + " BY=;R"), "501 5.5.4"),
    Row("RFC 2852 4", "BY with an unknown mode", (EHLO, MAIL + " BY=120;X"), "501 5.5.4"),
    Row("RFC 8689 2", "REQUIRETLS without TLS", (EHLO, MAIL + " REQUIRETLS"), "555 5.5.4"),
    Row("RFC 4954 5", "AUTH= of MAIL", (EHLO, MAIL + " AUTH=<>"), "250 2.1.0"),
    Row("RFC 4954 5", "AUTH= in xtext", (EHLO, MAIL + " AUTH=ann+40example.com"), "250 2.1.0"),
    Row("RFC 4954 5", "AUTH= not in xtext", (EHLO, MAIL + " AUTH=ann+4"), "501 5.5.4"),
    Row("RFC 4954 5", "AUTH= after a login", (EHLO, AUTH, MAIL + " AUTH=ann+40example.com"), "250 2.1.0"),
    Row("RFC 4954 5", "AUTH without a value", (EHLO, MAIL + " AUTH"), "501 5.5.4"),
    Row("RFC 5321 4.1.1.11", "a parameter twice", (EHLO, MAIL + " SIZE=1 SIZE=2"), "250 2.1.0"),
    Row("RFC 5321 4.1.1.11", "an unknown parameter", (EHLO, MAIL + " FROB=1"), "555 5.5.4"),
    Row("RFC 5321 4.1.1.11", "an unknown one of RCPT", (EHLO, MAIL, RCPT + " FROB=NEVER"), "555 5.5.4"),
    Row("RFC 5321 4.1.1.11", "parameters after HELO", ("HELO x", MAIL + " SIZE=1"), "555 5.5.4"),
    Row("RFC 5321 4.1.2", "no blank before a parameter", (EHLO, MAIL + "SIZE=1"), "501 5.5.4"),
    # chunks
    Row("RFC 3030 2", "a chunk before MAIL is read and refused", (EHLO, b"BDAT 6 LAST\r\nQUIT\r\n"[:-2]), "503 5.5.1"),
    Row("RFC 3030 2", "BDAT without a size", (EHLO, MAIL, RCPT, "BDAT"), "501 5.5.4"),
    Row("RFC 3030 2", "an empty last chunk", (EHLO, MAIL, RCPT, "BDAT 0 LAST"), "250 2.0.0"),
    Row("RFC 3030 2", "DATA after BDAT", (EHLO, MAIL, RCPT, "BDAT 0", "DATA"), "503 5.5.1"),
    Row("RFC 3030 2", "a chunk before EHLO", (b"BDAT 6 LAST\r\nQUIT\r\n"[:-2],), "503 5.5.1"),
    Row("RFC 3030 2", "a chunk before RCPT", (EHLO, MAIL, b"BDAT 6 LAST\r\nQUIT\r\n"[:-2]), "503 5.5.1"),
    Row("RFC 3030 2", "a chunk that is not the last", (EHLO, MAIL, RCPT, b"BDAT 6\r\nQUIT\r\n"[:-2]), "250 2.0.0"),
    Row("RFC 3030 2", "last in lower case", (EHLO, MAIL, RCPT, "bdat 0 last"), "250 2.0.0"),
    Row("RFC 3030 2", "BDAT with a word behind LAST", (EHLO, MAIL, RCPT, "BDAT 0 LAST x"), "501 5.5.4"),
    Row("RFC 3030 2", "BDAT after the last", (EHLO, MAIL, RCPT, "BDAT 0 LAST", "BDAT 0 LAST"), "503 5.5.1"),
    Row("RFC 3030 2", "MAIL between chunks", (EHLO, MAIL, RCPT, "BDAT 0", MAIL), "503 5.5.1"),
    Row("RFC 3030 2", "RCPT between chunks", (EHLO, MAIL, RCPT, "BDAT 0", RCPT), "503 5.5.1"),
    Row("RFC 3030 2", "NOOP between chunks", (EHLO, MAIL, RCPT, "BDAT 0", "NOOP", "BDAT 0 LAST"), "250 2.0.0"),
    Row("RFC 3030 2", "RSET between chunks", (EHLO, MAIL, RCPT, "BDAT 0", "RSET", "BDAT 0 LAST"), "503 5.5.1"),
    Row("RFC 3030 2", "MAIL after RSET between chunks", (EHLO, MAIL, RCPT, "BDAT 0", "RSET", MAIL), "250 2.1.0"),
    Row("RFC 3030 2", "EHLO between chunks", (EHLO, MAIL, RCPT, "BDAT 0", EHLO, "BDAT 0 LAST"), "503 5.5.1"),
    Row("RFC 3030 3", "BINARYMIME by DATA", (EHLO, MAIL + " BODY=BINARYMIME", RCPT, "DATA"), "503 5.5.1"),
    # what is switched off, and of other protocols
    Row("XCLIENT", "where it is not offered", (EHLO, "XCLIENT ADDR=192.0.2.1"), "50"),
    Row("PROXY", "a header that nobody waits for", ("PROXY TCP4 192.0.2.1 192.0.2.2 1 2",), "500 5.5.2"),
    Row("RFC 2033 4.1", "LHLO where SMTP is spoken", ("LHLO client.example",), "500 5.5."),
    # internationalised mail
    Row("RFC 6531 3.5", "UTF-8 without SMTPUTF8", (EHLO, "MAIL FROM:<jörg@example.com>"), "553 5.6.7"),
    Row("RFC 6531 3.3", "UTF-8 with SMTPUTF8", (EHLO, "MAIL FROM:<jörg@bücher.example> SMTPUTF8"), "250 2.1.0"),
    Row("RFC 6531 3.5", "a recipient without SMTPUTF8", (EHLO, MAIL, "RCPT TO:<ж@example.com>"), "553 5.6.7"),
    Row("RFC 6531 3.3", "a recipient with it", (EHLO, MAIL + " SMTPUTF8", "RCPT TO:<用户@例え.jp>"), "250 2.1.5"),
    Row("RFC 6531 3.4", "SMTPUTF8 with a value", (EHLO, MAIL + " SMTPUTF8=1"), "501 5.5.4"),
    Row("RFC 6531 3.1", "SMTPUTF8 after HELO", ("HELO x", MAIL + " SMTPUTF8"), "555 5.5.4"),
    Row("RFC 6531 3.4", "SMTPUTF8 is none of RCPT", (EHLO, MAIL + " SMTPUTF8", RCPT + " SMTPUTF8"), "555 5.5.4"),
    Row("RFC 6531 3.6", "ASCII with SMTPUTF8", (EHLO, MAIL + " SMTPUTF8", RCPT), "250 2.1.5"),
    Row("RFC 6531 3.7.4.2", "VRFY with SMTPUTF8", (EHLO, "VRFY jörg SMTPUTF8"), "252 2."),
    Row(
        "RFC 6531 3.3", "a quoted local part", (EHLO, MAIL + " SMTPUTF8", 'RCPT TO:<"jörg b"@example.com>'), "250 2.1.5"
    ),
    Row("RFC 6531 3.3", "no UTF-8 at all", (EHLO, b"MAIL FROM:<\xff@example.com> SMTPUTF8"), "553 5.1.7"),
    # authentication
    Row("RFC 4954 4", "AUTH before EHLO", (AUTH,), "503 5.5.1"),
    Row("RFC 4954 4", "AUTH after HELO", ("HELO x", AUTH), "503 5.5.1"),
    Row("RFC 4954 4", "AUTH", (EHLO, AUTH), "235 2.7.0"),
    Row("RFC 4954 4", "AUTH twice", (EHLO, AUTH, AUTH), "503 5.5.1"),
    Row("RFC 4954 4", "AUTH within a mail", (EHLO, MAIL, AUTH), "503 5.5.1"),
    Row("RFC 4954 4", "AUTH between mails", (EHLO, MAIL, "RSET", AUTH), "235 2.7.0"),
    Row("RFC 4954 4", "AUTH alone", (EHLO, "AUTH"), "501 5.5.4"),
    Row("RFC 4954 4", "an unknown mechanism", (EHLO, "AUTH SCRAM-SHA-256"), "504 5.5.4"),
    Row("RFC 4954 4", "too many words", (EHLO, "AUTH PLAIN a b"), "501 5.5.4"),
    Row("RFC 4954 4", "no base64", (EHLO, "AUTH PLAIN !!!!"), "501 5.5.2"),
    Row("RFC 4954 4", "an initial response that cancels", (EHLO, "AUTH PLAIN *"), "501 5.7.0"),
    Row("RFC 4954 4", "mechanisms in any case", (EHLO, "auth plain AGFubgBzZWNyZXQ="), "235 2.7.0"),
    Row("RFC 4954 4", "a command instead of an answer", (EHLO, "AUTH LOGIN", "NOOP x"), "501 5.5.2"),
    Row("RFC 4954 4", "a login after one that failed", (EHLO, "AUTH PLAIN !!!!", AUTH), "235 2.7.0"),
    Row("RFC 4954 4", "EHLO leaves the login", (EHLO, AUTH, EHLO, AUTH), "503 5.5.1"),
    Row("RFC 4954 4", "a challenge", (EHLO, "AUTH PLAIN"), "334 "),
    Row("RFC 4954 4", "an answer that cancels", (EHLO, "AUTH PLAIN", "*"), "501 5.7.0"),
    Row("RFC 4954 4", "an answer without base64", (EHLO, "AUTH LOGIN", "???"), "501 5.5.2"),
    Row("RFC 4954 4", "after a failed exchange", (EHLO, "AUTH LOGIN", "*", "NOOP"), "250 2.0.0"),
    Row("RFC 4616 2", "PLAIN after a challenge", (EHLO, "AUTH PLAIN", "AGFubgBzZWNyZXQ="), "235 2.7.0"),
    Row("RFC 4616 2", "PLAIN with too few parts", (EHLO, "AUTH PLAIN YW5u"), "501 5.5.2"),
    Row("RFC 4616 2", "PLAIN with a NUL too many", (EHLO, "AUTH PLAIN AGEAYgBj"), "501 5.5.2"),
    Row("RFC 4954 4", "an empty initial response", (EHLO, "AUTH PLAIN ="), "501 5.5.2"),
    Row("LOGIN", "the first question", (EHLO, "AUTH LOGIN"), "334 VXNlcm5hbWU6"),
    Row("LOGIN", "the second question", (EHLO, "AUTH LOGIN", "YW5u"), "334 UGFzc3dvcmQ6"),
    Row("LOGIN", "all of it", (EHLO, "AUTH LOGIN", "YW5u", "c2VjcmV0"), "235 2.7.0"),
    Row("LOGIN", "the user at once", (EHLO, "auth login YW5u", "c2VjcmV0"), "235 2.7.0"),
    Row("LOGIN", "a NUL in the user", (EHLO, "AUTH LOGIN", "YQBi", "c2VjcmV0"), "501 5.5.2"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}: {row.what}")
async def test_conversation(client: Client, row: Row) -> None:
    reply = await client.reply()
    assert reply.startswith("220 localhost ESMTP")
    for line in row.lines:
        reply = await client.ask(line)
    assert reply.startswith(row.reply)


async def test_what_ehlo_announces(client: Client) -> None:
    await client.reply()
    assert (await client.ask("EHLO x")).splitlines() == [
        "250-localhost",
        "250-PIPELINING",
        "250-SIZE 52428800",
        "250-8BITMIME",
        "250-SMTPUTF8",
        "250-CHUNKING",
        "250-BINARYMIME",
        "250-DSN",
        "250-MT-PRIORITY",
        "250-DELIVERBY",
        "250-LIMITS RCPTMAX=1000",
        "250-ENHANCEDSTATUSCODES",
        "250-AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER",
        "250 HELP",
    ]


async def test_enhanced_codes_agree_with_the_reply(client: Client) -> None:
    """RFC 2034 section 3: the class of the enhanced code is the first digit of the reply."""
    await client.reply()
    await client.ask(EHLO)
    lines = ("FROB", "NOOP", "MAIL", "EXPN x", "VRFY x", "RCPT TO:<x>", "MAIL FROM:<a@b@c>", "AUTH FOO", "HELP", AUTH)
    replies = [line for said in lines for line in (await client.ask(said)).splitlines()]
    assert all(reply[0] == reply[4] and reply[5] == "." for reply in replies), replies


async def test_the_envelope_is_what_was_said(front: Running, client: Client) -> None:
    await client.begin(
        "MAIL FROM:<jörg@example.com> SIZE=12 BODY=8BITMIME SMTPUTF8",
        "RCPT TO:<@relay.example:b@example.com>",
        'RCPT TO:<"john doe"@example.com>',
        "RCPT TO:<postmaster>",
        "RCPT TO:<b@[IPv6:::1]>",
        "RCPT TO: <ann@example.com>",
        "DATA",
    )
    client.send(b"\r\n.\r\n")
    await client.reply()
    envelope = front.mailbox.arrivals[0].envelope
    assert envelope.mail_from == "jörg@example.com"
    assert envelope.mail_params == ("SIZE=12", "BODY=8BITMIME", "SMTPUTF8")
    assert [recipient.address for recipient in envelope.recipients] == [
        "b@example.com",
        '"john doe"@example.com',
        "postmaster",
        "b@[IPv6:::1]",
        "ann@example.com",
    ]


async def test_parameters_of_every_extension_land_in_the_envelope(front: Running, client: Client) -> None:
    said = "SIZE=3 BODY=8BITMIME SMTPUTF8 AUTH=<> RET=HDRS ENVID=QQ314159 MT-PRIORITY=3 BY=60;N"
    notified = "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@example.com"
    await client.begin(f"MAIL FROM:<> {said}", f"RCPT TO:<b@example.com> {notified}", "RCPT TO:<c@example.com>", "DATA")
    client.send(b"x\r\n.\r\n")
    await client.reply()
    envelope = front.mailbox.arrivals[0].envelope
    assert envelope.mail_params == tuple(said.split())
    assert [recipient.params for recipient in envelope.recipients] == [tuple(notified.split()), ()]
    assert front.mailbox.arrivals[0].origin.protocol == "UTF8SMTP"  # RFC 6531 section 4.3


async def test_smtputf8_is_of_one_mail(front: Running, client: Client) -> None:
    """RFC 6531 section 3.4: also where the MAIL that named it was refused."""
    await client.begin()
    assert (await client.ask("MAIL FROM:<a@b@c> SMTPUTF8")).startswith("553")
    await client.ask(MAIL)
    assert (await client.ask("RCPT TO:<ж@example.com>")).startswith("553 5.6.7")
    await client.ask("RSET")
    await client.ask(MAIL + " SMTPUTF8")
    assert (await client.ask("RCPT TO:<ж@example.com>")).startswith("250")
    await client.ask("RSET")
    await client.ask(MAIL)
    assert (await client.ask("RCPT TO:<ж@example.com>")).startswith("553 5.6.7")


async def test_how_a_mail_came(front: Running, client: Client) -> None:
    await client.begin(AUTH)
    await client.mail(b"x")
    origin = front.mailbox.arrivals[0].origin
    host, port = client.writer.get_extra_info("sockname")
    session = await front.session()
    assert (origin.protocol, origin.peer, origin.helo) == ("ESMTPA", f"{host}:{port}", "client.example")
    assert (origin.username, origin.session) == ("ann", session.id)


async def test_a_mail_after_helo_came_by_smtp(front: Running, client: Client) -> None:
    await client.reply()
    await client.ask("HELO old.example")
    await client.mail(b"x")
    assert front.mailbox.arrivals[0].origin.protocol == "SMTP"


async def test_the_reply_to_data_bears_the_id(client: Client) -> None:
    await client.begin()
    assert (await client.mail(b"x")).startswith("250 2.0.0 Ok: queued as 00000")


async def test_a_blank_before_the_address_is_remarked(front: Running, client: Client) -> None:
    await client.begin("MAIL FROM: <a@example.com>")
    assert any("a blank before the address" in line.text for line in (await front.session()).lines)


async def test_pipelined_commands_are_answered_in_order(front: Running, client: Client) -> None:
    """RFC 2920 section 3.1, with a mail and what follows it in the same packet."""
    await client.begin()
    client.send(
        b"MAIL FROM:<a@example.com>\r\nRCPT TO:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nQUIT\r\n..\r\n.\r\n"
        b"RSET\r\nNOOP\r\nFROB\r\nQUIT\r\nNOOP\r\n"
    )
    assert codes(await client.replies(9)) == ["250", "553", "250", "354", "250", "250", "250", "500", "221"]
    assert await client.closed()
    assert front.mailbox.arrivals[0].raw == b"QUIT\r\n.\r\n"


async def test_pipelined_replies_come_in_one_write(client: Client) -> None:
    await client.begin()
    client.send(b"NOOP\r\n" * 50)
    assert (await client.reader.read(65536)).count(b"250 2.0.0 Ok\r\n") == 50


async def test_commands_cut_at_every_octet(front: Running, client: Client) -> None:
    await client.begin()
    for octet in b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nx\r\n.\r\n":
        client.send(bytes([octet]))
        await client.writer.drain()
    assert codes(await client.replies(4)) == ["250", "250", "354", "250"]
    assert front.mailbox.arrivals[0].raw == b"x\r\n"


SMUGGLED = b"MAIL FROM:<evil@example.com>\r\nRCPT TO:<x@example.com>\r\nDATA\r\nevil"
FALSE_ENDS = [
    b"\n.\n",
    b"\r.\r",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r\n.\r",
    b"\n.\r",
    b"\r.\r\n",
    b"\r\n\0.\r\n",
    b"\r\r\n.\n",
]


@pytest.mark.parametrize("false_end", FALSE_ENDS)
async def test_no_other_end_of_a_mail_smuggles_a_second(front: Running, client: Client, false_end: bytes) -> None:
    """RFC 5321 section 4.1.1.4: CRLF.CRLF and nothing else; all of it is content of the one mail."""
    await client.begin()
    body = b"one" + false_end + SMUGGLED
    assert (await client.mail(body)).startswith("250 ")
    assert await client.ask("NOOP") == "250 2.0.0 Ok"
    (arrival,) = front.mailbox.arrivals
    assert SMUGGLED in arrival.raw and arrival.envelope.mail_from == "a@example.com"
    assert arrival.raw == (body + b"\r\n").replace(b"\r\n.", b"\r\n")


async def test_a_chunk_that_looks_like_commands_is_content(front: Running, client: Client) -> None:
    """RFC 3030 section 2: so many octets, whatever they are, an end of DATA among them."""
    octets = b"one\r\n.\r\n" + SMUGGLED + b"\r\n.\r\nQUIT\r\n"
    await client.begin(MAIL, RCPT)
    client.send(b"BDAT %d LAST\r\n" % len(octets) + octets + b"NOOP\r\n")
    assert codes(await client.replies(2)) == ["250", "250"]
    assert [arrival.raw for arrival in front.mailbox.arrivals] == [octets]
