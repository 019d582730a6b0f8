"""What is made of an entry once is the same as what is made of it anew."""

import pytest

from mailtrap_local.model import Digest, Entry, Envelope, Head, Origin
from mailtrap_local.search.document import columns
from mailtrap_local.store.rows import document, prepared
from tests.search.test_document import DIGEST, ENVELOPE, HEAD

WHOLE = Entry(b"raw", ENVELOPE, Origin(), HEAD, "shop", ("News",), 7, DIGEST)
EMPTY = Entry(b"", Envelope(), Origin(), Head(), "default", (), 0, Digest())
UNDESCRIBED = Entry(b"raw", ENVELOPE, Origin(), HEAD, "shop", (), 7)


@pytest.mark.parametrize("entry", [WHOLE, EMPTY, UNDESCRIBED])
def test_the_document_out_of_the_rows_is_that_of_the_entry(entry: Entry) -> None:
    assert document(prepared(entry)) == columns(entry)
    moved = prepared(entry).moved("other")
    assert document(moved) == columns(moved.entry)
