"""Thumbnails: whatever the bytes are, a small JPEG comes back, and no bomb is decoded."""

import io
import zlib
from collections.abc import Iterator

import pytest
from PIL import Image, ImageFile

from mailtrap_local import limits
from mailtrap_local.api import thumbnail


def picture(kind: str = "PNG", size: tuple[int, int] = (400, 100), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode != "1" else 0).save(out, kind)
    return out.getvalue()


def pixels(jpeg: bytes) -> Image.Image:
    shown = Image.open(io.BytesIO(jpeg))
    assert (shown.format, shown.size) == ("JPEG", (180, 120))
    return shown.convert("RGB")


def is_blank(jpeg: bytes) -> bool:
    return all(low > 250 for low, _ in pixels(jpeg).getextrema())  # type: ignore[misc]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_a_picture_is_shrunk_and_padded_with_white(kind: str) -> None:
    shown = pixels(thumbnail.jpeg(picture(kind)))
    red, green, blue = shown.getpixel((90, 60))  # type: ignore[misc]
    assert (red > 200, green < 60, blue < 60) == (True, True, True)
    assert min(shown.getpixel((90, 5))) > 240  # type: ignore[arg-type]


def test_what_is_transparent_is_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    assert is_blank(thumbnail.jpeg(out.getvalue()))


def bombs() -> Iterator[bytes]:
    side, small = 50_000, picture()
    header = b"IHDR" + side.to_bytes(4, "big") * 2 + small[24:29]
    yield small[:12] + header + zlib.crc32(header).to_bytes(4, "big") + small[33:]
    yield b"GIF89a" + (65_535).to_bytes(2, "little") * 2 + b"\x80\x00\x00" + bytes(6) + b";"
    yield picture("BMP", size=(limits.THUMBNAIL_PIXELS // 1000, 1001), mode="1")


def test_image_bombs_are_refused_by_their_size_before_they_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(*_: object) -> None:
        pytest.fail("decoded")

    for bomb in list(bombs()):
        with monkeypatch.context() as patch:
            patch.setattr(ImageFile.ImageFile, "load", decode)
            shown = thumbnail.jpeg(bomb)
        assert is_blank(shown)


@pytest.mark.parametrize("data", [b"", b"no picture", picture()[:40], picture("JPEG")[:200], b"%!PS-Adobe-3.0 EPSF\n"])
def test_whatever_the_bytes_are_a_blank_picture_comes_back(data: bytes) -> None:
    assert is_blank(thumbnail.jpeg(data))
