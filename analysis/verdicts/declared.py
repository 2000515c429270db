"""claims.toml: what the text claims, as data: which cases decide a claim, what is measured of them, what it should be, and how
the two are compared."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from analysis.refusal import Refusal
from analysis.verdicts import formula, quantities
from analysis.verdicts.checked import OF_WHERE, check_claim, check_contradiction

COMPARISONS = ("equal", "at_least", "at_most", "below", "above", "between", "increasing", "grows", "none_best")
GROWTHS = {"1": "1", "log N": "log2(N)", "N": "N", "N log N": "N*log2(N)", "N^2": "N**2", "2^N": "2**N"}
FILTERS = tuple(OF_WHERE)
RULES = ("all", "majority")


@dataclass(frozen=True)
class Claim:
    """`id`: the claim's number and, if it is judged by several quantities, which of them this is. `section`: where the text
    claims it, `claim`: what, in our words. `undecidable`: why nobody can decide it by measuring; then there is nothing else.

    `kernels`: what is measured, in the order in which the text ranks them; of these the `quantity`, divided, if there is an
    `over`, by that of another case at as many ranks, which may have `where` of its own. `where`: what the cases are like
    (FILTERS); the plainest of those are taken. `predicts`: a formula; for `between` two; for `grows` a key of GROWTHS. `cells`:
    predictions at the numbers of ranks (as text) that the text names. `compare`: one of COMPARISONS; `factor`: how far off is
    still equal; `rounded`: half of the last digit that the text tells. `trials`: nodes that are made up (trials.py), `soak`:
    the protocols whose soak decides, and no kernels. `measure`: the command that measures what is lacking."""

    id: str
    section: str = ""
    claim: str = ""
    undecidable: str = ""
    kernels: tuple[str, ...] = ()
    quantity: str = ""
    over: dict = field(default_factory=dict)
    where: dict = field(default_factory=dict)
    predicts: str | tuple[str, str] = ""
    cells: dict[str, float] = field(default_factory=dict)
    compare: str = "equal"
    factor: float = 1.0
    rounded: float = 0.0
    trials: dict = field(default_factory=dict)
    soak: tuple[str, ...] = ()
    measure: str = ""

    @property
    def prediction(self) -> str:
        """As a reader sees it."""
        if self.undecidable:
            return ""
        if self.compare == "increasing":
            return " < ".join(self.kernels)
        if self.compare == "none_best":
            return "no kernel is best in all"
        if self.cells:
            return ", ".join(f"{value:g} at N = {ranks}" for ranks, value in self.cells.items())
        sign = {"at_least": "≥ ", "at_most": "≤ ", "below": "< ", "above": "> ", "grows": "grows as "}.get(self.compare, "")
        return sign + (" to ".join(self.predicts) if isinstance(self.predicts, tuple) else self.predicts)


@dataclass(frozen=True)
class Contradiction:
    """Claims of the text that cannot all be true, or that count one thing in several ways."""

    title: str
    claims: tuple[str, ...]


def read_claims(path: Path) -> tuple[list[Claim], list[Contradiction]]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refusal(f"--claims {path} cannot be read: {error.strerror}; name a file such as analysis/claims.toml") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal(f"--claims {path} is no TOML: {error}; correct it") from None
    told = tables.pop("contradiction", [])
    if not isinstance(told, list):
        raise Refusal(f"{path}: contradiction = {told!r} is no list of tables; write each as [[contradiction]]")
    claims = [claim for name, table in tables.items() for claim in _claims(path, name, table)]
    known = {claim.id for claim in claims}
    return claims, [_contradiction(path, table, known) for table in told]


def _claims(path: Path, name: str, table: dict) -> list[Claim]:
    """One, or one for each of its quantities."""
    place = f"{path}: {name}"
    if not isinstance(table, dict):
        raise Refusal(f"{place} is no table; write it as [{name}]")
    check_claim(place, table)
    wanted = table.get("quantity", "")
    several = isinstance(wanted, list)
    made = []
    for quantity in wanted if several else [wanted]:
        own = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
        claim = Claim(f"{name} {quantities.words(quantity)}" if several else name, **{**own, "quantity": quantity})
        _check(place, claim)
        made.append(claim)
    return made


def _check(place: str, claim: Claim) -> None:
    for key in ("section", "claim"):
        if not getattr(claim, key):
            raise Refusal(f"{place} has no {key}; every claim needs one")
    if claim.undecidable:
        if claim.kernels or claim.trials or claim.soak:
            raise Refusal(f"{place} is undecidable and yet names what decides it; remove one of the two")
        return
    if claim.compare not in COMPARISONS:
        raise Refusal(f"{place} has compare = {claim.compare!r}; write one of {', '.join(COMPARISONS)}")
    if claim.trials and claim.trials.get("rule") not in RULES:
        raise Refusal(f"{place} has trials of no rule; write rule = one of {', '.join(RULES)}")
    if claim.kernels and claim.quantity not in quantities.QUANTITIES:
        raise Refusal(f"{place} has quantity = {claim.quantity!r}; write one of {', '.join(quantities.QUANTITIES)}")
    if bool(claim.kernels) + bool(claim.trials) + bool(claim.soak) != 1:
        raise Refusal(f"{place} must name either kernels, trials, soak or why it is undecidable; give one of them")
    if not claim.factor >= 1:
        raise Refusal(f"{place} has factor = {claim.factor}; write 1 or more")
    _check_prediction(place, claim)


def _check_prediction(place: str, claim: Claim) -> None:
    if claim.compare == "grows" and claim.predicts not in GROWTHS:
        raise Refusal(f"{place} grows as {claim.predicts!r}; write one of {', '.join(GROWTHS)}")
    if claim.compare in ("grows", "increasing", "none_best") or claim.cells:
        return
    both = claim.predicts if isinstance(claim.predicts, tuple) else (claim.predicts,)
    if len(both) != (2 if claim.compare == "between" else 1) or not all(both):
        raise Refusal(f"{place} predicts {claim.predicts!r}; write a formula, for between two")
    for each in both:
        formula.names_in(each)


def _contradiction(path: Path, table: dict, known: set[str]) -> Contradiction:
    check_contradiction(f"{path}: contradiction", table)
    made = Contradiction(table["title"], tuple(table["claims"]))
    for each in made.claims:
        if each not in known:
            raise Refusal(f"{path}: contradiction '{made.title}' names the claim '{each}', which there is not; name one of "
                          "the claims of the file")
    return made
