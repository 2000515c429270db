"""The letters of all figures: matplotlib's own DejaVu Sans under another name, so that no font of the user takes its place.

A PDF holds the part of a font that it uses, and with it what the font says about itself. These copies say nothing. The first
has only the characters that figures usually have, since each PDF takes a font apart, which takes as long as the font is
large; the second has those of European languages. They are kept where matplotlib keeps its caches.
"""

import itertools
import os
import tempfile
from pathlib import Path

import matplotlib
from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib import font_manager

USUAL = "–—…‘’“”−×÷·≈≠≤≥→⌊⌋⌈⌉⁰¹²³⁴⁵⁶⁷⁸⁹⁻µΔΣαβμ"
FAMILIES = {"Coordbench Sans": [*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, USUAL)],
            "Coordbench Sans Wide": [*range(0x20, 0x530), *range(0x1E00, 0x1F00), *range(0x2010, 0x2600)]}
OTHERWISE = "DejaVu Sans"  # for all other characters
FACES = {"Book": "DejaVuSans.ttf", "Bold": "DejaVuSans-Bold.ttf"}
EDITION = 1  # of what is made here
FAMILY_ID, STYLE_ID, FULL_ID, POSTSCRIPT_ID = 1, 2, 4, 6  # of the records in a font's table of names


def families() -> list[str]:
    """The names under which matplotlib finds the letters; makes the copies first, where there are none."""
    try:
        for family, style in itertools.product(FAMILIES, FACES):
            font_manager.fontManager.addfont(_copy(family, style))
    except OSError:  # no place for a copy
        return [OTHERWISE]
    return [*FAMILIES, OTHERWISE]


def _copy(family: str, style: str) -> str:
    original = Path(matplotlib.get_data_path(), "fonts", "ttf", FACES[style])
    name = f"{family}-{style}-{EDITION}-{original.stat().st_size}.ttf".replace(" ", "")
    made = Path(matplotlib.get_cachedir(), name)
    if not made.exists():
        with tempfile.NamedTemporaryFile(dir=made.parent, delete=False) as file:
            _reduced(original, family, style).save(file)
        os.replace(file.name, made)  # whole or not at all, whoever else makes it meanwhile
    return str(made)


def _reduced(original: Path, family: str, style: str) -> TTFont:
    font = TTFont(original, recalcTimestamp=False)
    font["name"].names = []
    for number, words in ((FAMILY_ID, family), (STYLE_ID, style), (FULL_ID, f"{family} {style}"),
                          (POSTSCRIPT_ID, f"{family}-{style}".replace(" ", ""))):
        font["name"].setName(words, number, 3, 1, 0x409)
        font["name"].setName(words, number, 1, 0, 0)
    options = subset.Options(name_IDs=["*"], name_legacy=True, name_languages=["*"], layout_features=[], glyph_names=True)
    options.drop_tables += ["FFTM"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=FAMILIES[family])
    subsetter.subset(font)
    return font
