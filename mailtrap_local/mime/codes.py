"""One-time codes: what a mail says that somebody is to type in somewhere, once.

This is the quick look that most mail needs no more than; what a code is, `onetime` knows.
"""

# Each word that says code holds one of these, which can be looked for fast; so can what a longer term begins with.
HINTS = (
    "cod", "kod", "kood", "pin", "otp", "token", "verif", "2fa", "tan", "pass", "log in", "sign in", "clave", "senha",
    "kennwort", "contraseña", "cód", "kód", "kóð", "hasło", "şifre", "mã ",
    "код", "парол", "κωδικ", "رمز", "كود", "کد", "קוד", "कोड", "ओटीपी", "รหัส",
    "验证码", "驗證碼", "校验码", "检验码", "动态", "動態", "确认码", "確認碼", "安全码", "安全碼", "认证码", "授权码",
    "認証", "確認", "暗証", "コード", "ワンタイム", "인증", "코드", "비밀번호",
)  # fmt: skip
_ASCII = tuple(filter(str.isascii, HINTS))
_LATIN = tuple(hint for hint in HINTS if max(hint) <= "\xff")


def count_codes(*texts: str) -> int:
    """How many different one-time codes are found in all of the texts."""
    return len(codes_of(*texts))


def codes_of(*texts: str) -> tuple[str, ...]:
    """The different one-time codes of all the texts, in the order they stand in."""
    return tuple(dict.fromkeys(code for text in texts for code in codes(text)))


def codes(text: str) -> tuple[str, ...]:
    """The different one-time codes of a text, in the order they stand in, without what divides groups of digits."""
    lower = text.lower()
    if not any(map(lower.__contains__, _hints_for(lower))):
        return ()
    from mailtrap_local.mime import onetime  # here, since its patterns take long to compile

    return onetime.codes(text)


def _hints_for(text: str) -> tuple[str, ...]:
    """Those that may be in a text, by the letters that it has."""
    if text.isascii():
        return _ASCII
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return HINTS
    return _LATIN
