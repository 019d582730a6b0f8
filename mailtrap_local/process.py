"""What each process of ours that serves sets up first: its event loop, its log, its garbage collector."""

import asyncio
import gc
import logging
from collections.abc import Callable


def log_to_standard_error(level: str) -> None:
    """Our own lines from this level on; of the libraries below us no small talk, unless debugging is asked for."""
    logging.basicConfig(level="WARNING" if level == "INFO" else level, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("mailtrap_local").setLevel(level)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """uvloop where it installs."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


def pause_collector() -> None:
    """Keep the garbage collector out of the start, until `calm_collector`: what is made there stays."""
    gc.disable()


def calm_collector() -> None:
    """Let the garbage collector look less often, and never at what the start has made.

    A mail makes thousands of objects and no cycle to speak of; with the usual thresholds the collector took a seventh
    of the rate at which mail comes in. What little garbage the start has left is not worth a look at everything.
    """
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    gc.enable()
