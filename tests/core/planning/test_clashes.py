"""What clashes is named, and relaxing by what is named lets a plan exist."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from sanming_carbon_plugin.adapters.plan_words import amount_text, clash_texts, limit_text, targets_in_words
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.planning import clashes as clash_room
from sanming_carbon_plugin.core.planning.area_units import AreaUnits
from sanming_carbon_plugin.core.planning.clashes import clashes
from sanming_carbon_plugin.core.planning.neighbours import Neighbourhood
from sanming_carbon_plugin.core.planning.problem import BlockRule, ChoiceProblem, PatchRule
from sanming_carbon_plugin.core.planning.solver import SolverLimits, solve

from .small_plans import SmallPlan
from .test_patches import row_of_stands

EXACT = SolverLimits(gap=0.0, nodes=100_000)
UNITS = AreaUnits({"350400": "municipality", "350428": "county", "350426": "county"},
                  {"350400": "Sanming", "350428": "Jiangle", "350426": "Youxi"},
                  {"350400": "三明市", "350428": "将乐县", "350426": "尤溪县"}, {})  # fmt: skip
ROOM = 1 + 1e-9


def relaxed(problem, found):
    """The question with its limits moved by what was named."""
    low, high, must = problem.low.copy(), problem.high.copy(), problem.must.copy()
    blocks, patches = problem.blocks, problem.patches
    for clash in found[~found["holds"]].itertuples():
        if clash.kind == "row":
            low[clash.row] -= clash.short * ROOM
            high[clash.row] += clash.over * ROOM
        elif clash.kind == "lock":
            must[clash.stand] = False
        elif clash.kind == "opening":
            blocks = replace(blocks, limit_ha=blocks.limit_ha + clash.over * ROOM)
        else:
            patches = replace(patches, minimum_ha=patches.minimum_ha - clash.short * ROOM)
    return replace(problem, low=low, high=high, must=must, blocks=blocks, patches=patches)


@pytest.mark.long
def test_relaxing_by_what_is_named_makes_a_plan_possible():
    asked, kinds = 0, set()
    for seed in range(216):
        plan = SmallPlan(seed)
        try:
            problem, described, *_ = plan.problem()
        except InputError:
            continue
        if solve(problem, EXACT) is not None:
            continue
        found = clashes(problem, np.ones(len(described), dtype=bool))
        gives = found[~found["holds"]]
        assert len(gives), seed
        assert len(found[found["holds"]]) or len(gives) > 1 or (gives["kind"] != "row").all(), seed
        assert (gives["short"] + gives["over"] > 0).all(), seed
        answer = solve(relaxed(problem, found), EXACT)
        assert answer is not None, seed
        # Half as much is not enough where a single limit gives.
        if len(gives) == 1 and gives["kind"].iloc[0] == "row":
            half = found.assign(short=found["short"] / 2, over=found["over"] / 2)
            assert solve(relaxed(problem, half), EXACT) is None, seed
        keys = [f"S{n}" for n in range(plan.n)]
        for language in ("en", "zh"):
            text, _ = clash_texts(found, described, UNITS, keys, language)
            text = text.replace("350783", "")  # the county outside the municipality has no name in its table
            assert not any(code in text for code in (*UNITS.level, "pine_transform", "350", "{")), text
            assert " 0.0 " not in text
            assert all(word.strip() for word in text.split(";"))
        kinds |= set(gives["kind"]) | set(described["kind"].iloc[gives["row"][gives["row"] >= 0]])
        asked += 1
    assert asked > 60
    assert {"target", "budget", "cap", "share", "quota"} <= kinds


def two_stands(must, limit=10.0, minimum=0.0):
    """Two adjoining stands of 6 ha that can only be clear-cut in one year."""
    pair = np.array([0]), np.array([1])
    area, year = np.array([6.0, 6.0]), np.array([2026, 2026])
    blocks = BlockRule(*pair, area, np.full(2, limit), np.array([True, True]), year, 3)
    patches = PatchRule(*pair, area, np.zeros(2, dtype=np.int64), minimum) if minimum else None
    nothing = csr_matrix((0, 2)), np.zeros(0), np.zeros(0)
    return ChoiceProblem(np.arange(2), np.array([1.0, 2.0]), *nothing, 2, np.array(must), blocks, patches)


@pytest.mark.parametrize(
    ("problem", "kind", "amount"),
    [
        (two_stands([True, True]), "opening", 2.0),
        (two_stands([True, False], limit=20.0, minimum=15.0), "patch", 3.0),
    ],
)
def test_rules_between_neighbours_are_named_where_locks_break_them(problem, kind, amount):
    assert solve(problem, EXACT) is None
    found = clashes(problem, np.zeros(0, dtype=bool))
    (clash,) = found[~found["holds"]].itertuples()
    assert clash.kind in (kind, "lock")
    if clash.kind == kind:
        assert max(clash.short, clash.over) == pytest.approx(amount)
    assert solve(relaxed(problem, found), EXACT) is not None


def test_openings_that_stand_against_a_target_are_named():
    problem = two_stands([False, False])
    both = replace(problem, matrix=csr_matrix(np.array([[6.0, 6.0]])), low=np.array([12.0]), high=np.array([np.inf]))
    assert solve(both, EXACT) is None
    found = clashes(both, np.ones(1, dtype=bool))
    assert found[["kind", "row", "short", "holds"]].to_numpy().tolist() == [["row", 0, 6.0, False],
                                                                           ["opening", -1, 0.0, True]]  # fmt: skip


@pytest.mark.long
def test_a_large_question_is_answered_by_a_plan_that_exists():
    rng = np.random.default_rng(4)
    count = 4_000
    area, stand = rng.uniform(1, 9, count), np.arange(count)
    pairs = np.arange(count - 1), np.arange(1, count)
    blocks = BlockRule(*pairs, area, np.full(count, 12.0), np.ones(count, bool), np.full(count, 2026), 3)
    rows = csr_matrix(np.vstack([area, area * rng.uniform(900, 1100, count)]))
    low, high = np.array([0.9 * area.sum(), -np.inf]), np.array([np.inf, 0.4 * area.sum() * 1000])
    problem = ChoiceProblem(stand, area, rows, low, high, count, np.zeros(count, bool), blocks)
    assert solve(problem, SolverLimits(nodes=0)) is None
    found = clashes(problem, np.ones(2, dtype=bool))
    softer = relaxed(problem, found)
    answer = solve(softer, SolverLimits(gap=0.05, nodes=100))
    assert answer is not None
    assert Neighbourhood.of(softer).keeps_all(answer.option)


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (0.00492, "ha", "0.00492 ha"),
        (0.012345, "ha", "0.0124 ha"),
        (12.341, "ha", "12.4 ha"),
        (200.0, "ha", "200 ha"),
        (1234567.2, "yuan", "1,234,568 yuan"),
        (0.2, "yuan", "1 yuan"),
        (4321.7, "m3", "4,322 m³"),
    ],
)
def test_amounts_have_digits_that_count_and_are_enough(amount, unit, text):
    assert amount_text(amount, unit, "en") == text
    assert float(text.split()[0].replace(",", "")) >= amount
    assert amount_text(amount, unit, "zh").endswith({"ha": "公顷", "yuan": "元", "m3": "立方米"}[unit])
    most = amount_text(amount, unit, "en", at_most=True)
    assert float(most.split()[0].replace(",", "")) <= amount


@pytest.mark.parametrize(
    ("left", "there", "told"),
    [
        (1093.9, 1093.885, "1,094 ha > 1,093 ha"),
        (0.05, 0.0, "0.0500 ha > 0 ha"),
        (10.04, 10.0, "10.1 ha > 10.0 ha"),
    ],
)
def test_what_is_told_to_be_there_can_be_asked_for(left, there, told):
    row = {"area_unit": "350428", "measure": "tending", "technique": None, "year_from": 2027, "year": 2029}
    problem = InputError("TARGET_ABOVE_AVAILABLE", rows=[{**row, "left": left, "available": there}])
    said = targets_in_words(problem, UNITS).values
    assert str(said["targets"]).endswith(told)
    assert str(said["targets_zh"]).endswith(told.replace(" ha", "公顷"))


def limit(**said):
    return {"kind": "quota", "area_unit": "350428", "measure": "*", "technique": "*", "year_from": None, "year": None,
            **said}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "text", "chinese"),
    [
        (limit(), "felling quota for Jiangle", "采伐限额：将乐县"),
        (limit(measure="final", technique="planted", year_from=2027, year=2027),
         "felling quota for Final felling, Planted, Jiangle, 2027", "采伐限额：主伐，人工，将乐县，2027年"),
        (limit(area_unit="*"), "fellings that no quota covers", "没有限额的采伐"),
        (limit(kind="budget", area_unit="*", measure=None, technique=None), "budget of all stands", "预算：全部小班"),
        (limit(kind="budget", measure=None, technique=None, year=2027), "budget of Jiangle, 2027",
         "预算：将乐县，2027年"),
        (limit(kind="beyond", measure="tending", technique=None, year_from=2026, year=2028),
         "most that may be planned for Forest tending, Jiangle, 2026-2028",
         "目标最多可安排：森林抚育，将乐县，2026-2028年"),
    ],
)  # fmt: skip
def test_every_limit_says_what_it_is_about(row, text, chinese):
    assert limit_text(row, UNITS, "en") == text
    assert limit_text(row, UNITS, "zh") == chinese


def test_rules_that_press_everywhere_are_told_without_a_place_and_of_very_many_the_first():
    described = pd.DataFrame([limit(kind="budget", area_unit="*", measure=None, technique=None, unit="yuan")])
    columns = ["kind", "row", "stand", "short", "over", "holds"]
    rules = [(kind, -1, -1, 0.0, 0.0, True) for kind in ("opening", "patch", "lock")]
    found = pd.DataFrame([("row", 0, -1, 0.0, 3.2, False), *rules], columns=columns)
    assert clash_texts(found, described, UNITS, [], "en") == (
        "budget of all stands: over by 4 yuan", "limit on clear-cut openings; smallest patch; locked-in parcels"
    )  # fmt: skip
    assert clash_texts(found, described, UNITS, [], "zh")[1] == "皆伐连片面积上限；最小连片面积；锁定列入的小班"
    many = pd.DataFrame([("patch", -1, at, 1.0, 0.0, False) for at in range(50)], columns=columns)
    keys = [f"S{at}" for at in range(50)]
    assert clash_texts(many, described, UNITS, keys, "en")[0].endswith(
        "smallest patch with S19: short by 1.00 ha; and 30 more"
    )
    assert clash_texts(many, described, UNITS, keys, "zh")[0].endswith("另有 30 项")


def test_the_search_for_what_clashes_ends_and_names_what_is_still_broken(monkeypatch):
    """Locks force both stands, whose patch and opening cannot be: with one round left, what is broken is told."""
    monkeypatch.setattr(clash_room, "MAX_ROUNDS", 1)
    asked, softened = [], clash_room._softened
    monkeypatch.setattr(clash_room, "_softened", lambda *of: asked.append(1) or softened(*of))
    problem = row_of_stands([1.0] * 9, 4.0, must=(0, 4, 8), most=5.0)
    assert solve(problem, EXACT) is None
    found = clashes(problem, np.ones(1, dtype=bool))
    assert len(asked) <= 2
    gives = found[~found["holds"]]
    assert len(gives)
    assert solve(relaxed(problem, found), EXACT) is not None


def test_a_township_is_called_by_its_county():
    row = {"kind": "target", "measure": "tending", "technique": None, "area_unit": "350428199", "year_from": 2026,
           "year": 2028, "unit": "ha"}  # fmt: skip
    described = pd.DataFrame([row])
    found = pd.DataFrame([("row", 0, -1, 3.2, 0.0, False)],
                                           columns=["kind", "row", "stand", "short", "over", "holds"])  # fmt: skip
    assert "township 199 of Jiangle" in clash_texts(found, described, UNITS, [], "en")[0]
    assert "将乐县199乡镇" in clash_texts(found, described, UNITS, [], "zh")[0]
