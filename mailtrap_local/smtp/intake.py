"""How much mail may be on its way in: the limit of one message, and the budget of all connections together."""

from mailtrap_local.smtp import replies


class Budget:
    """Octets of mail in flight, over all connections: being received, or waiting for the store."""

    __slots__ = ("limit", "used")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0


class Intake:
    """What one connection has in flight, and why its mail is refused, if it is."""

    __slots__ = ("_budget", "_held", "_largest", "_largest_on_wire", "refusal")

    def __init__(self, budget: Budget, *, largest: int) -> None:
        self.refusal = ""
        self._budget = budget
        self._held = 0
        self._largest = largest
        self._largest_on_wire = largest + largest // 3 + 8  # a mail of nothing but lines with one dot grows so

    def arriving(self, octets: int) -> bool:
        """So much of a mail is held by now. False if no more of it should be."""
        self._hold(octets)
        if octets > self._largest_on_wire:
            self.refusal = replies.TOO_LARGE
        elif self._budget.used > self._budget.limit:
            self.refusal = replies.BUSY
        if self.refusal:
            self.release()
        return not self.refusal

    def arrived(self, octets: int) -> str:
        """A mail of this size is complete. The reply that refuses it; "" holds it until `release`."""
        refusal, self.refusal = self.refusal, ""
        self._hold(octets)
        if not refusal and octets > self._largest:
            refusal = replies.TOO_LARGE
        elif not refusal and self._budget.used > self._budget.limit:
            refusal = replies.BUSY
        if refusal:
            self.release()
        return refusal

    def release(self) -> None:
        """Nothing is in flight any more."""
        self._hold(0)

    def _hold(self, octets: int) -> None:
        self._budget.used += octets - self._held
        self._held = octets
