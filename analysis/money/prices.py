"""The prices of prices.toml, with what a user replaces; refuses in one sentence what no price can be."""

import tomllib
from collections.abc import Set
from dataclasses import dataclass
from decimal import Decimal, localcontext
from pathlib import Path

from analysis.money import formula
from analysis.refusal import Refusal, reason

DEFAULTS = Path(__file__).resolve().parent.parent / "prices.toml"
DISTANCES = ("same_zone", "between_zones", "between_regions")
INTERNET = "internet"
TEXTS = {"about": ("source", "date")}
NUMBERS = {"traffic": DISTANCES, "nodes": ("dollars_per_hour",), "storage": ("dollars_per_million_writes", "write_bytes"),
           "wire": ("header_bytes", "segment_bytes")}
TIER = ("up_to_gb", "dollars_per_gb")
WRITES = "forced_writes"  # kernels are its keys
SECTIONS = (*TEXTS, *NUMBERS, INTERNET, WRITES)
AMOUNT_MOST = 10**12
TRIED_RANKS = (3, 4, 5, 8)  # a formula is one if it has a value at any of them
DIGITS = 60  # of sums of money on their way; they are rounded once, when they are printed


@dataclass(frozen=True)
class Tier:
    """Up to so many GB of a month in all, None without end, at this price for a GB."""

    up_to_gb: Decimal | None
    dollars_per_gb: Decimal


@dataclass(frozen=True)
class Prices:
    """`traffic`: dollars for a GB, by distance. `writes`: formulas of N, by kernel and setting, of `write_bytes` at
    most. `named`: where all of these are from, and when."""

    source: str
    date: str
    traffic: dict[str, Decimal]
    internet: tuple[Tier, ...]
    node_hour: Decimal
    million_writes: Decimal
    header_bytes: int
    segment_bytes: int
    writes: dict[str, str]
    write_bytes: int
    named: str

    def egress(self, gb: Decimal) -> Decimal:
        """Dollars for so many GB to the Internet in one month, free ones included."""
        with localcontext(prec=DIGITS):
            dollars, below = Decimal(0), Decimal(0)
            for tier in self.internet:
                end = gb if tier.up_to_gb is None else min(gb, tier.up_to_gb)
                dollars += max(end - below, Decimal(0)) * tier.dollars_per_gb
                below = end
            return dollars

    def carried(self, distance: str, gb: Decimal) -> Decimal:
        """Dollars for so many GB over one distance, the Internet among them."""
        if distance == INTERNET:
            return self.egress(gb)
        with localcontext(prec=DIGITS):
            return self.traffic[distance] * gb


def load(replaced: Path | None = None, kernels: Set[str] = frozenset()) -> Prices:
    """The defaults, and in their place whatever the user's file names. `kernels`: those of the campaign."""
    told, own = _read(DEFAULTS), {} if replaced is None else _read(replaced)
    for kernel in own.get(WRITES, {}):
        if kernel.partition("/")[0] not in _kernels() | kernels:
            raise Refusal(f"{replaced} has in [{WRITES}] the key {kernel}, which is no kernel; `coordbench list` names them "
                          "all")
    named = _named(told, own, replaced)
    for section, content in own.items():
        told[section] = content if section == INTERNET else {**told[section], **content}
    tiers = tuple(Tier(tier.get("up_to_gb"), tier["dollars_per_gb"]) for tier in told[INTERNET])
    return Prices(**told["about"], traffic=told["traffic"], internet=tiers, node_hour=told["nodes"]["dollars_per_hour"],
                  million_writes=told["storage"]["dollars_per_million_writes"],
                  header_bytes=int(told["wire"]["header_bytes"]), segment_bytes=int(told["wire"]["segment_bytes"]),
                  writes=told[WRITES], write_bytes=int(told["storage"]["write_bytes"]), named=named)


def _kernels() -> set[str]:
    """A header's name is what `coordbench list` calls the kernel."""
    root = DEFAULTS.parent.parent
    return {path.stem for folder in ("kernels", "collectives") for path in (root / folder).glob("*.hpp")}


def _named(defaults: dict, own: dict, path: Path | None) -> str:
    """The user's source for the user's keys, and the defaults' for the others."""
    of_defaults = f"{defaults['about']['source']}, {defaults['about']['date']}"
    keys = [INTERNET if section == INTERNET else f"{section}.{key}"
            for section, content in own.items() if section != "about" for key in ([""] if section == INTERNET else content)]
    if not keys:
        return of_defaults
    about = own.get("about", {})
    source = ", ".join([about.get("source", str(path)), *([about["date"]] if "date" in about else [])])
    return f"{source} for {', '.join(keys)}; {of_defaults} for all others"


def _read(path: Path) -> dict:
    try:
        with path.open("rb") as file:
            told = tomllib.load(file, parse_float=Decimal)
    except OSError as error:
        raise Refusal(f"--prices {path} cannot be read: {reason(error)}; name a file like analysis/prices.toml") from None
    except (ValueError, ArithmeticError) as error:  # no TOML, no UTF-8, or a number of more digits than Python reads
        raise Refusal(f"--prices {path} is not TOML ({error}); write it like analysis/prices.toml") from None
    return _checked(told, path)


def _checked(told: dict, path: Path) -> dict:
    """Its numbers as decimals."""
    for section, content in told.items():
        _refuse_unknown([section], SECTIONS, f"{path} has the section", "name one of")
        if not isinstance(content, list if section == INTERNET else dict):
            raise Refusal(f"{path} has {section} = {content!r}; write it as in analysis/prices.toml")
    found = {section: dict(content) for section, content in told.items() if section in (*TEXTS, WRITES)}
    for section, names in NUMBERS.items():
        if section in told:
            _refuse_unknown(told[section], names, f"{path} has in [{section}] the key", "accepted are")
            found[section] = {name: _amount(number, f"{path}: {section}.{name}") for name, number in told[section].items()}
    _check_texts(found, path)
    _check_bytes(found, path)
    if INTERNET in told:
        found[INTERNET] = _tiers(told[INTERNET], path)
    return found


def _check_texts(found: dict, path: Path) -> None:
    _refuse_unknown(found.get("about", {}), TEXTS["about"], f"{path} has in [about] the key", "accepted are")
    for section in (*TEXTS, WRITES):
        for name, words in found.get(section, {}).items():
            if not isinstance(words, str):
                raise Refusal(f"{path}: {section}.{name} is {words}; write text between quotes")
    for kernel, words in found.get(WRITES, {}).items():
        _check_formula(words, f"{path}: {WRITES}.{kernel}")


def _check_formula(words: str, where: str) -> None:
    refused = []
    for ranks in TRIED_RANKS:
        try:
            formula.value(words, ranks, where)
            return
        except Refusal as error:
            refused.append(error)
    raise refused[0]


def _check_bytes(found: dict, path: Path) -> None:
    wire = found.get("wire", {})
    for name, least in (("header_bytes", 0), ("segment_bytes", 1)):
        _check_whole(wire, name, least, f"{path}: wire.{name}")
    _check_whole(found.get("storage", {}), "write_bytes", 1, f"{path}: storage.write_bytes")


def _check_whole(amounts: dict, name: str, least: int, where: str) -> None:
    if name in amounts and (amounts[name] != int(amounts[name]) or amounts[name] < least):
        raise Refusal(f"{where} is {amounts[name]}; write a whole number of bytes from {least} on")


def _tiers(told: list, path: Path) -> list[dict]:
    tiers, below = [], Decimal(0)
    for number, tier in enumerate(told, 1):
        where = f"{path}: tier {number} of [[internet]]"
        if not isinstance(tier, dict):
            raise Refusal(f"{where} is {tier!r}; write up_to_gb and dollars_per_gb below [[internet]]")
        _refuse_unknown(tier, TIER, f"{where} has the key", "accepted are")
        amounts = {name: _amount(amount, f"{where}: {name}") for name, amount in tier.items()}
        if "dollars_per_gb" not in amounts:
            raise Refusal(f"{where} has no price; write dollars_per_gb")
        if ("up_to_gb" in amounts) == (number == len(told)):
            raise Refusal(f"{where} {'ends' if 'up_to_gb' in amounts else 'has no end'}; all tiers but the last one have "
                          "up_to_gb, and the last one has none")
        if amounts.get("up_to_gb", below + 1) <= below:
            raise Refusal(f"{where} ends at {amounts['up_to_gb']} GB, where the one before it ends at {below}; sort the tiers "
                          "by up_to_gb")
        below = amounts.get("up_to_gb", below)
        tiers.append(amounts)
    if not tiers:
        raise Refusal(f"{path} has no tier in internet; write one [[internet]] with dollars_per_gb, or leave it out")
    return tiers


def _refuse_unknown(names, accepted: tuple[str, ...], where: str, then: str) -> None:
    for name in names:
        if name not in accepted:
            raise Refusal(f"{where} {name}, which nobody reads; {then} {', '.join(accepted)}")


def _amount(number, where: str) -> Decimal:
    if isinstance(number, bool) or not isinstance(number, int | Decimal) or not Decimal(number).is_finite():
        raise Refusal(f"{where} is {number!r}; write a number from 0 on, without quotes")
    if number > AMOUNT_MOST:
        raise Refusal(f"{where} is {Decimal(number):.3g}, and nobody pays so much; write a number from 0 to {AMOUNT_MOST}")
    if number < 0:
        raise Refusal(f"{where} is {number}, and nobody pays less than nothing; write a number from 0 on")
    return Decimal(number)
