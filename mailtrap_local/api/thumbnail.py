"""Small pictures of image parts. Whatever the bytes are, a picture comes back: a blank one if they are no picture."""

import io
import logging

from mailtrap_local import limits

WIDTH, HEIGHT = 180, 120
_QUALITY = 70
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO")  # decoders in Pillow itself: none starts a program

log = logging.getLogger(__name__)


def jpeg(data: bytes) -> bytes:
    """The picture in `data` as a JPEG of 180 by 120 pixels, padded with white. Slow: call it in a thread."""
    from PIL import Image, ImageOps  # here, since most runs never need it and it takes a while to load

    canvas = Image.new("RGB", (WIDTH, HEIGHT), "white")
    if data:
        try:
            with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
                if picture.width * picture.height <= limits.THUMBNAIL_PIXELS:  # known before anything is decoded
                    picture.draft("RGB", (WIDTH * 2, HEIGHT * 2))
                    small = ImageOps.exif_transpose(picture).convert("RGBA")
                    small.thumbnail((WIDTH, HEIGHT))
                    place = ((WIDTH - small.width) // 2, (HEIGHT - small.height) // 2)
                    canvas.paste(small, place, small)
        except Exception as error:  # hostile bytes make decoders raise all sorts of things
            log.debug("no thumbnail: %r", error)
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
