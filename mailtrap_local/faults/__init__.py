"""Faults: rules that make a front misbehave on purpose, a known number of times."""

from mailtrap_local.faults.fault import Action, Each, Fault, read
from mailtrap_local.faults.presets import PRESETS, Preset
from mailtrap_local.faults.registry import Counted, Faults

__all__ = ["PRESETS", "Action", "Counted", "Each", "Fault", "Faults", "Preset", "read"]
