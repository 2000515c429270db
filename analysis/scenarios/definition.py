"""What jobs/scenarios/NAME.toml says: the launches of a scenario, its quantities, its three sentences, and its figure."""

import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path

from analysis.refusal import Refusal
from analysis.scenarios.sentences import names_in
from analysis.scenarios.values import check_name

SENTENCES = 3
ABSENT = object()
NUMBER = (int, float)


@dataclass(frozen=True)
class Launch:
    """`platform`: where it is simulated, else empty. It runs `times` times, with --quick `quick` times."""

    ranks: str
    platform: str
    times: int
    quick: int
    options: list[str]

    @property
    def world(self) -> int:
        return max(int(each) for each in self.ranks.split(","))


@dataclass(frozen=True)
class Quantity:
    """`value` of the case `of`: by itself, divided by that of the case `over`, less that of the case `minus`, or its growth
    with `against` over all cases that the pattern `of` matches; in other units by `factor`. `neutral`: what words such as more
    or fewer are decided against, a number or the quantity of that name."""

    name: str
    value: str
    of: str
    over: str
    minus: str
    against: str
    factor: float
    neutral: float | str | None

    @property
    def cases(self) -> list[str]:
        return [case for case in (self.of, self.over, self.minus) if case]


@dataclass(frozen=True)
class Series:
    """`cases`: a pattern of their names."""

    label: str
    cases: str


@dataclass(frozen=True)
class Panel:
    """Points at `x`, a column of cases or a parameter of their kernel; without `x` one bar for each series."""

    title: str
    value: str
    factor: float
    label: str
    x: str
    x_label: str
    linear: bool
    series: list[Series]


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    question: str
    launches: list[Launch]
    quantities: dict[str, Quantity]
    sentences: list[str]
    shows: str
    panels: list[Panel]


def read(path: Path, name: str = "") -> Scenario:
    """The scenario of a file, called like the file unless it is a copy with another name."""
    try:
        told = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Refusal(f"{path} cannot be read ({reason}); name the file of a scenario") from None
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"{path} is no TOML ({error}); mend that line") from None
    return _scenario(_Table(path, "the top", told), name or Path(path).stem)


class _Table:
    """A table of the file, each key of which is taken once; one that is left over is unknown."""

    def __init__(self, path: Path, where: str, values: dict):
        self._path, self._where, self._left, self._known = path, where, dict(values), []

    def take(self, key: str, kind: type | tuple, default=ABSENT):
        self._known.append(key)
        value = self._left.pop(key, default)
        if value is ABSENT:
            raise self.wrong(f"lacks {key}; add it")
        if value is not default and (not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool)):
            raise self.wrong(f"has {key} = {value!r}, which is not {_called(kind)}; write one")
        return value

    def tables(self, key: str) -> list["_Table"]:
        every = self.take(key, list)
        if not every or not all(isinstance(each, dict) for each in every):
            raise self.wrong(f"has {key}, which is not a list of tables; write [[{key}]]")
        return [_Table(self._path, f"{key} {number}", each) for number, each in enumerate(every, 1)]

    def named(self, key: str) -> dict[str, "_Table"]:
        every = self.take(key, dict)
        for name, each in every.items():
            if not isinstance(each, dict):
                raise self.wrong(f"has {key}.{name}, which is not a table; write [{key}.{name}]")
        return {name: _Table(self._path, f"{key}.{name}", each) for name, each in every.items()}

    def end(self) -> None:
        if self._left:
            raise self.wrong(f"has the unknown key {next(iter(self._left))}; choose from {', '.join(self._known)}")

    def wrong(self, said: str) -> Refusal:
        return Refusal(f"{self._path}: {self._where} {said}")


def _called(kind: type | tuple) -> str:
    names = {str: "a text", int: "a whole number", list: "a list", dict: "a table", bool: "true or false"}
    return names.get(kind, "a number")


def _scenario(top: _Table, name: str) -> Scenario:
    sentences = top.take("sentences", list)
    if len(sentences) != SENTENCES or not all(isinstance(each, str) for each in sentences):
        raise top.wrong(f"has sentences that are not {SENTENCES} texts; write {SENTENCES}")
    found = Scenario(name, top.take("title", str), top.take("question", str),
                     [_launch(each) for each in top.tables("launches")],
                     {name: _quantity(name, each) for name, each in top.named("quantities").items()}, sentences,
                     top.take("shows", str), [_panel(each) for each in top.tables("panels")])
    top.end()
    if len({bool(launch.platform) for launch in found.launches}) > 1:
        raise top.wrong("has measured and simulated launches, whose times cannot be compared; part them into two scenarios")
    for sentence in sentences:
        _check(top, sentence, found.quantities)
    for each in found.quantities.values():
        if isinstance(each.neutral, str) and each.neutral not in found.quantities:
            raise top.wrong(f"has neutral = {each.neutral!r}, which is no quantity; choose from {', '.join(found.quantities)}")
    return found


def _check(top: _Table, sentence: str, quantities: dict[str, Quantity]) -> None:
    """Words such as more or fewer need a number that they are decided against."""
    for name, asks_for_words in names_in(sentence).items():
        if name not in quantities:
            raise top.wrong(f"has a sentence with {{{name}}}, which is no quantity; choose from {', '.join(quantities)}")
        if asks_for_words and quantities[name].neutral is None:
            raise top.wrong(f"has a sentence with words for {name}, which lacks neutral; add it to [quantities.{name}]")


def _launch(table: _Table) -> Launch:
    ranks, platform = table.take("ranks", (int, str)), table.take("platform", str, "")
    parts = str(ranks).split(",")
    if not all(part.isascii() and part.isdigit() and int(part) > 0 for part in parts) or (len(parts) > 1 and not platform):
        raise table.wrong(f"has ranks = {ranks!r}; write a number, or, with a platform, several as \"4,8\"")
    times, quick = table.take("times", int, 1), table.take("quick", int, 1)
    if not (1 <= times <= 99 and 0 <= quick <= times):
        raise table.wrong(f"has times = {times} and quick = {quick}; write 1 to 99 times, and quick from 0 to that")
    found = Launch(str(ranks), platform, times, quick, _words(table, table.take("options", str)))
    table.end()
    return found


def _words(table: _Table, options: str) -> list[str]:
    try:
        return shlex.split(options)
    except ValueError as error:
        raise table.wrong(f"has options that a shell could not part ({error}); mend the quotes") from None


def _quantity(name: str, table: _Table) -> Quantity:
    value, of = _value(table), table.take("of", str)
    if not of:
        raise table.wrong("has of = '', which names no case; write one")
    over, minus, against = (table.take(key, str, "") for key in ("over", "minus", "against"))
    if sum(map(bool, (over, minus, against))) > 1:
        raise table.wrong("has several of over, minus and against; keep one")
    factor = table.take("factor", NUMBER, 1)
    neutral = table.take("neutral", (*NUMBER, str), 1 if over else 0 if minus else None)
    table.end()
    return Quantity(name, value, of, over, minus, against, factor, neutral)


def _value(table: _Table) -> str:
    value = table.take("value", str)
    if problem := check_name(value):
        raise table.wrong(f"has value = {value!r}; {problem}")
    return value


def _panel(table: _Table) -> Panel:
    title, value, factor = table.take("title", str), _value(table), table.take("factor", NUMBER, 1)
    label = table.take("label", str)
    x, x_label = table.take("x", str, ""), table.take("x_label", str, "")
    linear, series = table.take("linear", bool, False), [_series(each) for each in table.tables("series")]
    table.end()
    return Panel(title, value, factor, label, x, x_label or x, linear, series)


def _series(table: _Table) -> Series:
    found = Series(table.take("label", str), table.take("cases", str))
    table.end()
    return found
