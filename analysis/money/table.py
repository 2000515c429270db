"""The bills of a campaign's kernels as a table and as CSV, and the sentences below it."""

import math
from decimal import Decimal

import pandas as pd

from analysis.markdown import digits, table
from analysis.money.bill import NS_PER_HOUR, Asked, Bill, Sum, cents
from analysis.money.growth import Count
from analysis.money.prices import DISTANCES

HEADER = ["kernel", "messages", "background", "bytes on the wire", "GB same zone", "GB between zones", "GB between regions",
          "traffic", "node-hours blocked", "their price", "CPU-hours", "writes", "total a month"]

NO_PRICE = {"waiting": "no price of waiting", "storage": "no price of forced writes"}


def bill_table(bills: list[Bill], asked: Asked) -> str:
    return table(HEADER, [_cells(each, asked) for each in bills])


def bill_rows(bills: list[Bill], asked: Asked) -> pd.DataFrame:
    """For --csv: every number that was used, dollars to the cent."""
    return pd.DataFrame([_row(each, asked) for each in bills])


def dollars(amount: Decimal) -> str:
    return f"${cents(amount):,}"


def with_ends(total: Sum) -> str:
    """The interval only where it is one to the cent."""
    if total.low is None or total.high is None:
        return dollars(total.value)
    if cents(total.low) == cents(total.high) == cents(total.value):
        return dollars(total.value)
    return f"{dollars(total.value)} [{dollars(total.low)}, {dollars(total.high)}]"


def count(found: Count) -> str:
    """Whole counts in full; the interval only where it is one in the digits that are printed."""
    value = f"{found.value:.0f}" if found.value == round(found.value) else digits(found.value)
    if math.isnan(found.low) or digits(found.low) == digits(found.high) == digits(found.value):
        return value
    return f"{value} [{digits(found.low)}, {digits(found.high)}]"


def _cells(each: Bill, asked: Asked) -> list[str]:
    hours = [None if ns is None else ns.times(asked.operations / NS_PER_HOUR) for ns in (each.blocked_ns, each.processor_ns)]
    return [each.series.name, count(each.messages), count(each.background), count(each.wire_bytes),
            *(_gb(each.gb[distance]) for distance in DISTANCES), with_ends(each.traffic),
            "–" if hours[0] is None else _hours(hours[0]), "–" if each.waiting is None else with_ends(each.waiting),
            "–" if hours[1] is None else _hours(hours[1]), "–" if each.storage is None else dollars(each.storage.value),
            ("" if each.whole else "at least ") + with_ends(each.total)]


def reasons(each: Bill) -> list[str]:
    """Why parts of the total are missing."""
    return [f"{NO_PRICE[part]}: {why}" for part, why in each.unknown.items()]


def _gb(gb: Decimal) -> str:
    return "0" if gb == 0 else digits(float(gb))


def _hours(hours: Count) -> str:
    value = digits(hours.value)
    return value if math.isnan(hours.low) else f"{value} [{digits(hours.low)}, {digits(hours.high)}]"


def _row(each: Bill, asked: Asked) -> dict:
    row = {"kernel": each.series.kernel, "series": each.series.name, "level": each.series.level, "nodes": asked.nodes,
           "operations_per_month": asked.operations, "payload_bytes": each.payload}
    for name, found in (("messages_per_operation", each.messages),
                        ("background_messages_per_operation", each.background), ("wire_bytes_per_operation", each.wire_bytes),
                        ("blocked_ns_per_operation", each.blocked_ns), ("cpu_ns_per_operation", each.processor_ns)):
        for end in ("value", "low", "high"):
            row[name + ("" if end == "value" else f"_{end}")] = math.nan if found is None else getattr(found, end)
    row |= {f"gb_{distance}": float(each.gb[distance]) for distance in DISTANCES}
    row["forced_writes_per_operation"] = math.nan if each.writes is None else float(each.writes)
    for name, part in (("traffic", each.traffic), ("waiting", each.waiting), ("storage", each.storage), ("total", each.total)):
        for end in ("value", "low", "high"):
            amount = None if part is None else getattr(part, end)
            row[f"{name}_dollars" + ("" if end == "value" else f"_{end}")] = "" if amount is None else str(cents(amount))
    return row | {"complete": each.whole, "remarks": "; ".join([*reasons(each), *each.remarks])}

