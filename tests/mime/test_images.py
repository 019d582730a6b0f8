"""The images of the HTML: what stands for them, where they are, and which nobody is to see."""

import time

import pytest

from mailtrap_local import limits, mime
from mailtrap_local.mime.images import images
from mailtrap_local.mime.text import seen
from mailtrap_local.model import Image
from tests.asking import RICH


def of(html: str) -> tuple[Image, ...]:
    return images("2", seen(html), {"logo": "3", "Ü@x": "4"})


def test_what_is_told_of_each() -> None:
    html = (
        "<img src='https://x.org/a.png?b=1&amp;c=2' alt='Our  shop' width=120 height='40px'><img alt='' src=cid:logo>"
        "<IMG SRC='CID:%3Clogo%3E' STYLE='width: 90px; height:auto'><img src=cid:none><img alt='no source'>"
        "<!-- <img src=no.png> --><img src='//x.org/b.png' width='50%'>"
    )
    assert of(html) == (
        Image("https://x.org/a.png?b=1&c=2", "Our shop", "2", "", 120, 40, False),
        Image("cid:logo", "", "2", "3", None, None, False),
        Image("CID:%3Clogo%3E", None, "2", "3", 90, None, False),
        Image("cid:none", None, "2", "", None, None, False),
        Image("//x.org/b.png", None, "2", "", None, None, False),
    )


@pytest.mark.parametrize(
    ("attributes", "tracking"),
    [
        ("width=1 height=1", True),
        ("width=0 height=0", True),
        ("width='1' height='1' border=0", True),
        ("style='width:1px;height:1px'", True),
        ("style='display: none'", True),
        ("style='DISPLAY:NONE !important'", True),
        ("hidden", True),
        ("height=1", True),
        ("width=600 height=1", False),
        ("width=20 height=20", False),
        ("style='max-width:1px'", False),
        ("style='opacity:0.9'", False),
        ("", False),
    ],
)
def test_a_tracking_pixel(attributes: str, tracking: bool) -> None:
    assert [image.tracking for image in of(f"<img src=https://x.org/open.gif {attributes}>")] == [tracking]
    assert [image.tracking for image in of(f"<img src=cid:logo {attributes}>")] == [False]


def test_an_image_that_comes_with_the_mail_is_named_by_its_part() -> None:
    found = mime.parse(RICH).images
    assert [(image.url, image.part, image.embedded) for image in found] == [
        ("cid:dot", "1.1", "1.2"),
        ("http://tracker.test/p.png", "1.1", ""),
    ]


def test_number_and_length_are_bounded() -> None:
    found = of("<img src='data:image/png;base64," + "A" * 9_000_000 + "'>" + "<img src=a>" * (limits.IMAGES + 9))
    assert len(found) == 1  # which is longer than what is read of HTML
    found = of("<img src='data:," + "A" * 100_000 + "'>" + "<img src=a>" * (limits.IMAGES + 9))
    assert (len(found), len(found[0].url)) == (limits.IMAGES, limits.IMAGE_URL)


@pytest.mark.parametrize("piece", ["<img ", "<img src=", "<img src=a style='width:", "width:1px;", "<img src='"])
def test_images_are_read_in_linear_time(piece: str) -> None:
    began = time.process_time()
    of("<img src=a style='" + piece * (500_000 // len(piece)))
    of(piece * (500_000 // len(piece)))
    assert time.process_time() - began < 5.0
