"""Faults: rules that make a front misbehave on purpose, a known number of times.

Presets and magic addresses are loaded when somebody asks for them: most servers start and stop without any.
"""

from mailtrap_local.faults.fault import Action, Each, Fault, read
from mailtrap_local.faults.registry import Counted, Faults

__all__ = ["Action", "Counted", "Each", "Fault", "Faults", "read"]
