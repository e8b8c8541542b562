"""What a page recorded of being typed into (``in_page/watch.js``), and what it comes to."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

IN_PAGE = Path(__file__).parent / "in_page"
WATCH = (IN_PAGE / "watch.js").read_text("utf-8")
WATCH_SUBMIT = (IN_PAGE / "watch_submit.js").read_text("utf-8")

_KEY_EVENTS = ("keydown", "keypress", "beforeinput", "input", "keyup")


@dataclass(frozen=True, slots=True)
class Press:
    """A key press.

    Attributes:
        text: what stood in the box after it.
        pressed: when the key was pressed, in milliseconds of the page's clock.
    """

    text: str
    pressed: float


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that took the place of another.

    Attributes:
        asked: the text it answers.
        swapped: when it stood in the document, in milliseconds of the page's clock.
        painted: when the frame that shows it was done.
    """

    asked: str
    swapped: float
    painted: float


@dataclass
class Recorded:
    """All that was recorded while somebody typed.

    Attributes:
        swapped: milliseconds from each answered key press to its answer in the document.
        painted: milliseconds from each answered key press to the end of the frame that shows its answer.
        presses: how many keys were pressed.
        overtaken: presses whose answer nobody saw, because the next key came first.
        older_over_newer: how often an answer took the place of one to a later press.
        shifts: scores of the layout shifts, those right after a key among them.
        long_tasks: milliseconds of each task of 50 and more.
        long_frames: milliseconds of each animation frame of 50 and more.
        slow_keys: Event Timing's durations, from 16 ms on, of the keys' own events, until the next frame.
    """

    swapped: list[float] = field(default_factory=list)
    painted: list[float] = field(default_factory=list)
    presses: int = 0
    overtaken: int = 0
    older_over_newer: int = 0
    shifts: list[float] = field(default_factory=list)
    long_tasks: list[float] = field(default_factory=list)
    long_frames: list[float] = field(default_factory=list)
    slow_keys: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, page: dict[str, Any]) -> Recorded:
        """Read what ``window.typingFrames`` of a page holds."""
        presses = [Press(each["text"], each["pressed"]) for each in page["presses"]]
        answers = [Answer(each["asked"], each["swapped"], each["painted"]) for each in page["shown"]]
        recorded = cls(presses=len(presses), older_over_newer=older_over_newer(presses, answers))
        for at, press in enumerate(presses):
            # The same text may be typed again much later, and be answered then.
            until = presses[at + 2].pressed if at + 2 < len(presses) else math.inf
            fitting = (each for each in answers if each.asked == press.text and press.pressed <= each.swapped < until)
            answer = next(fitting, None)
            if answer is None or not answer.painted:
                recorded.overtaken += 1
            else:
                recorded.swapped.append(answer.swapped - press.pressed)
                recorded.painted.append(answer.painted - press.pressed)
        recorded.shifts = [each["value"] for each in page["shifts"]]
        recorded.long_tasks = [each["duration"] for each in page["longTasks"]]
        recorded.long_frames = [each["duration"] for each in page["longFrames"]]
        recorded.slow_keys = [each["duration"] for each in page["events"] if each["name"] in _KEY_EVENTS]
        return recorded


def older_over_newer(presses: Sequence[Press], answers: Sequence[Answer]) -> int:
    """How often an answer took the place of one to a later press.

    >>> typed = [Press("j", 0), Press("js", 80)]
    >>> older_over_newer(typed, [Answer("j", 10, 12), Answer("js", 90, 95)])
    0
    >>> older_over_newer(typed, [Answer("js", 90, 95), Answer("j", 99, 105)])
    1
    """
    count, newest = 0, -1
    for answer in answers:
        asked = [
            at for at, press in enumerate(presses) if press.text == answer.asked and press.pressed <= answer.swapped
        ]
        if asked:
            count += asked[-1] < newest
            newest = max(newest, asked[-1])
    return count
