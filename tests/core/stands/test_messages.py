import re
from pathlib import Path

import sanming_carbon_plugin.core.stands as room
from sanming_carbon_plugin.adapters.message_tables import message_table

SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in Path(room.__file__).parent.rglob("*.py"))
NO_CODES = {"ADMIN", "ADMIN_OLD", "LING_ZU", "LING_ZU_BAMBOO", "YOU_SHI_SZ", "QI_YUAN", "PO_DU"}
NO_CODES |= {"DI_LEI_OLD", "DI_LEI_2020", "DI_LEI_SANDIAO", "UNKNOWN_TEXT", "UNKNOWN_NUMBER", "SURVEY_METHOD"}
NO_CODES |= {"GEOGCRS", "GEOGCS", "GEODCRS", "GEODETICCRS", "GEOGRAPHICCRS", "NFKC", "GEOMETRY_"}


def test_every_code_of_the_room_has_words_and_every_word_a_code():
    written = set(re.findall(r'"([A-Z][A-Z0-9_]{2,})"', SOURCES)) - NO_CODES
    known = set(message_table("issues")) | set(message_table("errors"))
    assert not written - known
    own = Path(room.__file__).parents[3] / "resources" / "messages" / "issues" / "stands.csv"
    told = {line.split(",", 1)[0] for line in own.read_text(encoding="utf-8").splitlines()[1:]}
    assert not told - written
    assert len(told) >= 35
