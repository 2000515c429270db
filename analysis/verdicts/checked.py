"""Whether the values of claims.toml are of the kind that their keys want; otherwise one sentence says what was given."""

from collections.abc import Callable

from analysis.refusal import Refusal


def _text(value) -> bool:
    return isinstance(value, str) and bool(value)


def _number(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _count(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _one_or_more(fits: Callable) -> Callable:
    return lambda value: fits(value) or (isinstance(value, list) and bool(value) and all(map(fits, value)))


def _texts(value) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_text, value))


def _table(value) -> bool:
    return isinstance(value, dict)


def _cells(value) -> bool:
    return _table(value) and bool(value) and all(key.isdecimal() and int(key) and _number(each) for key, each in value.items())


def _setting(value) -> bool:
    return _text(value) or _number(value)


TEXT, TEXTS, TABLE = (_text, "a text"), (_texts, "a list of texts"), (_table, "a table")
NUMBER, COUNT = (_number, "a number"), (_count, "a whole number above 0")
OF_CLAIM = {
    "section": TEXT, "claim": TEXT, "undecidable": TEXT, "measure": TEXT, "compare": TEXT, "kernels": TEXTS, "soak": TEXTS,
    "quantity": (_one_or_more(_text), "a text, or a list of them"), "over": TABLE, "where": TABLE, "trials": TABLE,
    "predicts": (_one_or_more(_text), "a text, for between a list of two"), "factor": NUMBER,
    "rounded": (lambda value: _number(value) and value >= 0, "a number of 0 or more"),
    "cells": (_cells, "a table from numbers of ranks to numbers")}
OF_WHERE = {
    "ranks": (_one_or_more(_count), "a whole number above 0, or a list of them"), "ranks_least": COUNT,
    "clients": (lambda value: value == 0 or _count(value), "a whole number"),
    "payload_bytes": (_one_or_more(lambda value: value == 0 or _count(value)), "a whole number of bytes, or a list of them"),
    "transport": TEXT, "sync": TEXT, "network": TEXT, "authentication": TEXT, "in_flight": COUNT,
    "parameters": (lambda value: _table(value) and all(map(_one_or_more(_setting), value.values())), "a table of parameters"),
    "crowded": (lambda value: isinstance(value, bool), "true or false")}
OF_OVER = {"kernel": TEXT, "where": TABLE}
OF_TRIALS = {
    "succeed": (lambda value: _number(value) and 0 <= value <= 1, "a share from 0 to 1"), "rule": TEXT, "count": COUNT,
    "seed": (lambda value: value == 0 or _count(value), "a whole number")}
OF_CONTRADICTION = {"title": TEXT, "claims": TEXTS}


def check_claim(place: str, table: dict) -> None:
    _check(place, table, OF_CLAIM)
    _check(f"{place}.where", table.get("where", {}), OF_WHERE)
    if "over" in table:
        _check(f"{place}.over", table["over"], OF_OVER, needed=["kernel"])
        _check(f"{place}.over.where", table["over"].get("where", {}), OF_WHERE)
    if "trials" in table:
        _check(f"{place}.trials", table["trials"], OF_TRIALS, needed=["succeed"])
        if "cells" not in table:
            raise Refusal(f"{place} has trials and no cells; give it what is claimed at each number of nodes")


def check_contradiction(place: str, table) -> None:
    if not _table(table):
        raise Refusal(f"{place} = {table!r} is no table; write it as [[contradiction]]")
    _check(place, table, OF_CONTRADICTION, needed=list(OF_CONTRADICTION))


def _check(place: str, table: dict, known: dict, needed: list[str] | None = None) -> None:
    for key, value in table.items():
        if key not in known:
            raise Refusal(f"{place} has the unknown key '{key}'; known are {', '.join(known)}")
        fits, words = known[key]
        if not fits(value):
            raise Refusal(f"{place} has {key} = {value!r}; write {words}")
    for key in needed or []:
        if key not in table:
            raise Refusal(f"{place} has no {key}; write {known[key][1]}")
