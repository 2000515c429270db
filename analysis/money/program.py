"""What `analysis/cost` does with its command line."""

import argparse
from fnmatch import fnmatchcase
from pathlib import Path

from analysis.load import Campaign, load
from analysis.money import asking, text_table
from analysis.money.bill import Asked, Bill, bill
from analysis.money.quantities import uncounted
from analysis.money.series import Series
from analysis.money.table import bill_rows, bill_table, reasons
from analysis.refusal import Parser, Refusal, run

NAMED = 6  # in a remark on many kernels
CPU = ("CPU-hours are what the case occupied in launches with a core for each rank: ranks spin while they wait, so they hold "
       "the blocked time too, and are not added to the total")
BLOCKED = ("node-hours blocked: ranks × time until the user may go on, as if no node did anything else meanwhile; measured on "
           "the campaign's machine, not on the one that is paid for")


def cost(options: argparse.Namespace) -> None:
    if options.text_table:
        _check_text_table(options)
        return print(text_table.compared(options.folders, options.prices))
    _check(options)
    campaign = load(options.folders[0])
    asked = asking.asked(options, options.nodes, options.operations, campaign)
    every = asking.series_for(options, campaign)
    chosen, missing = chosen_series(every, options.kernels, campaign)
    bills, unpaid = _bills(chosen, asked)
    if not bills:
        raise Refusal([*unpaid, *missing, f"{campaign.name} has no kernel to pay for; name some with --kernels"][0])
    if options.csv:
        bill_rows(bills, asked).to_csv(options.csv, index=False)
    print(f"{campaign.name}: {asked.operations:,} operations a month on {asked.nodes} node{'s' * (asked.nodes > 1)}, "
          f"{_payloads(bills)}\n\n{bill_table(bills, asked)}")
    print("".join(f"- {remark}\n" for remark in [*missing, *unpaid, *_remarks(bills, asked), *campaign.remarks]), end="")


def _bills(chosen: list[Series], asked: Asked) -> tuple[list[Bill], list[str]]:
    """From the lowest level to the highest, and a sentence for those of which the same is not known."""
    bills, unknown = [], {}
    for series in sorted(chosen, key=lambda each: (each.level, each.name)):
        found = bill(series, asked)
        if isinstance(found, str):
            unknown.setdefault(found, []).append(series.name)
        else:
            bills.append(found)
    return bills, [f"{', '.join(names)}: no row at N = {asked.nodes}: {why}; count there with `coordbench run --ranks "
                   f"{asked.nodes}`" for why, names in unknown.items()]


def chosen_series(every: list[Series], patterns: str | None, campaign: Campaign) -> tuple[list[Series], list[str]]:
    """And a sentence for each pattern that no kernel has, and for kernels that nobody counts."""
    library = uncounted(campaign)
    if patterns is None:
        told = f"{', '.join(library)}: no row: the MPI library sends their messages itself, so nobody counts them"
        return every, [told] * bool(library)
    wanted = [pattern.strip() for pattern in patterns.split(",") if pattern.strip()]
    unknown = [pattern for pattern in wanted if not any(_matches(series, pattern) for series in every)]
    told = [f"--kernels {pattern}: the MPI library sends its messages itself, so nobody counts them" if pattern in library else
            f"--kernels {pattern}: {campaign.name} has no such kernel; name some of "
            f"{', '.join(sorted({series.kernel for series in every}))}" for pattern in unknown]
    return [series for series in every if any(_matches(series, pattern) for pattern in wanted)], told


def _matches(series: Series, pattern: str) -> bool:
    if pattern.startswith("@"):
        return series.group == pattern[1:]
    return fnmatchcase(series.kernel, pattern) or fnmatchcase(series.setting, pattern)


def _check(options: argparse.Namespace) -> None:
    lacking = [name for name, given in (("--nodes", options.nodes), ("--operations-per-month", options.operations))
               if given is None]
    if lacking:
        raise Refusal(f"{' and '.join(lacking)} {'are' if len(lacking) > 1 else 'is'} missing; say on how many nodes, and how "
                      "often a month, or ask for --text-table")
    if len(options.folders) != 1:
        raise Refusal(f"{len(options.folders)} campaigns were given; name one DIR, the folder of its launch-*.h5")


def _check_text_table(options: argparse.Namespace) -> None:
    given = [f"--{name}" for name, value in (
        ("nodes", options.nodes), ("operations-per-month", options.operations), ("kernels", options.kernels),
        ("csv", options.csv), ("payload", options.payload), ("payload-from", options.payload_from),
        ("regions", options.regions), ("zones", options.zones), ("over-internet", options.over_internet or None))
        if value is not None]
    if given:
        raise Refusal(f"--text-table has the text's own numbers, and {' and '.join(given)} would change nothing; leave "
                      f"{'them' if len(given) > 1 else 'it'} out, or leave out --text-table")


def _payloads(bills: list[Bill]) -> str:
    sizes = sorted({each.payload for each in bills})
    return f"payload {' or '.join(f'{size} B' for size in sizes)}"


def _remarks(bills: list[Bill], asked: Asked) -> list[str]:
    prices = asked.prices
    found = [f"prices: {prices.named}",
             f"on the wire: the message's own bytes and {prices.header_bytes} B of headers for each segment of at most "
             f"{prices.segment_bytes} B", _placement(asked), BLOCKED, CPU]
    if any(each.writes is not None for each in bills):
        found.append("writes: what forcing a log to disk would add, by prices.toml, a payload in units of "
                     f"{prices.write_bytes} B; campaigns are measured in memory")
    return found + _grouped([(each, why) for each in bills for why in reasons(each)]) + \
        _grouped([(each, remark) for each in bills for remark in each.remarks])


def _grouped(told: list[tuple[Bill, str]]) -> list[str]:
    """One sentence for all kernels of which the same is said."""
    named: dict[str, list[str]] = {}
    for each, remark in told:
        named.setdefault(remark, []).append(each.series.name)
    return [f"{_listed(names)}: {remark}" for remark, names in named.items()]


def _listed(names: list[str]) -> str:
    """The CSV has the remarks of each."""
    more = len(names) - NAMED
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:NAMED])} and {more} more"


def _placement(asked: Asked) -> str:
    between = " over the Internet" if asked.over_internet else ""
    if asked.places is None:
        return f"distances{between}: as the campaign's ranks sat; headers are spread as bytes are"
    regions, zones = asked.places
    return (f"distances{between}: {regions} region{'s' * (regions > 1)} of {zones} zone{'s' * (zones > 1)}, the nodes spread "
            "evenly, and any node sends as much to one as to any other")


def main() -> int:
    parser = Parser(prog="cost", description="What a month of operations of each kernel of a campaign costs.")
    parser.add_argument("folders", metavar="DIR", type=Path, nargs="*", help="a campaign: the folder of its launch-*.h5")
    parser.add_argument("--nodes", metavar="N", type=asking.whole("N", 1, asking.MOST), help="one rank on each")
    parser.add_argument("--operations-per-month", metavar="K", dest="operations",
                        type=asking.whole("K", 0, asking.OPERATIONS_MOST))
    parser.add_argument("--kernels", metavar="NAME,…", help="only these; patterns and @group, as for coordbench run")
    parser.add_argument("--csv", metavar="FILE", type=Path, help="also write the table to this file, with every number")
    parser.add_argument("--text-table", action="store_true",
                        help='the table of dollars of the text "Axiom 5: Cost of Coordination", recomputed under its own '
                             "model and, with campaigns, under the measured one")
    asking.add_options(parser)
    options = parser.parse_args()
    return run("cost", lambda: cost(options), options.csv)
