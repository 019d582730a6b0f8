"""One-time codes: what a mail says that somebody is to type in somewhere, once.

A code is 4 to 8 digits, whole or in groups or one by one, or capitals and digits mixed, that a word for it ("code",
"PIN", "TAN", "認証コード", ...) introduces:
1. in the same sentence, before it, or behind it with a verb between ("... is your code");
2. or before it by some lines, where the code stands alone on its line.
A word in the singular introduces one code. Prices, dates, times, phone numbers, years, order numbers and the like are
none, nor are codes of another kind (promo, postal, error, ...).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from mailtrap_local.mime.codes import HINTS

_MAX_CANDIDATES = 2_000
_BEFORE = 160  # characters in which the word is looked for
_SENTENCE = 90  # of them within one sentence
_AFTER = 60

# All patterns but those of the codes themselves are for lower-case text.
_HINT = re.compile("|".join((*HINTS, "one[- ]?time", "temporary", "single[- ]use", "mot de passe")))
_TO_WORD_START = 24

_BEGIN = r"(?<![^\W_])"
_END = r"(?![^\W_]|[.@]\w)"
# Compounds, as the Germanic and Finnic languages write them, by what they begin with: any other is a code of its kind.
_GOOD = (
    "access|auth|authentication|authorization|security|login|log-in|signin|sign-in|signup|one-time|confirmation|verification"
    "|activation|bestätigungs|sicherheits|zugangs|einmal|prüf|anmelde|verifizierungs|aktivierungs|freischalt|verificatie"
    "|toegangs|beveiligings|inlog|bevestigings|activerings|bekræftelses|bekreftelses|engangs|sikkerheds|sikkerhets"
    "|verifikations|verifiserings|adgangs|tilgangs|innloggings|aktiverings|verifierings|engångs|säkerhets|bekräftelse"
    "|inloggnings|vahvistus|turva|kertakäyttö|varmennus|kirjautumis|kinnitus|staðfestingar|öryggis|pin"
)
_KEYWORD = re.compile(
    rf"{_BEGIN}(?:(?:{_GOOD})?-?(?:codes?|kod(?:en?|er)?|koodi(?:[sn]|si|nne)?|kood|kods|kodas|kodą|kóð\w{{0,6}}|kód\w{{0,6}}"
    r"|pins?|otps?|pass-?codes?|tokens?|m?tans?|passwort|kennwort)"
    r"|kod(?:u|y|em|a|e|i|un|unu|unuz|unuzu)?|2fa|totp|verify|verification"
    r"|(?:one[- ]?time|temporary|single[- ]use)\s(?:[a-z]{1,12}\s)?(?:passwords?|passphrase)|passwords?(?=\s(?:is\b)|:)"
    r"|c[oó]digos?|clave|senha(?=\s(?:tempor|de\suso)|\s*:)|contraseña(?=\s(?:temporal|de\sun)|\s*:)"
    r"|mot\sde\spasse\s(?:à\susage\sunique|temporaire|provisoire)|codic[ei]|codi|codul|cod\sde"
    r"|hasło\sjednorazowe|şifre\w{0,8}|код\w{0,3}|парол\w{1,2}|κωδικ\w{1,3}|mã\s(?:xác\s(?:minh|nhận|thực)|otp|bảo\smật"
    rf"|đăng\snhập|kích\shoạt)){_END}"
    r"|رمز|كود|کد|קוד|कोड|ओटीपी|รหัส|验证码|驗證碼|校验码|检验码|动态(?:密码|码|口令)|動態密碼|[确確][认認][码碼]|安全[码碼]"
    r"|认证码|授权码|(?:認証|確認|暗証)番号|コード|ワンタイムパスワード|인증\s?번호|코드|일회용\s?비밀번호",
)
_OTHER_BEFORE = re.compile(
    r"(?:(?<![^\W_])(?:promo(?:tion(?:al)?)?|coupon|discount|voucher|gift|zip|postal|post|area|country|dial(?:l?ing)?|error"
    r"|status|exit|response|http|qr|bar|source|dress|sort|tax|product|item|invitation|invite|referral|booking|tracking"
    r"|currency|bank|morse|reference|posta|indirim|promosyon|kampanya|ürün|slevový|zľavový)[\s-]*|クーポン|プロモーション|割引|招待|郵便|商品|バー|쿠폰\s?|할인\s?|프로모션\s?|우편\s?|초대\s?)$",
)
_OTHER_AFTER = re.compile(
    r"\s?(?:postal|promo|fiscale|sconto|rabatow|pocztow|скидк|купон|ไปรษณีย์|ส่วนลด|of\sconduct|review|base|editor|letter"
    r"|d[aeo]s?\s(?:desc|réduc|promo|barr|área|país|parrain|conduit)|पोस्ट)",
)

_LABELS = (
    "usd|eur|gbp|chf|jpy|vnd|rs\\.?|kr\\.?|order|invoice|ticket|case|reference|ref\\.?|account|customer|client|tel\\.?|phone"
    "|fax|mobile|call|number|no\\.?|nr\\.?|n\\.?º?|nº|n°|num|id|since|in|ending(?:\\s(?:in|with))?|line|pid|build|version"
    "|issue|request|device|port|room|gate|flight|page|street|box|hrb|zip|port|error|http|rfc|bestellung|bestell-?nummer"
    "|bestelnummer|rechnung|rechnungsnummer|kundennummer|auftrag|auftragsnummer|vorgang|telefon|commande|facture|pedido"
    "|factura|fatura|ordine|fattura|cap|cep|plz|postcode|postnummer|postinumero|zamówieni\\w+|faktur\\w+|objednávk\\w+"
    "|objednávka|tilaus|ordernummer|ordre|ordrenummer|sipariş|rendelés|comanda|заказ\\w*|замовлення|счет\\w*|поръчка"
    "|индекс|індекс|тел\\.?|телефон|đơn\\shàng|số|παραγγελία|τηλ\\.?|pesanan"
)
_NOT_A_CODE_BEFORE = re.compile(
    rf"(?:[$€£¥₹₽₺₴₪₩฿#+№〒©]\s?|[0-9]\)?[ .\-/]{{1,2}}|(?:{_BEGIN}(?:{_LABELS})|[订訂][单單][编編号號]+|注文番号|电话"
    r"|電話(?:番号)?|주문\s?번호|우편\s?번호|전화|邮政编码|金额|合計|الطلب|الهاتف|הזמנה)[\s:#.º°№(：-]*)$",
)
_NOT_A_CODE_AFTER = re.compile(
    r"[ -]?(?:[$€£¥₹₽₺₴₪₩%°元円원分]|(?<=[ -])[0-9]{2}|(?:usd|eur|euros?|gbp|chf|jpy|vnd|tl|kr|zł|kč|ft|lei|руб\w*|грн"
    r"|dollars?|kb|mb|gb|kg|km|px|ms|minutes?|mins?|minut\w*|hours?|days?|seconds?|years?|stunden|tage|heures|jours|horas"
    r"|dias|días|bits?|bytes|people|users|points|miles|times|characters|am|pm|developers)(?![^\W_]))",
)

# Digits with what sticks to them, so that a part of a date, a price or a phone number is never taken alone.
_EDGE = "0-9A-Za-z_\u00c0-\u024f"
_CANDIDATE = re.compile(
    rf"[0-9A-Z](?<![{_EDGE}.,/+-].)(?<![0-9]:.)"
    r"(?:(?<=[0-9])(?:(?:[ \n][0-9]){3,7}|[0-9] [0-9]{2} [0-9]{2}|[0-9]{2,3} [0-9]{3,4})"
    r"|(?<=[A-Z])[A-Z]{0,2}-[0-9]{4,8}|[0-9A-Z]{2,9}(?:-[0-9A-Z]{3,4})?)"
    rf"(?![{_EDGE}/+]|[.,:-][0-9A-Za-z])"
)
_SHAPE = re.compile(
    r"(?:[A-Z]{1,3}-)?[0-9]{4,8}|[0-9]{3}[ -][0-9]{3}|[0-9]{4}[ -][0-9]{4}|[0-9](?:[ \n][0-9]){3,7}"
    r"|[0-9]{2}(?: [0-9]{2}){2}|(?=[A-Z-]*[0-9])(?=[0-9-]*[A-Z])"
    r"(?:[0-9A-Z]{5,10}|[0-9A-Z]{3}-[0-9A-Z]{3}|[0-9A-Z]{4}-[0-9A-Z]{4})"
)
_LETTERS = re.compile(r"[A-Z]{4}-[A-Z]{4}")
_WORD_AND_NUMBER = re.compile(r"[A-Z]{4,}[0-9]{2,4}")
_YEAR_OR_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))?")
_SAYS_SO = re.compile(r"(?:\s(?:is|lautet|ist|est|es|è|:))?\s*[:=：]?\s*")
_BREAK = re.compile(r"[.!?।](?=\s)|[。！？]|\n\s*\n")
_SERVES_TO = re.compile(r"\sto\s(?:log|sign)[\s-]in(?![^\W_])")
_IS = re.compile(
    r"[\"'*_)\]]*\s*(?:(?:is|ist|est|es|é|è|är|er|on|jest|to|je|este|yra|adalah|ialah|là|это)(?![^\W_])|هو|הוא|คือ|[为為是はが—–:=(（]|-\s)",
)
_AROUND = " \t\"'*_`()[]<>「」【】『』“”«»|:"
_WEB = ("://", "@", "www.")  # what a word holds that is an address; the last one at its beginning
_BLANKS = (" ", "\n", "\t", "\xa0")  # the usual ones
_WORD = re.compile(r"\S*+")
_DIVIDED = re.compile(r"[ \n-]")
_ALL_DIGITS = re.compile(r"[0-9 \n-]+")
_OTHER_DIGITS = {
    zero + digit: str(digit) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10) for digit in range(10)
}
_FOREIGN_DIGIT = re.compile(f"[{''.join(map(chr, _OTHER_DIGITS))}]")


def codes(text: str) -> tuple[str, ...]:
    """The different one-time codes of a text that holds one of the hints, in the order they stand in."""
    if not text.isascii():
        text = _plain(text)
    lower = text.lower()
    if any(mark in text for mark in _WEB):
        text = _without_addresses(text)
        lower = text.lower()
    found: dict[str, None] = {}
    words = _Words(lower)
    for count, match in enumerate(_CANDIDATE.finditer(text)):
        if count >= _MAX_CANDIDATES:
            break
        value = match[0]
        if (_SHAPE.fullmatch(value) or _LETTERS.fullmatch(value)) and _is_code(lower, match, words):
            found[_DIVIDED.sub("", value) if _ALL_DIGITS.fullmatch(value) else value] = None
    return tuple(found)


def _without_addresses(text: str) -> str:
    """The text with blanks for each word that is an address of the web or of mail. Linear in the text."""
    marks = ((mark, at) for mark in _WEB for at in _places(text, mark))
    pieces, done = list[str](), 0
    for mark, at in sorted(marks, key=itemgetter(1)):
        if at < done or (mark == "www." and at > done and not text[at - 1].isspace()):
            continue  # in a word that is gone, or not at the beginning of one
        start = _beginning(text, at, after=done)
        end = _WORD.match(text, at).end()  # type: ignore[union-attr]  # it matches anywhere
        pieces += (text[done:start], " " * (end - start))
        done = end
    return "".join(pieces) + text[done:]


def _places(text: str, mark: str) -> Iterator[int]:
    at = text.find(mark)
    while at >= 0:
        yield at
        at = text.find(mark, at + 1)


def _beginning(text: str, at: int, *, after: int) -> int:
    """Where the word begins that goes on at `at`; what lies before `after` is no part of it."""
    start = max(after, *(text.rfind(blank, after, at) + 1 for blank in _BLANKS))
    for seldom in reversed(range(start, at)):
        if text[seldom].isspace():
            return seldom + 1
    return start


def _plain(text: str) -> str:
    """The text with ASCII digits alone, and without the one letter that is longer in lower case."""
    if _FOREIGN_DIGIT.search(text):
        text = text.translate(_OTHER_DIGITS)
    return text.replace("\u0130", "I")


@dataclass(slots=True, eq=False)
class _Word:
    """A word that says code. `spent`: it has introduced its one."""

    start: int
    end: int
    other: bool  # it says that this is a code of another kind
    plural: bool
    spent: bool = False


@dataclass(slots=True)
class _Words:
    """The words of a text that say code, found as far as they are asked for, in order."""

    text: str
    found: list[_Word] = field(default_factory=list)
    read: int = 0

    def last_before(self, at: int) -> _Word | None:
        """The nearest before this place."""
        self._read(at - _BEFORE, at)
        for word in reversed(self.found):
            if word.end <= at:
                return word if word.end >= at - _BEFORE else None
        return None

    def first_after(self, at: int) -> _Word | None:
        """The nearest behind this place."""
        self._read(at, at + _AFTER)
        after = None
        for word in reversed(self.found):
            if word.start < at:
                break
            after = word
        return after if after and after.start < at + _AFTER else None

    def _read(self, start: int, end: int) -> None:
        for hint in _HINT.finditer(self.text, max(start, self.read), end):
            begin = hint.start()
            if begin < self.read:
                continue
            until = max(self.read, begin - _TO_WORD_START)
            while begin > until and (self.text[begin - 1].isalnum() or self.text[begin - 1] == "-"):
                begin -= 1
            match = _KEYWORD.match(self.text, begin) or (
                _KEYWORD.match(self.text, hint.start()) if begin < hint.start() else None
            )
            if match:
                self.found.append(_word(self.text, match))
                self.read = match.end()
        self.read = max(self.read, end)


def _word(text: str, match: re.Match[str]) -> _Word:
    other = bool(_OTHER_AFTER.match(text, match.end()))
    other = other or bool(_OTHER_BEFORE.search(text, max(0, match.start() - 20), match.start()))
    return _Word(match.start(), match.end(), other, match[0][-1] == "s")


def _is_code(text: str, match: re.Match[str], words: _Words) -> bool:
    value = match[0]
    letters = _LETTERS.fullmatch(value)
    start, end = match.span()
    if _NOT_A_CODE_BEFORE.search(text, max(0, start - 24), start) or _NOT_A_CODE_AFTER.match(text, end):
        return False
    before = words.last_before(start)
    if before is not None and not before.other and _introduces(text, before, match, doubtful=bool(letters)):
        if before.spent and not before.plural:
            return False
        before.spent = True
        return True
    if letters or _is_doubtful(value):
        return False
    return bool(_SERVES_TO.match(text, end)) or _is_named_behind(text, match, words)


def _is_doubtful(value: str) -> bool:
    """Whether it looks like a year, a date or the code of a campaign."""
    return bool(_YEAR_OR_DATE.fullmatch(value) or _WORD_AND_NUMBER.fullmatch(value))


def _introduces(text: str, word: _Word, match: re.Match[str], *, doubtful: bool) -> bool:
    """Whether a word before a candidate says that this is the code."""
    gap = text[word.end : match.start()]
    if _is_doubtful(match[0]):
        return bool(_SAYS_SO.fullmatch(gap))
    if len(gap) <= _SENTENCE and not _BREAK.search(gap):
        return not doubtful or len(gap) < 12
    return _is_alone(text, match)


def _is_alone(text: str, match: re.Match[str]) -> bool:
    """Whether a candidate has its line for itself."""
    begin = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.end())
    rest = text[begin : match.start()] + text[match.end() : end if end >= 0 else len(text)]
    return len(rest) < 40 and not rest.strip(_AROUND)


def _is_named_behind(text: str, match: re.Match[str], words: _Words) -> bool:
    """Whether it says behind a candidate that this is the code."""
    word = words.first_after(match.end())
    if word is None or word.other:
        return False
    gap = text[match.end() : word.start]
    if _BREAK.search(gap):
        return _is_alone(text, match) and not gap.strip()
    return bool(_IS.match(gap)) or (_is_alone(text, match) and len(gap) < 30)
