"""Address lists of header fields (RFC 5322 section 3.4), read tolerantly and in linear time.

A list of plain addresses is taken by one regular expression. The rest goes through a small scanner of our own:
email.utils recurses on nested comments, so a hostile field ends in RecursionError there.
"""

import re
from dataclasses import dataclass, field

from mailtrap_local.mime.words import decode_words
from mailtrap_local.model import Address

_SIMPLE = re.compile(r"""[ ]*+(?:"([^"\\<>,]*)"|([^"\\<>(),;:@\[\]]*+))[ ]*<([^\s<>"(),;:\\]+)>[ ]*\Z""")
_BARE = re.compile(r"[ ]*+([^\s<>\"(),;:\\\[\]]+@[^\s<>\"(),;:\\\[\]@]+)[ ]*\Z")
_TOKEN = re.compile(r'"((?>(?:[^"\\]|\\.)*))"|"|<|>|\(|,|;|:|[^"<>(),;:]++', re.DOTALL)
_TOKEN_UNQUOTED = re.compile(r'(?:(?!)(x))|"|<|>|\(|,|;|:|[^"<>(),;:]++')  # behind a quote that never closes
_COMMENT = re.compile(r"[()]|\\.|[^()\\]++|\\", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_QUOTED_LOCAL = re.compile(r'"(?>(?:[^"\\]|\\.)*)"@[^\s"]+\Z')
_ROUTE = re.compile(r"@[^:]*:")


def addresses(text: str) -> tuple[Address, ...]:
    """The mailboxes of an unfolded field value, encoded words still encoded. Groups are taken apart, nothing raises."""
    found = []
    for piece in text.split(","):
        address = _plain(piece)
        if address is None:
            scanner = _Scanner(text)
            scanner.run()
            return tuple(scanner.found)
        found.append(address)
    return tuple(found)


def _plain(text: str) -> Address | None:
    """One mailbox of the usual forms; None for everything else."""
    if "<" in text:
        match = _SIMPLE.match(text)
        return Address(_name(match[1] or match[2] or ""), match[3]) if match else None
    match = _BARE.match(text)
    return Address("", match[1]) if match else None


def _name(text: str) -> str:
    text = (decode_words(text) if "=?" in text else text).strip()
    return text if text.isprintable() and "  " not in text else " ".join(text.split())


@dataclass(slots=True)
class _Scanner:
    """One pass over a list: gathers words, the angle address and comments of a mailbox until the list goes on."""

    text: str
    found: list[Address] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    angle: list[str] | None = None
    comments: list[str] = field(default_factory=list)
    inside: bool = False  # between < and >
    before: int = 0  # how many words stand before the angle address
    pattern: re.Pattern[str] = _TOKEN

    def run(self) -> None:
        """Fill `found`."""
        at = 0
        while at < len(self.text):
            token = self.pattern.match(self.text, at)
            if token is None:
                at += 1
                continue
            at = token.end()
            if token[0] == "(":
                at = self._comment(at)
            elif token[0] == '"':
                self.pattern = _TOKEN_UNQUOTED
            else:
                self._take(token)
        self._end()

    def _take(self, token: re.Match[str]) -> None:
        text = token[0]
        if text == "<":
            if self.angle is not None and not self.inside:
                behind = self.words[self.before :]  # two angle addresses without a comma between
                del self.words[self.before :]
                self._end()
                self.words = behind
            self.inside, self.angle, self.before = True, self.angle or [], len(self.words)
        elif text == ">":
            self.inside = False
        elif text in (",", ";") and not self._in_route():
            self._end()
        elif text == ":" and not self.inside:
            self.words, self.comments = [], []  # the name of a group
        elif token[1] is not None and not self.inside and not self._local_part(token):
            self.words.append(_ESCAPED.sub(r"\1", token[1]))
        elif self.angle is None or not self.inside:
            self.words.append(text)
        elif self.angle or text.strip():
            self.angle.append(text if self.angle else text.lstrip())

    def _in_route(self) -> bool:
        """Whether this comma parts the hosts of an obsolete source route, <@a,@b:c@d>."""
        return self.inside and bool(self.angle) and (self.angle or [""])[0].startswith("@")

    def _local_part(self, token: re.Match[str]) -> bool:
        return self.text.startswith("@", token.end())

    def _comment(self, at: int) -> int:
        """Skip to behind the comment that opened before `at`, keeping its text."""
        depth, start = 1, at
        while depth and at < len(self.text):
            piece = _COMMENT.match(self.text, at)
            if piece is None:
                break
            at = piece.end()
            depth += (piece[0] == "(") - (piece[0] == ")")
        self.comments.append(self.text[start : at - (depth == 0)].strip())
        return at

    def _end(self) -> None:
        words = " ".join("".join(self.words).split())
        if self.angle is not None:
            address = "".join(self.angle).strip()
            route = _ROUTE.match(address)
            address = address[route.end() :] if route else address
            if address or words:
                self._add(words or " ".join(self.comments), "".join(address.split()))
        elif words:
            self._add_bare(words)
        self.words, self.angle, self.comments, self.inside = [], None, [], False

    def _add_bare(self, words: str) -> None:
        """Words without an angle address: an address if there is an @, else a name alone."""
        decoded = decode_words(words)
        if "@" not in words and "@" in decoded and "=?" in words:
            self.found.extend(addresses(decoded) if "=?" not in decoded else (Address("", decoded),))
            return
        if "@" not in words:
            self._add(words, "") if " " in words else self._add("", decoded)
            return
        quoted = _QUOTED_LOCAL.search(words)
        before, space, last = (words[: quoted.start()].strip(), " ", quoted[0]) if quoted else words.rpartition(" ")
        if space and "@" in last and "@" not in before:  # Name a@b, without the angle brackets
            self._add(before or " ".join(self.comments), last)
        else:
            self._add(" ".join(self.comments), words.replace(" ", ""))

    def _add(self, name: str, address: str) -> None:
        self.found.append(Address(_name(name), address))
