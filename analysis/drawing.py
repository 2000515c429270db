"""Draws the figures of a campaign, as many at a time as there are cores: each is a process of its own, as nothing they share
changes."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from analysis import figures, saving, style
from analysis.load import Campaign

# The longest first, so that no core waits for the last one; what is not here takes less.
LONGEST = ("tail", "latency_against_payload", "bandwidth_against_payload", "latency_against_ranks", "scaling",
           "launch_to_launch")


class Progress:
    """One line on a terminal, of what is done; nothing anywhere else."""

    def __init__(self, stream=None):
        self._stream, self._shown = stream or sys.stderr, False

    def show(self, words: str) -> None:
        if self._stream.isatty():
            self._stream.write(f"\r\x1b[K{words}")
            self._stream.flush()
            self._shown = True

    def end(self) -> None:
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def draw_all(campaign: Campaign, summary: pd.DataFrame, folder: Path, names: list[str], progress: Progress) -> list[str]:
    """Those of the named figures that have something to show; of each other one a remark, and no file, not even of an earlier
    report."""
    tasks = [(campaign, summary, folder, name) for name in sorted(names, key=_turn)]
    told = {}
    for name, reason in _each(_draw, tasks):
        told[name] = reason
        progress.show(f"{len(told)} of {len(tasks)} figures")
    return [f"no figure {name}: {told[name]}" for name in sorted(told) if told[name]]


def _turn(name: str) -> int:
    return LONGEST.index(name) if name in LONGEST else len(LONGEST)


def _draw(campaign: Campaign, summary: pd.DataFrame, folder: Path, name: str) -> tuple[str, str]:
    """Its name, and why there is nothing to draw."""
    figure, numbers = dict(figures.all_figures())[name](campaign, summary)
    reason = style.why_empty(figure)
    if reason:
        saving.remove(folder / name)
    else:
        style.save(figure, numbers, folder / name, campaign)
    return name, reason


def _each(function: Callable, tasks: list[tuple]) -> Iterator:
    workers = min(len(os.sched_getaffinity(0)), len(tasks))
    if workers < 2:
        yield from (function(*task) for task in tasks)
        return
    global _TASKS
    _TASKS = function, tasks  # processes that are forked have it already
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        yield from pool.imap_unordered(_nth, range(len(tasks)), chunksize=1)


_TASKS: tuple[Callable, list[tuple]] | None = None


def _nth(number: int):
    function, tasks = _TASKS
    return function(*tasks[number])
