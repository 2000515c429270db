"""The table of dollars in the text, recomputed under its own model, beside what was measured and what traffic costs today."""

import functools
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

from analysis.load import load
from analysis.markdown import table
from analysis.money import formula, prices
from analysis.money.bill import BYTES_PER_GB, Sum, cents, exact, on_the_wire
from analysis.money.growth import COUNTED, Count
from analysis.money.prices import DIGITS, INTERNET, Prices
from analysis.money.quantities import series_of
from analysis.money.series import Series, plain
from analysis.money.table import count, dollars, with_ends

DATA = Path(__file__).with_name("text.toml")
HEADER = ["row", "nodes", "messages a month, the text", "recomputed", "dollars, the text", "recomputed", "equal"]
DIRECT = ((COUNTED, "mean"), ("closed form", "line", "copies"), ("between closed forms",))  # before bounds and models
PRICED = {"same_zone": "same zone", "between_zones": "between zones", "between_regions": "between regions",
          INTERNET: "over the Internet"}
MEASURED = ["row", "nodes", "kernel", "messages an operation, the text", "measured", "GB on the wire a month",
            "the text's dollars", "at its price", *PRICED.values()]


@dataclass(frozen=True)
class Cell:
    """One cell of the text: what it says, and what its model gives. `told` and `dollars` are of a month."""

    row: dict
    nodes: int
    messages: Fraction
    told_messages: int
    dollars: Decimal
    told: Decimal

    @property
    def equal(self) -> bool:
        return self.messages == self.told_messages and cents(self.dollars) == cents(self.told)


def compared(folders: list[Path], replaced: Path | None) -> str:
    """Both tables; the second one only with campaigns."""
    told = _told()
    cells = text_cells(told)
    equal = sum(cell.equal for cell in cells)
    parts = [table(HEADER, [_cells(cell) for cell in cells]),
             f"- {equal} of {len(cells)} cells are equal: {told['operations_per_month']:,} operations a month, "
             f"{told['payload_bytes']:,} B a message, ${told['dollars_per_gb']} a GB\n"]
    if not folders:
        return "\n".join([*parts, "- name campaigns (DIR …) for the measured model and today's prices"])
    today = prices.load(replaced)
    rows, unknown = _measured(cells, told, [series_of(load(folder)) for folder in folders], today)
    remarks = [*unknown, f"prices: {today.named}; each column as if all traffic went that way",
               f"bytes with {today.header_bytes} B of headers for each segment of at most {today.segment_bytes} B; where "
               "nobody counted how often the payload is sent, between bounds: no more often than the bytes counted hold it"]
    return "\n".join([*parts, table(MEASURED, rows), *(f"- {remark}" for remark in remarks)])


def text_cells(told: dict) -> list[Cell]:
    return [_cell(row, nodes, place, told) for row in told["row"] for place, nodes in enumerate(told["nodes"])]


def text_model() -> list[Cell]:
    return text_cells(_told())


def _told() -> dict:
    with DATA.open("rb") as file:
        return tomllib.load(file, parse_float=Decimal)


def _cell(row: dict, nodes: int, place: int, told: dict) -> Cell:
    messages = formula.value(row["messages"], nodes, f"{DATA.name}: {row['name']}") * told["operations_per_month"]
    gb = exact(messages * told["payload_bytes"] / BYTES_PER_GB)
    with localcontext(prec=DIGITS):
        dollars = gb * told["dollars_per_gb"] * row.get("premium", 1)
    return Cell(row, nodes, messages, row["told_messages"][place], dollars, Decimal(row["told_dollars"][place]))


def _cells(cell: Cell) -> list[str]:
    return [cell.row["name"], str(cell.nodes), f"{cell.told_messages:,}", f"{int(cell.messages):,}", dollars(cell.told),
            dollars(cell.dollars), "yes" if cell.equal else "no"]


def _measured(cells: list[Cell], told: dict, campaigns: list[list[Series]],
              today: Prices) -> tuple[list[list[str]], list[str]]:
    """The rows, and a sentence for each that cannot be."""
    rows, unknown = [], []
    for cell in cells:
        ranks = int(formula.value(cell.row.get("ranks", "N"), cell.nodes, f"{DATA.name}: {cell.row['name']}"))
        for kernel in cell.row["kernels"]:
            found = _counted(kernel, ranks, told["payload_bytes"], campaigns)
            if isinstance(found, str):
                unknown.append(f"{cell.row['name']}, {cell.nodes} nodes: {found}")
            else:
                rows.append(_measured_cells(cell, kernel, ranks, *found, told, today))
    return rows, unknown


def _counted(kernel: str, ranks: int, payload: int, campaigns: list[list[Series]]) -> tuple[Count, Count, Count] | str:
    """Messages of an operation, and its messages with the background and bytes, from the campaign that tells them most
    directly; of campaigns that tell them alike the first."""
    every = [series for campaign in campaigns for series in sorted(campaign, key=lambda each: (not plain(each), each.setting))
             if series.kernel == kernel]
    lender = max(every, key=lambda each: len(each.carried), default=None)
    found = []
    why = f"no campaign has {kernel}; measure it with `coordbench run --kernels {kernel} --ranks {ranks} --bytes {payload}`"
    for series in every:
        messages, size = series.messages_at(ranks, payload), series.lent(lender).bytes_at(ranks, payload)
        if not isinstance(messages, str) and not isinstance(size, str):
            found.append((messages, messages + series.background_at(ranks, payload), size))
            continue
        why = f"{kernel} at N = {ranks}: {messages if isinstance(messages, str) else size}"
    return min(found, key=lambda each: max(_indirect(each[0]), _indirect(each[2]))) if found else why


def _indirect(count: Count) -> int:
    return next((place for place, ways in enumerate(DIRECT) if count.how in ways), len(DIRECT))


def _measured_cells(cell: Cell, kernel: str, ranks: int, messages: Count, sent: Count, size: Count, told: dict,
                    today: Prices) -> list[str]:
    gb = on_the_wire(sent, size, today).times(told["operations_per_month"] / BYTES_PER_GB)
    own = cell.messages / told["operations_per_month"]
    of = kernel if ranks == cell.nodes else f"{kernel}, {ranks} ranks"
    return [cell.row["name"], str(cell.nodes), of, f"{int(own):,}", count(messages), count(gb), dollars(cell.told),
            with_ends(_paid(gb, lambda each: each * told["dollars_per_gb"])),
            *(with_ends(_paid(gb, functools.partial(today.carried, distance))) for distance in PRICED)]


def _paid(gb: Count, price: Callable[[Decimal], Decimal]) -> Sum:
    with localcontext(prec=DIGITS):
        return Sum(*(price(exact(end)) for end in (gb.value, gb.low, gb.high)))
