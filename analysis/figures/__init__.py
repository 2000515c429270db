"""One file per figure. A figure is a module with `draw(campaign, summary) -> (Figure, DataFrame of the numbers plotted)`; its
file's name is the name of what it writes. To add one is to add a file."""

import importlib
import pkgutil
from typing import Callable, Iterator


def all_figures() -> Iterator[tuple[str, Callable]]:
    """The name and the `draw` of every figure, by name."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        yield module.name, importlib.import_module(f"{__name__}.{module.name}").draw
