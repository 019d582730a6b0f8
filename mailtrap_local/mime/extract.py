"""What a test wants out of a mail: links, and one-time codes. So far their counts, for the row.

A one-time code is a number of 4 to 8 digits, whole or in two halves, or capitals and digits mixed, that stands
near a word which says so ("code", "PIN", "OTP", ...). Prices, dates, times, phone numbers, years and order
numbers are none, nor are codes of another kind (promo, postal, error, ...).
"""

import re
from collections.abc import Iterator

from mailtrap_local.mime.text import ATTRIBUTES, HTML_READ, unescape

_ANCHOR = re.compile(r"<a(?:rea)?\s(" + ATTRIBUTES + ")", re.IGNORECASE)
_HREF = re.compile(r"""(?:^|[\s/"'])href\s*=\s*(?:"([^"]*+)|'([^']*+)|([^\s>"']++))""", re.IGNORECASE)
_BLANK_IN_URL = re.compile(r"[\t\r\n]+")
_LINKED = ("http://", "https://", "mailto:")
_URL_REST = re.compile(r"""[^\s<>"'`\\^{}|\x00-\x1f]*""")
_MAILTO = re.compile(r"mailto:([^\s<>\"]++)")
_TRAILING = ".,;:!?*_~'\"”’»。，、"
_SCHEMES = ("https", "http")
# From the start of a word only, or a long word would be tried again from each of its characters.
_WEB = re.compile(r"(?<!\S)(?=\S*(?:://|@)|www\.)\S++")
_NOT_DIGITS = bytes(set(range(256)) - set(b"0123456789"))
_WINDOW_BEFORE = 80
_WINDOW_AFTER = 40
_MAX_CANDIDATES = 2_000

_HINTS = (
    "code", "pin", "otp", "pass", "token", "verif", "2fa", "tan", "código", "codigo", "codice",
    "log in", "sign in", "kod", "kód", "koodi",
    "код", "κωδικ", "رمز", "קוד", "验证码", "驗證碼", "校验码", "動態密碼", "确认码",
    "認証", "確認", "コード", "ワンタイム", "인증", "코드",
)  # fmt: skip
_ASCII_HINTS = tuple(filter(str.isascii, _HINTS))
_KEYWORD = re.compile(
    r"(?<![^\W_])(?:(?:access|auth|security|login|log-in|sign-in|one-time|confirmation|verification|bestätigungs|sicherheits"
    r"|zugangs|einmal|prüf)?-?(?:codes?|pins?|otps?|passcodes?|tokens?|tans?|kennwort|passwort|passwords?)"
    r"|m?tan|2fa|totp|verify|verification|c[oó]digos?|codice|kod|kód|koodi|kode|код\w*|κωδικ\w*|رمز|קוד)(?![^\W_])"
    r"|验证码|驗證碼|校验码|動態密碼|确认码|認証番号|認証コード|確認コード|コード|ワンタイム|인증\s?번호|인증\s?코드|코드",
    re.IGNORECASE,
)
_OTHER_CODE = re.compile(
    r"(?<![^\W_])(?:promo(?:tion(?:al)?)?|coupon|discount|voucher|gift|zip|postal|post|area|country|dial(?:l?ing)?|error|status"
    r"|exit|response|http|qr|bar|source|dress|sort|tax|product|item|invitation|referral|booking|tracking|currency|bank)"
    r"[\s-]*$",
    re.IGNORECASE,
)
_NOT_A_CODE_BEFORE = re.compile(
    r"(?:[$€£¥₹₽#+№]\s?|[0-9][\s-]|(?<![^\W_])(?:usd|eur|gbp|chf|jpy|rs\.?|order|invoice|ticket|case|reference|ref\.?|account|customer"
    r"|tel\.?|phone|fax|mobile|call|number|no\.?|nr\.?|©|since|in|ending(?:\s(?:in|with))?)[\s:#.-]*)$",
    re.IGNORECASE,
)
_NOT_A_CODE_AFTER = re.compile(
    r"[ -]?(?:[$€£¥₹₽%°]|(?<=[ -])[0-9]{2}|(?:usd|eur|gbp|chf|jpy|kb|mb|gb|kg|km|px|minutes?|mins?|hours?|days?"
    r"|seconds?|years?|people|users|points|miles|am|pm)(?![^\W_]))",
    re.IGNORECASE,
)
# Digits with what sticks to them, so that a part of a date, a price or a phone number is never taken alone.
_NUMBER = re.compile(r"(?<![\w.,/:+-])(?:[A-Z]{1,3}-)?[0-9A-Z]{3,10}(?:[ -][0-9A-Z]{3,4})?(?![\w/+]|[.,:-]\w)")
_SHAPE = re.compile(
    r"(?:[A-Z]{1,3}-)?[0-9]{4,8}|[0-9]{3}[ -][0-9]{3}|[0-9]{4}[ -][0-9]{4}|[0-9A-Z]{3,4}-[0-9A-Z]{3,4}|[0-9A-Z]{5,10}"
)
_SERVES_TO = re.compile(r"\sto\s(?:log|sign)[\s-]in(?![^\W_])", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_SAYS_SO = re.compile(r"(?:\s(?:is|lautet|ist|est|es|è|:))?\s*[:=]?\s*$", re.IGNORECASE)


def count_links(plain: str, html: str) -> int:
    """How many different http(s) and mailto links the text and the HTML of a mail hold."""
    found: set[str] = set()
    if "://" in plain or "mailto:" in plain:
        found.update(_text_links(plain))
    if html:
        found.update(_html_links(html[:HTML_READ]))
    return len(found)


def _html_links(html: str) -> list[str]:
    links = []
    for tag in _ANCHOR.finditer(html):
        match = _HREF.search(tag[1])
        if match:
            target = (match[1] or match[2] or match[3] or "").strip()
            if "&" in target:
                target = unescape(target).strip()
            if target[:8].lower().startswith(_LINKED):
                links.append(target if target.isprintable() else _BLANK_IN_URL.sub("", target))
    return links


def _text_links(text: str) -> list[str]:
    links = [text[start:end] for start, end in text_link_spans(text)]
    if "mailto:" in text:
        links.extend(f"mailto:{_without_trailing(target)}" for target in _MAILTO.findall(text))
    return links


def text_link_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the http(s) URLs of a plain text begin and end, without the punctuation of the sentence around them."""
    at = text.find("://")
    while at >= 0:
        rest = _URL_REST.match(text, at + 3)
        end = rest.end() if rest else at + 3
        scheme = next((scheme for scheme in _SCHEMES if text[max(0, at - len(scheme)) : at].lower() == scheme), None)
        if scheme and end > at + 3:
            start = at - len(scheme)
            yield start, start + len(_without_trailing(text[start:end]))
        at = text.find("://", end)


def _without_trailing(url: str) -> str:
    """A URL in running text without the sentence's own punctuation and closing bracket."""
    url = url.rstrip(_TRAILING)
    for closing, opening in (")(", "]["):
        surplus = url.count(closing) - url.count(opening)
        while surplus > 0 and url.endswith(closing):
            url, surplus = url[:-1].rstrip(_TRAILING), surplus - 1
    return url


def count_codes(*texts: str) -> int:
    """How many different one-time codes the default patterns find in all of the texts."""
    return len({code for text in texts for code in codes(text)})


def codes(text: str) -> tuple[str, ...]:
    """One-time codes in the order they stand in, without the blank or dash between two halves of digits."""
    if not _may_hold_code(text):
        return ()
    if "://" in text or "@" in text or "www." in text.lower():
        text = _WEB.sub(lambda match: " " * len(match[0]), text)
    found: dict[str, None] = {}
    for count, match in enumerate(_NUMBER.finditer(text)):
        if count >= _MAX_CANDIDATES:
            break
        if _is_code(text, match):
            value = match[0]
            found[re.sub("[ -]", "", value) if value.replace("-", "").replace(" ", "").isdigit() else value] = None
    return tuple(found)


def _may_hold_code(text: str) -> bool:
    """Cheap: digits enough, and a word that says code."""
    if not text.encode("utf-8").translate(None, _NOT_DIGITS):
        return False
    lower = text.lower()
    return any(hint in lower for hint in (_ASCII_HINTS if lower.isascii() else _HINTS))


def _is_code(text: str, match: re.Match[str]) -> bool:
    value = match[0]
    if not _SHAPE.fullmatch(value) or not any(map(str.isdigit, value)):
        return False
    before = text[max(0, match.start() - _WINDOW_BEFORE) : match.start()]
    after = text[match.end() : match.end() + _WINDOW_AFTER]
    if _NOT_A_CODE_BEFORE.search(before) or _NOT_A_CODE_AFTER.match(after):
        return False
    keyword = _last_keyword(before)
    if _YEAR.fullmatch(value):
        return keyword is not None and bool(_SAYS_SO.fullmatch(before[keyword.end() :]))
    if keyword is not None or _SERVES_TO.match(after):
        return True
    return _last_keyword(after.partition(".")[0].partition("\n\n")[0]) is not None


def _last_keyword(text: str) -> re.Match[str] | None:
    """The last word that says code, unless it is a code of another kind."""
    found = None
    for match in _KEYWORD.finditer(text):
        found = None if _OTHER_CODE.search(text[: match.start()]) else match
    return found
