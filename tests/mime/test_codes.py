"""Which one-time codes are found, and what is none."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.mime import onetime
from mailtrap_local.mime.codes import codes, count_codes
from tests.mime.code_mails import HOLDING, WITHOUT


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Your code is 123456", "123456"),
        ("123456 is your verification code.", "123456"),
        ("G-123456 is your Google verification code.", "G-123456"),
        ("Use 123 456 to log in. It expires soon.", "123456"),
        ("Code 123-456", "123456"),
        ("Your login code:\n\n  4821\n\nIt expires in 10 minutes", "4821"),
        ("PIN: 0042", "0042"),
        ("Enter code X7K2P9 to continue", "X7K2P9"),
        ("Confirmation code: ABC-D1F", "ABC-D1F"),
        ("Your OTP for the transaction of $500.00 is 883312.", "883312"),
        ("Your one-time password is 908172", "908172"),
        ("To verify your email, enter this: 776655", "776655"),
        ("code: 2024", "2024"),
        ("Your verification code is 2031.", "2031"),
        ("Dein Bestätigungscode lautet 998877", "998877"),
        ("Ihre TAN: 654321", "654321"),
        ("Votre code de vérification est 445566", "445566"),
        ("Tu código es 5566", "5566"),
        ("Ваш код: 774411", "774411"),
        ("您的验证码是 246810，请勿泄露", "246810"),
        ("認証コード：123456", "123456"),
        ("인증번호 135790", "135790"),
    ],
)
def test_codes(text: str, code: str) -> None:
    assert codes(text) == (code,)


@pytest.mark.parametrize(
    "text",
    [
        "No word that says so: 123456",
        "Price 1234.50 EUR, use code at checkout",
        "Total: $1299 with PIN entry",
        "1299 USD, code below",
        "Your order #123456 was shipped. Tracking code follows",
        "Order number: 445566. Keep this code",
        "invoice 998877 password enclosed",
        "Call +49 30 1234567 for a code",
        "Phone: 0301234567 code",
        "555-123-4567 pin",
        "On 2026-11-25 we changed the code",
        "25.11.2026 code",
        "Meeting 12:30 code review",
        "Copyright 2026. Code of conduct",
        "in 2025 our code base has grown",
        "promo code SAVE20",
        "Use coupon code 12345 now",
        "zip code 90210",
        "error code 5004",
        "card ending in 4242. PIN",
        "the code expires in 1440 minutes",
        "password must have 8 characters",
        "https://x.org/verify?code=123456",
        "code@123456.org",
        "the barcode 12345678",
    ],
)
def test_what_is_no_code(text: str) -> None:
    assert codes(text) == ()


def test_codes_are_counted_once() -> None:
    assert count_codes("Your code is 123456", "The code: 123456. Another code: 654321") == 2


@pytest.mark.parametrize("name", HOLDING)
def test_the_code_of_a_mail_and_nothing_else(name: str) -> None:
    text, code = HOLDING[name]
    assert codes(text) == (code,)


@pytest.mark.parametrize("name", WITHOUT)
def test_a_mail_without_a_code(name: str) -> None:
    assert codes(WITHOUT[name]) == ()


def test_a_plural_introduces_many() -> None:
    assert codes("Your backup codes: 4821 7703, 1188 2204, 9031 5567") == ("48217703", "11882204", "90315567")
    assert codes("Your code is 482177, not 118822") == ("482177",)


@pytest.mark.parametrize(
    "piece", ["123456 ", "code ", "code 123456 ", "1", "A1-", "://", "a@", "code\n", "1 ", "codecode", "コード"]
)
def test_codes_are_read_in_linear_time(piece: str) -> None:
    began = time.process_time()
    codes("code " + piece * (500_000 // len(piece)))
    assert time.process_time() - began < 5.0


def test_a_letter_that_grows_in_lower_case_moves_nothing() -> None:
    assert codes("İİİİ https://x.org Kodunuz: 482913 İİİİ, 1299 TL") == ("482913",)


PIECES = ["://", "@", "www.", "w", "a", ":", "/", " ", "\n", "\t", "\xa0", "\u2003", "\x1c", "ü"]
ADDRESS = re.compile(r"(?<!\S)(?=\S*(?:://|@)|www\.)\S+")


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_words_that_are_addresses_become_blanks(text: str) -> None:
    assert onetime._without_addresses(text) == ADDRESS.sub(lambda match: " " * len(match[0]), text)


@pytest.mark.parametrize("text", ["@" * 200_000, "www." * 50_000, "a" * 100_000 + "@ " * 50_000, "://\u2003" * 50_000])
def test_addresses_take_no_longer_than_their_length(text: str) -> None:
    began = time.process_time()
    onetime._without_addresses(text)
    assert time.process_time() - began < 2
