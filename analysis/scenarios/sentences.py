"""Sentences whose numbers, and words such as more or fewer, are computed.

    {name}                          the number, with its interval
    {name:more|as many|fewer}       the word for a number above, at, or below its neutral value, or undecided between them
"""

import math
import string

from analysis.markdown import digits
from analysis.refusal import Refusal
from analysis.scenarios.number import Number

WORDS = 3
PARTED = "|"
MANY = 10_000  # from here on digits are grouped


def names_in(template: str) -> dict[str, bool]:
    """The quantities of a template, and whether it asks for words of each; a Refusal says what is wrong with it."""
    found: dict[str, bool] = {}
    try:
        parts = [(name, spec) for _, name, spec, _ in string.Formatter().parse(template) if name is not None]
    except ValueError as error:
        raise Refusal(f"the sentence {template!r} is no template ({error}); mend its braces") from None
    for name, spec in parts:
        if spec and len(spec.split(PARTED)) != WORDS:
            raise Refusal(f"the sentence {template!r} has {{{name}:{spec}}}; write {WORDS} choices with {PARTED} between them")
        found[name] = found.get(name, False) or bool(spec)
    return found


def sentence(template: str, quantities: dict[str, Number], remark: str) -> str:
    """`remark`: what is true of all numbers of the campaign, such as that time was simulated; may be empty."""
    parts = []
    for before, name, spec, _ in string.Formatter().parse(template):
        parts.append(before)
        if name is not None:
            parts.append(_words(quantities[name], spec) if spec else number(quantities[name]))
    used = [quantities[name] for name in names_in(template)]
    return _with_remarks("".join(parts), [remark, _too_few(used)])


def number(told: Number) -> str:
    return f"{_digits(told.value)} [{_digits(told.low)}, {_digits(told.high)}]" if told.has_interval else _digits(told.value)


def _words(told: Number, spec: str) -> str:
    return spec.split(PARTED)[told.side]


def _digits(value: float) -> str:
    """Whole numbers whole, large ones with commas, else three digits."""
    if math.isclose(value, round(value), rel_tol=1e-9, abs_tol=1e-12):
        return f"{round(value):,}" if abs(value) >= MANY else f"{round(value)}"
    return f"{value:,.0f}" if abs(value) >= MANY else digits(value)


def _too_few(used: list[Number]) -> str:
    """Where an interval is missing that noise asks for."""
    launches = [told.launches for told in used if told.noisy and math.isnan(told.low)]
    if not launches:
        return ""
    fewest = min(launches)
    return "of one launch, which decides nothing" if fewest == 1 else f"of {fewest} launches, too few for an interval"


def _with_remarks(said: str, remarks: list[str]) -> str:
    remarks = [remark for remark in remarks if remark]
    return f"{said.removesuffix('.')} ({'; '.join(remarks)})." if remarks else said
