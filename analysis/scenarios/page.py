"""What remains of a scenario: NAME.md with its question, its figure and its sentences, and the figure's files beside it."""

import dataclasses
import shutil
from pathlib import Path

from analysis import style
from analysis.load import Campaign, load
from analysis.refusal import Refusal
from analysis.scenarios.definition import Scenario, read
from analysis.scenarios.number import Number
from analysis.scenarios.picture import draw
from analysis.scenarios.quantities import told
from analysis.scenarios.sentences import names_in, sentence

COPY = "scenario.toml"  # a copy of the scenario in the campaign's folder; its first line names the scenario
NAMED = "# scenario: "
UNTOLD = "The campaign does not tell this: {}."


def scenario_of(folder: Path) -> Scenario:
    """The scenario that made a campaign."""
    path = folder / COPY
    if not path.is_file():
        raise Refusal(f"{folder} holds no {COPY}, which jobs/scenario writes; name the folder of such a campaign")
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return read(path, first.removeprefix(NAMED).strip() if first.startswith(NAMED) else folder.resolve().name)


def write(folder: Path, publish: Path | None) -> tuple[list[str], list[str], bool]:
    """Writes the figure and the page into the campaign's folder, and copies of .md and .png into `publish`; returns the three
    sentences, remarks, and whether something is missing."""
    scenario, campaign = scenario_of(folder), load(folder)
    said, remarks = sentences(campaign, scenario)
    figure, numbers, absent = draw(campaign, scenario)
    if reason := style.why_empty(figure):
        absent.append(f"no figure: {reason}")
    else:
        style.save(figure, numbers, folder / scenario.name, campaign)
    page = folder / f"{scenario.name}.md"
    page.write_text(_text(campaign, scenario, said, with_figure=not reason), encoding="utf-8")
    if publish:
        publish.mkdir(parents=True, exist_ok=True)
        for path in (page, *sorted(folder.glob(f"{scenario.name}*.png"))):
            shutil.copy(path, publish)
    return said, remarks + absent + campaign.remarks, bool(remarks or absent)


def sentences(campaign: Campaign, scenario: Scenario) -> tuple[list[str], list[str]]:
    """A sentence whose numbers are missing says so, and a remark tells why; the others are made all the same."""
    found: dict[str, Number | Refusal] = {name: _tried(campaign, quantity) for name, quantity in scenario.quantities.items()}
    found = {name: _held_against(number, found) for name, number in found.items()}
    said, remarks = [], []
    for template in scenario.sentences:
        missing = [found[name] for name in names_in(template) if isinstance(found[name], Refusal)]
        said.append(UNTOLD.format(missing[0]) if missing else sentence(template, found, _remark(campaign)))
        remarks += map(str, missing)
    return said, list(dict.fromkeys(remarks))


def _held_against(told: Number | Refusal, found: dict[str, Number | Refusal]) -> Number | Refusal:
    """The number, whose words may be decided against another one, in place of which its name stands so far."""
    if isinstance(told, Refusal) or not isinstance(told.neutral, str):
        return told
    other = found[told.neutral]
    return other if isinstance(other, Refusal) else dataclasses.replace(told, neutral=other.value)


def _tried(campaign: Campaign, quantity) -> Number | Refusal:
    try:
        return told(campaign, quantity)
    except Refusal as refusal:
        return refusal


def _remark(campaign: Campaign) -> str:
    return "simulated" if campaign.simulated else ""


def _text(campaign: Campaign, scenario: Scenario, said: list[str], with_figure: bool) -> str:
    launches = len(campaign.launches)
    where = "simulated" if campaign.simulated else f"measured on {campaign.launches.cpu.iloc[0]}"
    parts = [f"# {scenario.title}", scenario.question,
             *[f"![{scenario.title}]({scenario.name}.png)"] * with_figure, "\n".join(f"* {each}" for each in said),
             f"{launches} {'launch' if launches == 1 else 'launches'}, {where}; made by `jobs/scenario {scenario.name}`."]
    return "\n\n".join(parts) + "\n"
