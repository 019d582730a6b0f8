"""docs/faults.md says what there is."""

import re
import tomllib

from mailtrap_local.faults import read
from mailtrap_local.faults.fault import ACTIONS, Fault
from mailtrap_local.faults.magic import fault_of
from mailtrap_local.faults.presets import PRESETS
from mailtrap_local.rates import read as read_limit
from mailtrap_local.rates.presets import RATE_PRESETS
from mailtrap_local.stages import STAGES
from tests.house.presets_table import renewed
from tests.tools import ROOT

PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[str]:
    """The first cells of the first table behind a heading."""
    section = PAGE.partition(f"## {heading}\n")[2]
    table = re.findall(r"^\| (`.*?) \|", section.partition("\n## ")[0], flags=re.MULTILINE)
    return [name for cell in table for name in re.findall(r"`(.*?)`", cell)]


def test_the_presets_are_those_there_are() -> None:
    assert renewed(PAGE) == PAGE, "python -m tests.house.presets_table docs/faults.md"


def test_every_source_is_an_address() -> None:
    sources = [each.source for each in PRESETS.values()] + [each.source for each in RATE_PRESETS.values()]
    assert all(re.fullmatch(r"https://[a-z.-]+/[!-~]+", source) for source in sources if source)
    assert all(preset.source for preset in RATE_PRESETS.values())
    silent = [name for name, preset in PRESETS.items() if not preset.source]
    assert all(read({"preset": name}).action != "reply" for name in silent), "words have a source"


def test_every_stage_action_and_field_is_explained() -> None:
    assert tuple(rows("Where")) == STAGES
    assert tuple(rows("What")) == ACTIONS
    explained = {*rows("Whom, how often, how long"), "where", "action", "reply", "seconds", "rate", "bytes", "reset"}
    assert explained == set(Fault.__struct_fields__)


def test_every_magic_address_is_one() -> None:
    addresses = rows("Magic addresses")
    assert len(addresses) == 10
    assert all(fault_of(address.replace("…", "example.com")) for address in addresses)


def test_the_settings_in_it_are_faults() -> None:
    faults, rates = map(tomllib.loads, re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL))
    assert [read(each).where for each in faults["faults"]] == ["rcpt", "end-of-data"]
    assert [limit.per for each in rates["rate-limits"] for limit in read_limit(each)] == ["inbox", "domain"]
    assert all(f"`{name}`" in PAGE for name in RATE_PRESETS)
