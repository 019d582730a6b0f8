"""The List-Unsubscribe field, taken apart."""

import pytest

from mailtrap_local.api.unsubscribe import list_unsubscribe


@pytest.mark.parametrize(
    ("header", "links", "wrong"),
    [
        ("", [], ""),
        ("<mailto:a@x.org?subject=u>", ["mailto:a@x.org?subject=u"], ""),
        ("<https://x.org/u> ,\n <mailto:a@x.org>", ["https://x.org/u", "mailto:a@x.org"], ""),
        ("https://x.org/u", [], "enclosed"),
        ("<https://x.org/u> <mailto:a@x.org>", [], "commas"),
        ("<https://x.org/a b>", [], "space"),
        ("<javascript:alert(1)>", [], "neither"),
    ],
)
def test_list_unsubscribe(header: str, links: list[str], wrong: str) -> None:
    found = list_unsubscribe(header, post="")
    assert (found.Links, bool(found.Errors), wrong in found.Errors) == (links, bool(wrong), True)
