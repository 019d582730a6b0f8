"""docs/doctor.md and docs/bounces.md say what there is."""

import re
import shlex
import smtplib
from typing import Any

from mailtrap_local.api.schema import BounceOrder
from mailtrap_local.bounces.kinds import KINDS
from mailtrap_local.bounces.order import FEEDBACK
from mailtrap_local.doctor.command import describe
from mailtrap_local.pytest_plugin.inbox import Mailtrap
from tests.house.diagnoses_table import renewed
from tests.tools import ROOT

DOCTOR = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")
BOUNCES = (ROOT / "docs" / "bounces.md").read_text(encoding="utf-8")


def test_the_diagnoses_are_those_there_are() -> None:
    assert renewed(DOCTOR) == DOCTOR, "python -m tests.house.diagnoses_table docs/doctor.md"


def test_every_flag_of_the_doctor_is_explained() -> None:
    known = set(describe()._option_string_actions) - {"-h", "--help"}
    assert set(re.findall(r"--[a-z]+(?:-[a-z]+)*", DOCTOR)) - {"--"} == known
    [line] = re.findall(r"^mailtrap-local doctor (.*)$", DOCTOR, flags=re.MULTILINE)
    describe().parse_args(shlex.split(line))


def test_every_field_of_a_bounce_is_explained() -> None:
    section = BOUNCES.partition("The body of the request")[2].partition("A report of delivery")[0]
    assert set(BounceOrder.__struct_fields__) <= set(re.findall(r"`(\w+)`", section))
    assert {f"`{name}`" in section for name in (*KINDS, *FEEDBACK)} == {True}


def test_the_example_of_a_bounce_passes(mailtrap: Mailtrap) -> None:
    def sign_up(address: str) -> None:
        with smtplib.SMTP(mailtrap.smtp_host, mailtrap.smtp_port) as smtp:
            smtp.login(mailtrap.smtp_user, mailtrap.smtp_password)
            smtp.sendmail("app@example.com", [address], f"To: {address}\nSubject: Welcome\n\nHello")

    [example] = re.findall(r"```python\n(.*?)```", BOUNCES, flags=re.DOTALL)
    names: dict[str, Any] = {"sign_up": sign_up}
    exec(example, names)
    names["test_a_dead_address_is_switched_off"](mailtrap)
