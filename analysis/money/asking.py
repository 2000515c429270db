"""The command line of `analysis/cost`, and the parts of it that `analysis/advise` has too."""

import argparse
from pathlib import Path

from analysis.load import Campaign, load
from analysis.money import prices
from analysis.money.bill import Asked
from analysis.money.placement import knows_zones
from analysis.money.quantities import series_of, with_borrowed
from analysis.money.series import Series
from analysis.refusal import Parser, Refusal

MOST = 2**31 - 1  # ranks of MPI
OPERATIONS_MOST = 10**15
PLACES_MOST = 1000  # regions, and zones in each
DEFAULT_PLACES = (1, 3)  # regions and zones: clouds spread replicas over three zones of a region


def add_options(parser: Parser) -> None:
    """What prices, payload and placement are."""
    parser.add_argument("--prices", metavar="FILE.toml", type=Path, help="replaces prices of analysis/prices.toml, key by key")
    parser.add_argument("--payload", metavar="BYTES", type=whole("BYTES", 0, 2**40),
                        help="of an operation (default: what was measured nearest to 8)")
    parser.add_argument("--payload-from", metavar="DIR", type=Path,
                        help="another campaign, of several payloads: tells how often an operation sends its payload, where "
                             "DIR has one payload only")
    parser.add_argument("--regions", metavar="R", type=whole("R", 1, PLACES_MOST),
                        help="spread the nodes evenly over so many regions")
    parser.add_argument("--zones", metavar="Z", type=whole("Z", 1, PLACES_MOST),
                        help="and over so many zones in each; any node sends as much to one as to any other (default: as the "
                             "campaign's ranks sat if it knows zones, else --regions 1 --zones 3)")
    parser.add_argument("--over-internet", action="store_true", help="messages between regions take the Internet")


def series_for(options: argparse.Namespace, campaign: Campaign) -> list[Series]:
    every = series_of(campaign)
    return with_borrowed(every, series_of(load(options.payload_from))) if options.payload_from else every


def asked(options: argparse.Namespace, nodes: int, operations: int, campaign: Campaign) -> Asked:
    places = None
    if options.regions or options.zones or not knows_zones(campaign.counted):
        places = (options.regions or DEFAULT_PLACES[0], options.zones or (1 if options.regions else DEFAULT_PLACES[1]))
    if options.over_internet and places and places[0] == 1:
        raise Refusal("--over-internet needs messages between regions; name how many there are with --regions")
    paid = prices.load(options.prices, set(campaign.cases.kernel))
    return Asked(nodes, operations, paid, options.payload, places, options.over_internet)


def whole(name: str, least: int, most: int):
    """A type of argparse: a whole number within bounds; thousands may be parted by underscores."""

    def read(given: str) -> int:
        digits = given.replace("_", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 20 and least <= int(digits) <= most):
            raise argparse.ArgumentTypeError(f"'{given}' is no {name}; write a whole number from {least} to {most}")
        return int(digits)

    return read
