"""The mails of corpus/, as mailers write them, against what an independent parser makes of them."""

import json
from hashlib import sha256
from typing import Any

import pytest

from mailtrap_local.mime import parse
from mailtrap_local.mime.structure import Node, tree
from mailtrap_local.model import Address
from tests.mime.golden import CORPUS, GOLDEN

GOLDEN_MAILS: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_every_mail_has_a_witness() -> None:
    assert sorted(GOLDEN_MAILS) == sorted(path.stem for path in CORPUS.glob("*.eml"))


def described(node: Node) -> dict[str, str]:
    found = {"type": node.content_type, "filename": node.filename, "sha256": sha256(node.content()).hexdigest()}
    if node.content_type.startswith("text/"):
        found["text"] = node.text().replace("\r\n", "\n")
    return found


def pairs(addresses: tuple[Address, ...]) -> list[list[str]]:
    return [[each.name, each.address] for each in addresses]


@pytest.mark.parametrize("name", sorted(GOLDEN_MAILS))
def test_corpus(name: str) -> None:
    raw, golden = (CORPUS / f"{name}.eml").read_bytes(), GOLDEN_MAILS[name]
    parsed = parse(raw)
    assert parsed.defects == ()
    assert " ".join(parsed.head.subject.split()) == golden["subject"]
    assert pairs((parsed.head.from_,) if parsed.head.from_ else ()) == golden["from"]
    assert pairs(parsed.head.to) == golden["to"]
    assert pairs(parsed.head.cc) == golden["cc"]
    leaves = [node for node in tree(raw) if not node.children]
    assert [described(node) for node in leaves] == golden["parts"]
