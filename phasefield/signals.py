"""Signals that ask a program to stop: caught for the time of a block, in the one place that lists them."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Ctrl-C, what batch systems send at the end, and what they send some time before it.
STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)


@contextmanager
def on_stop(react: Callable[[], None]) -> Iterator[None]:
    """Call `react` at each signal that asks to stop, instead of being ended by it."""
    previous = {number: signal.signal(number, lambda *_: react()) for number in STOP}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
