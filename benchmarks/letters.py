"""Letters of real text: the mail that our own client sends, the same for every catcher and in every run.

smtp-source's body is one letter repeated, the cheapest text there is to index, compress and show. These letters have
words with the frequencies of a language, in sentences, in a letter of plain text or of text beside HTML. They differ
from each other, and come out the same for the same seed and number.
"""

import functools
import itertools
import quopri
import random
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "html"]

RARE = "zephyrine"  # in the subject of one letter in RARE_EVERY
RARE_EVERY = 20_000
COMMON = "the"
ABSENT = "qxzvkj"
SENDERS = 40
POOL = 1_000

_FREQUENT = """the of and to a in is it you that was for on are with as at be this have from or one had by but not what
all were we when your can said there use an each which she do how their if will up other about out many then them these
so some her would make like him into time has look two more write go see number no way could people my than first been
call who its now find long down day did get come made may part order invoice account password meeting report project
please thanks regards delivery customer payment attached update review schedule question answer service address team
""".split()
_ONSETS = "b bl br c ch cl cr d dr f fl fr g gr h j l m n p pl pr qu r s sh sl sp st str t th tr v w".split()
_NUCLEI = "a ai e ea ee i ie o oa oo ou u".split()
_CODAS = "b ck d ft g l ll m n nd ng nt p r rd rm rt s sh ss st t th x".split()
_NAMES = "Ann Bob Carla Dmitri Élodie Farid Grace Hana Ivo Jürgen Kim Lena Mika Nora Omar Petra Quinn Rosa Sven Tomás"


@dataclass(frozen=True)
class _Template:
    before: bytes  # up to the subject's number
    after: bytes  # from behind it to the Message-ID's number
    rest: bytes  # from behind that, body and end of DATA included


class Letters:
    """An endless row of letters: `letters.wire(n)` is the n-th as it goes over the wire after DATA."""

    def __init__(self, kind: Kind, *, seed: int = 1, size: int = 2_000, pool: int = POOL) -> None:
        """`size` is about the bytes of the text, without headers and HTML."""
        self._random = random.Random(seed)
        words = vocabulary(self._random)
        self._words = words
        self._weights = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))
        self._size = size
        self._templates = [self._template(kind) for _ in range(pool)]

    def wire(self, number: int) -> bytes:
        """The letter with dots doubled and the final dot; its subject begins with `[number]`."""
        template = self._templates[number % len(self._templates)]
        rare = b" " + RARE.encode() if number % RARE_EVERY == RARE_EVERY // 2 else b""
        return b"%b[%d]%b%b%d%b" % (template.before, number, rare, template.after, number, template.rest)

    def row(self, start: int, count: int) -> Iterator[bytes]:
        """`count` letters from number `start` on."""
        return map(self.wire, range(start, start + count))

    def _template(self, kind: Kind) -> _Template:
        name = self._random.choice(_NAMES.split())
        sender = self._random.randrange(SENDERS)
        start = f"From: {_word(name)} <sender{sender}@example.com>\r\nTo: Bob <bob@example.org>\r\nSubject: "
        subject = " ".join(self._draw(6))
        text = "\n\n".join(self._paragraphs())
        content = _plain(text) if kind == "text" else _alternative(text)
        return _Template(
            start.encode(),
            f" {subject}\r\nDate: Wed, 25 Nov 2026 09:00:00 +0100\r\nMessage-ID: <".encode(),
            b".bench@example.com>\r\nMIME-Version: 1.0\r\n" + stuffed(content) + b".\r\n",
        )

    def _draw(self, count: int) -> list[str]:
        return self._random.choices(self._words, cum_weights=self._weights, k=count)

    def _paragraphs(self) -> list[str]:
        paragraphs: list[str] = []
        while sum(map(len, paragraphs)) < self._size:
            paragraphs.append(" ".join(self._sentence() for _ in range(self._random.randint(2, 5))))
        return paragraphs

    def _sentence(self) -> str:
        return " ".join(self._draw(self._random.randint(5, 16))).capitalize() + "."


@functools.cache
def letters(kind: Kind) -> Letters:
    """The letters that every section sends; made once, since making them takes a second."""
    return Letters(kind)


def vocabulary(source: random.Random, *, count: int = 6_000) -> list[str]:
    """Words by falling frequency: the frequent ones of English, then made ones that can be spoken."""
    words = dict.fromkeys(_FREQUENT)
    while len(words) < count:
        syllables = source.choices((1, 2, 3), weights=(2, 5, 2))[0]
        words["".join(_syllable(source) for _ in range(syllables)) + source.choice(_CODAS)] = None
    return list(words)


def stuffed(content: bytes) -> bytes:
    """Content with each leading dot doubled (RFC 5321 section 4.5.2)."""
    return content.replace(b"\r\n.", b"\r\n..")


def _syllable(source: random.Random) -> str:
    return source.choice(_ONSETS) + source.choice(_NUCLEI)


def _word(name: str) -> str:
    return name if name.isascii() else f"=?utf-8?q?{quopri.encodestring(name.encode(), header=True).decode()}?="


def _plain(text: str) -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + _lines(text)


def _alternative(text: str) -> bytes:
    paragraphs = "\n".join(_HTML_PARAGRAPH.format(each) for each in text.split("\n\n"))
    html = quopri.encodestring(_HTML.format(paragraphs).encode()).replace(b"\n", b"\r\n")
    return (
        b'Content-Type: multipart/alternative; boundary="=_parts"\r\n\r\n'
        b"--=_parts\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + _lines(text) + b"\r\n"
        b"--=_parts\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + html
        + b"\r\n--=_parts--\r\n"
    )


def _lines(text: str) -> bytes:
    wrapped = "\n\n".join(textwrap.fill(paragraph, 76) for paragraph in text.split("\n\n"))
    return wrapped.replace("\n", "\r\n").encode() + b"\r\n"


_HTML_PARAGRAPH = '<tr><td style="padding:12px 24px;font:16px/1.5 Arial,sans-serif;color:#222222"><p>{}</p></td></tr>'
_HTML = """<!doctype html>
<html><head><meta charset="utf-8"><title>Letter</title><style>a {{color:#0055aa}} td {{border:0}}</style></head>
<body style="margin:0;background:#f4f4f4"><table role="presentation" width="600" align="center" cellpadding="0">
<tr><td style="padding:24px"><a href="https://shop.example.com/confirm?token=8f2a">Confirm</a></td></tr>
{}
<tr><td style="padding:24px;font-size:12px">&copy; 2026 Example &middot; <a href="https://example.com/u">leave</a></td></tr>
</table></body></html>
"""
