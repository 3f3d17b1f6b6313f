"""Takes the pictures of README and help anew, from the day in both languages and at both sizes::

    python tests/desktop/help_pictures.py FOLDER

The paths in the pictures lie below FOLDER: give a new one that an office would have, such as /home/office. Look at
every picture afterwards.
"""

from __future__ import annotations

import csv
import io
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

from profiles import HERE, REPOSITORY, Profile, assert_went_through

if TYPE_CHECKING:
    from PIL import Image

IMAGES = REPOSITORY / "resources" / "help" / "images"
TAKEN = REPOSITORY / "build" / "pictures"
OFFICES = {"en": "Jiangle 2026", "zh": "将乐 2026"}
WHOLE, PANEL, WIDE_PANEL = None, (1055, 100, 1382, 830), (1010, 100, 1382, 830)
MAP_AND_CARD = (327, 100, 1382, 830)
MAP_AND_CARD_150 = (490, 150, 2070, 1245)
PICTURES = {
    "dock": ("1", "01_sample", WHOLE),
    "fields": ("1", "02_fields", WHOLE),
    "doubts": ("1", "04_doubt_on_map", WHOLE),
    "reason": ("1", "05_reason", WHOLE),
    "carbon": ("1", "33_carbon_done", PANEL),
    "tickets": ("1", "34_tickets_done", PANEL),
    "maps": ("1", "08_result", WHOLE),
    "card": ("1", "10_card_zoomed", MAP_AND_CARD),
    "override": ("1", "11_override", WHOLE),
    "outdated": ("1", "14_out_of_date", WIDE_PANEL),
    "fieldsample": ("1", "15_sample_tool", WHOLE),
    "fieldpackage": ("1", "16_package_tool", WHOLE),
    "fieldmerge": ("1", "17_merge_tool", WHOLE),
    "conflict": ("1", "18_conflict", WHOLE),
    "progress": ("1", "24_progress_tool", WHOLE),
    "plan": ("1", "25_plan_tool", WHOLE),
    "maptool": ("1", "26_maps_tool", WHOLE),
    "report": ("1", "28_report_tool", WHOLE),
    "unsaved": ("1", "22_unsaved", WHOLE),
    "scaled": ("1.5", "10_card_zoomed", MAP_AND_CARD_150),
}
"""Name in the help: the size of the texts, the picture of the day, and what is cut out of it."""

COLOURS = 256
TEXTS = HERE / "help_texts.csv"
"""Texts of the forms when the pictures were taken."""

_SHOWN = ("text", "title", "windowTitle", "placeholderText")


def click_through(folder: Path, locale: str, scale: str) -> None:
    """One day, with its pictures in ``build/pictures``."""
    from test_day import DAY_S, SCREENS

    work = folder / OFFICES[locale[:2]]
    work.mkdir(parents=True)
    profile = Profile(folder / "profile {} {}".format(locale, scale), locale)
    profile.install_from_clone()
    answer = profile.run_desktop(
        HERE / "day_in_qgis.py",
        folder / "answer {} {}.json".format(locale, scale),
        DAY_S + 40,
        SCREENS[scale],
        SANMING_WORK=str(work),
        SANMING_SHOTS=str(TAKEN),
        SANMING_PREFIX=_prefix(locale, scale),
        SANMING_GBK=str(REPOSITORY / "resources" / "sample" / "gbk"),
        SANMING_DAY_LIMIT_S=str(DAY_S),
        QT_SCALE_FACTOR=scale,
    )
    assert_went_through(answer)
    work.rename(folder / "done {} {}".format(locale, scale))


def texts_of_forms() -> str:
    """What the forms of the panel show: form, English and Chinese, a line each."""
    told = ET.parse(REPOSITORY / "i18n" / "sanming_carbon_plugin_zh.ts").getroot()
    chinese = {
        (context.findtext("name"), message.findtext("source")): message.findtext("translation")
        for context in told.iter("context")
        for message in context.iter("message")
    }
    lines = io.StringIO()
    rows = csv.writer(lines, lineterminator="\n")
    for path in sorted((REPOSITORY / "sanming_carbon_plugin" / "gui" / "ui").glob("*.ui")):
        form = ET.parse(path).getroot()
        shown = [each.findtext("string") for each in form.iter("property") if each.get("name") in _SHOWN]
        rows.writerows((path.stem, text, chinese[form.findtext("class"), text]) for text in shown if text)
    return lines.getvalue()


def put_into_help() -> None:
    """Cut the pictures out, make them small, and put them where the help looks for them."""
    from PIL import Image

    for locale in OFFICES:
        for name, (scale, shot, part) in PICTURES.items():
            with Image.open(TAKEN / "{}_{}.png".format(_prefix(locale, scale), shot)) as taken:
                picture = taken.convert("RGB").crop(part or (0, 0, *taken.size))
            small = picture.quantize(palette=_palette(picture), dither=Image.Dither.NONE)
            small.save(IMAGES / "{}_{}.png".format(name, locale), optimize=True)
    TEXTS.write_text(texts_of_forms(), encoding="utf-8")


def _palette(picture: Image.Image) -> Image.Image:
    """The most frequent colours as they are, and others so that none is far, as those of a legend beside a map."""
    from PIL import Image

    counted = sorted(picture.getcolors(picture.width * picture.height), reverse=True)
    plain = [part for _, colour in counted[: COLOURS // 2] for part in colour]
    rest = picture.quantize(COLOURS // 2, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).getpalette()
    palette = Image.new("P", (1, 1))
    palette.putpalette((plain + rest)[: 3 * COLOURS])
    return palette


def _prefix(locale: str, scale: str) -> str:
    return "{}_{}".format(locale[:2], scale)


if __name__ == "__main__":
    from test_day import DAYS

    for day in DAYS:
        click_through(Path(sys.argv[1]).resolve(), *day)
    put_into_help()
