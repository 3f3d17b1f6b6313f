"""Checking again, repairing outlines and cutting with tenure, as algorithms of the toolbox and from the dock."""

from __future__ import annotations

import json
import sqlite3

import pytest
from made_results import SAMPLE
from qgis.core import (
    QgsApplication,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorLayer,
)

from sanming_carbon_plugin.adapters.issue_list import IssueFilter, issue_rows
from sanming_carbon_plugin.adapters.issue_status import mark_issues, reopen_issues
from sanming_carbon_plugin.gui.dock import CarbonDock

pytestmark = pytest.mark.qgis
ROWS = 200


@pytest.fixture
def stands(qgis_app, tmp_path):
    layer = QgsVectorLayer(str(_copied("stands", tmp_path)), "小班", "ogr")
    layer.setSubsetString("fid <= {}".format(ROWS))
    QgsProject.instance().addMapLayer(layer)
    yield layer
    QgsProject.instance().clear()


def _copied(name, tmp_path):
    path = tmp_path / "{}.gpkg".format(name)
    path.write_bytes((SAMPLE / "{}.gpkg".format(name)).read_bytes())
    return path


def _run(algorithm_id, parameters):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(algorithm_id)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    feedback = QgsProcessingFeedback()
    results, done = algorithm.run(parameters, context, feedback, {}, False)
    assert done
    return results, context, feedback.textLog()


def _checked(stands, path):
    _run("sanmingcarbon:check", {"STANDS": stands, "OUTPUT": str(path)})
    return path


def _sql(path, statement):
    with sqlite3.connect(path) as opened:
        return opened.execute(statement).fetchall()


def _issues(path):
    columns = 'stand_key, code, severity, field, "value", message'
    return sorted(map(str, _sql(path, "SELECT {} FROM issues".format(columns))))


def _edit(stands, fid, **values):
    stands.startEditing()
    for name, value in values.items():
        stands.changeAttributeValue(fid, stands.fields().indexOf(name), value)


def test_nothing_changed_means_nothing_is_looked_at(provider, stands, tmp_path):
    before = _checked(stands, tmp_path / "a.gpkg")
    results, _, _ = _run(
        "sanmingcarbon:recheck", {"STANDS": stands, "ISSUES": str(before), "OUTPUT": str(tmp_path / "b.gpkg")}
    )
    assert results["CHANGED_COUNT"] == 0
    assert _issues(tmp_path / "b.gpkg") == _issues(before)


def test_only_changed_stands_are_checked_and_the_list_is_that_of_a_full_check(provider, stands, tmp_path, monkeypatch):
    from sanming_carbon_plugin.adapters.jobs import recheck as job

    before = _checked(stands, tmp_path / "a.gpkg")
    looked_at = []
    real = job.check_stands

    def counted(*args, only, **kwargs):
        looked_at.append(int(only.sum()))
        return real(*args, only=only, **kwargs)

    monkeypatch.setattr(job, "check_stands", counted)
    fid = next(f.id() for f in stands.getFeatures() if f["YU_BI_DU"] not in (None, 0))
    _edit(stands, fid, YU_BI_DU=3.7)  # unsaved edits count
    results, _, _ = _run(
        "sanmingcarbon:recheck", {"STANDS": stands, "ISSUES": str(before), "OUTPUT": str(tmp_path / "b.gpkg")}
    )
    assert results["CHANGED_COUNT"] == 1
    assert 1 <= looked_at[0] < ROWS / 4
    assert _issues(tmp_path / "b.gpkg") != _issues(before)
    assert _issues(tmp_path / "b.gpkg") == _issues(_checked(stands, tmp_path / "c.gpkg"))
    stands.rollBack()
    _run("sanmingcarbon:recheck", {"STANDS": stands, "ISSUES": str(tmp_path / "b.gpkg"),
                                   "OUTPUT": str(tmp_path / "b.gpkg"), "OVERWRITE": True})  # fmt: skip
    assert _issues(tmp_path / "b.gpkg") == _issues(before)


def test_an_overlap_that_is_gone_leaves_the_list_and_a_new_one_comes(provider, stands, tmp_path):
    features = {f.id(): f for f in stands.getFeatures()}
    one = next(iter(features.values()))
    other = next(f for f in features.values() if f.id() != one.id() and f.geometry().touches(one.geometry()))
    clean = _checked(stands, tmp_path / "clean.gpkg")
    stands.startEditing()
    stands.changeGeometry(one.id(), one.geometry().combine(other.geometry().buffer(-3, 4)))
    laid_over = tmp_path / "over.gpkg"
    _run("sanmingcarbon:recheck", {"STANDS": stands, "ISSUES": str(clean), "OUTPUT": str(laid_over)})
    assert any("OVERLAP" in row for row in _issues(laid_over))
    assert _issues(laid_over) == _issues(_checked(stands, tmp_path / "full.gpkg"))
    stands.rollBack()
    back = tmp_path / "back.gpkg"
    _run("sanmingcarbon:recheck", {"STANDS": stands, "ISSUES": str(laid_over), "OUTPUT": str(back)})
    assert _issues(back) == _issues(clean)


@pytest.mark.parametrize("algorithm", ["check", "recheck"])
def test_decisions_are_carried_over(provider, stands, tmp_path, algorithm):
    path = _checked(stands, tmp_path / "a.gpkg")
    first, second = [row for row in issue_rows(path, IssueFilter()) if row.stand_key][:2]
    mark_issues(path, [first.identity()], "accepted", "复核", "林一", "2026-01-02T03:04:05+08:00")
    mark_issues(path, [second.identity()], "fixed", "", "林一", "2026-01-02T03:04:05+08:00")
    parameters = {"STANDS": stands, "OUTPUT": str(path), "OVERWRITE": True}
    _run("sanmingcarbon:" + algorithm, parameters | ({"ISSUES": str(path)} if algorithm == "recheck" else {}))
    found = {row.identity(): row for row in issue_rows(path, IssueFilter())}
    assert (found[first.identity()].status, found[first.identity()].reason) == ("accepted", "复核")
    assert found[first.identity()].at == "2026-01-02T03:04:05+08:00"
    assert found[second.identity()].status == "returned"  # nothing was changed, so it is still there


def test_the_main_job_keeps_decisions_and_its_list_can_be_checked_again(provider, stands, tmp_path):
    result = tmp_path / "结果.gpkg"
    parameters = {"STANDS": stands, "OUTPUT": str(result), "OVERWRITE": True}
    _run("sanmingcarbon:assess", parameters)
    issue = next(row for row in issue_rows(result, IssueFilter()) if row.stand_key)
    mark_issues(result, [issue.identity()], "accepted", "复核", "林一", "2026-01-02T03:04:05")
    _run("sanmingcarbon:assess", parameters)
    assert issue.identity() in {row.identity() for row in issue_rows(result, IssueFilter(status="accepted"))}
    parameters = {"STANDS": stands, "ISSUES": str(result)}
    results, _, _ = _run("sanmingcarbon:recheck", parameters | {"OUTPUT": str(tmp_path / "结果_issues.gpkg")})
    assert results["CHANGED_COUNT"] == 0
    with pytest.raises(QgsProcessingException, match="RECHECK_OVER_RESULT"):
        _run("sanmingcarbon:recheck", parameters | {"OUTPUT": str(result), "OVERWRITE": True})
    assert _sql(result, "SELECT count(*) FROM stands") == [(ROWS,)]


def test_what_was_decided_in_a_list_beside_a_result_holds_in_the_result_and_back(provider, stands, tmp_path):
    """The panel writes the check to NAME_issues.gpkg and the main job to NAME.gpkg; people decide in either."""
    beside, result = _checked(stands, tmp_path / "结果_issues.gpkg"), tmp_path / "结果.gpkg"
    first, second, third = [row for row in issue_rows(beside, IssueFilter()) if row.stand_key][:3]
    kept = [first.identity(), second.identity(), third.identity()]
    mark_issues(beside, kept, "accepted", "复核", "林一", "2026-01-02T03:04:05+08:00")
    parameters = {"STANDS": stands, "OUTPUT": str(result), "OVERWRITE": True}
    _run("sanmingcarbon:assess", parameters)
    assert _accepted(result) == dict.fromkeys(kept, "复核")
    mark_issues(result, kept[:1], "accepted", "再核", "王二", "2026-01-02T00:00:00+00:00")  # later, in another zone
    mark_issues(beside, kept[1:2], "accepted", "改过", "王二", "2026-01-03T00:00:00+08:00")
    reopen_issues(beside, kept[2:])
    _run("sanmingcarbon:assess", parameters)
    assert _accepted(result) == {kept[0]: "再核", kept[1]: "改过"}
    _run("sanmingcarbon:check", {"STANDS": stands, "OUTPUT": str(beside), "OVERWRITE": True})
    assert _accepted(beside) == {kept[0]: "再核", kept[1]: "改过"}


def _accepted(path):
    return {row.identity(): row.reason for row in issue_rows(path, IssueFilter(status="accepted"))}


def test_a_list_of_another_kind_is_refused_in_words(provider, stands, tmp_path):
    with pytest.raises(QgsProcessingException, match="RECHECK_LIST_UNFIT"):
        _run("sanmingcarbon:recheck", {"STANDS": stands, "ISSUES": str(_copied("tenure", tmp_path)),
                                       "OUTPUT": str(tmp_path / "b.gpkg")})  # fmt: skip


def test_repair_lists_what_changed_and_leaves_what_would_change_too_much(provider, stands, tmp_path):
    fids = [f.id() for f in stands.getFeatures()][:2]
    stands.startEditing()
    bow_tie = QgsGeometry.fromWkt("Polygon ((0 0, 100 100, 100 0, 0 100, 0 0))")
    start = stands.getFeature(fids[1]).geometry().boundingBox()
    bow_tie.translate(start.xMinimum(), start.yMinimum())
    ring = stands.getFeature(fids[0]).geometry().asPolygon()[0]
    there_and_back = [*ring[:1], ring[1], ring[0], ring[1], *ring[2:]]
    stands.changeGeometry(fids[0], QgsGeometry.fromPolygonXY([there_and_back]))
    stands.changeGeometry(fids[1], bow_tie)
    out = tmp_path / "repaired.gpkg"
    results, context, _ = _run("sanmingcarbon:repairrings", {"STANDS": stands, "OUTPUT": str(out)})
    rows = _sql(out, 'SELECT "row", outcome, reason, area_change_percent FROM repairs ORDER BY "row"')
    assert [row[1] for row in rows] == ["repaired", "left"]
    assert abs(rows[0][3]) < 0.1
    assert all(row[2] for row in rows)
    assert (results["REPAIRED_COUNT"], results["LEFT_COUNT"]) == (1, 1)
    repaired = QgsVectorLayer("{}|layername=stands".format(out), "repaired", "ogr")
    assert repaired.featureCount() == ROWS
    assert repaired.getFeature(1).geometry().isGeosValid()
    assert not repaired.getFeature(2).geometry().isGeosValid()
    assert repaired.getFeature(1)["YOU_SHI_SZ"] == stands.getFeature(fids[0])["YOU_SHI_SZ"]
    assert len(context.layersToLoadOnCompletion()) == 2
    stands.rollBack()


def test_tenure_pieces_carry_both_keys_and_no_identity_number(provider, stands, tmp_path):
    tenure = QgsVectorLayer(str(_copied("tenure", tmp_path)), "宗地", "ogr")
    identity = "350402198001011234"
    first = next(tenure.getFeatures())
    tenure.startEditing()
    tenure.changeAttributeValue(first.id(), tenure.fields().indexOf("holder"), "张某某(身份证号{})".format(identity))
    out = tmp_path / "pieces.gpkg"
    results, _, _ = _run("sanmingcarbon:tenurepieces", {"STANDS": stands, "TENURE": tenure, "OUTPUT": str(out)})
    pieces = _sql(out, "SELECT stand_key, certificate, area_ha, stand_share, parcel_share FROM pieces")
    assert results["PIECES_COUNT"] == len(pieces) > 0
    assert all(row[0].count("-") == 4 and row[2] > 0 and 0 < row[3] <= 1.0001 for row in pieces)
    assert any(row[1] for row in pieces)
    reconciled = _sql(out, "SELECT parcel, parcel_mu, stands_mu, certificate_mu FROM reconciliation ORDER BY parcel")
    assert len(reconciled) == tenure.featureCount()
    assert all(row[3] is None for row in reconciled)  # no column states an area, so it stays unknown
    by_parcel = dict(_sql(out, "SELECT parcel, sum(area_ha) FROM pieces GROUP BY parcel"))
    for parcel, _, stands_mu, _ in reconciled:
        assert stands_mu == pytest.approx(by_parcel.get(parcel, 0.0) * 15)
    assert identity.encode() not in out.read_bytes()
    assert ("TENURE_IDENTITY_REMOVED",) in _sql(out, "SELECT code FROM issues")
    tenure.rollBack()


def test_tenure_is_cut_under_chinese_headings_and_by_a_mapping(provider, stands, tmp_path):
    tenure = QgsVectorLayer(str(_copied("tenure", tmp_path)), "宗地", "ogr").materialize(
        QgsFeatureRequest().setLimit(60)
    )
    tenure.startEditing()
    for old, new in (("certificate", "权证号"), ("holder", "权利人"), ("valid_to", "qixian")):
        tenure.renameAttribute(tenure.fields().indexOf(old), new)
    tenure.commitChanges()
    mapping = tmp_path / "m.json"
    mapping.write_text('{"valid_to": "qixian"}', encoding="utf-8")
    out = tmp_path / "pieces.gpkg"
    parameters = {"STANDS": stands, "TENURE": tenure, "TENURE_MAPPING": str(mapping), "OUTPUT": str(out)}
    results, _, _ = _run("sanmingcarbon:tenurepieces", parameters)
    assert results["PIECES_COUNT"] > 0
    named = _sql(out, "SELECT count(certificate), count(holder), count(valid_to) FROM pieces")
    assert all(count > 0 for count in named[0])


def test_the_certificate_area_is_compared_in_its_own_unit(provider, stands, tmp_path):
    from qgis.core import QgsDistanceArea, QgsField
    from qgis.PyQt.QtCore import QMetaType

    source = QgsVectorLayer(str(_copied("tenure", tmp_path)), "宗地", "ogr")
    tenure = source.materialize(QgsFeatureRequest().setLimit(60))
    tenure.dataProvider().addAttributes([QgsField("发证面积", QMetaType.Type.Double)])
    tenure.updateFields()
    measure = QgsDistanceArea()
    measure.setSourceCrs(tenure.crs(), QgsProject.instance().transformContext())
    measure.setEllipsoid(tenure.crs().ellipsoidAcronym())
    position = tenure.fields().indexOf("发证面积")
    areas = {f.id(): measure.measureArea(f.geometry()) / 10_000 * 15 for f in tenure.getFeatures()}
    wrong = min(areas)
    areas[wrong] *= 1.3
    tenure.dataProvider().changeAttributeValues({fid: {position: mu} for fid, mu in areas.items()})
    out = tmp_path / "pieces.gpkg"
    _run("sanmingcarbon:tenurepieces", {"STANDS": stands, "TENURE": tenure, "OUTPUT": str(out)})
    ratios = [row[0] for row in _sql(out, "SELECT certificate_ratio FROM reconciliation ORDER BY parcel")]
    assert ratios[0] == pytest.approx(1.3, rel=1e-3)
    assert ratios[1:] == pytest.approx([1.0] * (len(ratios) - 1), rel=1e-3)
    assert _sql(out, "SELECT count(*) FROM issues WHERE code = 'TENURE_AREA_DISAGREES'") == [(1,)]


@pytest.fixture
def dock(qgis_iface, provider, qtbot, stands, tmp_path):
    made = CarbonDock(qgis_iface, qgis_iface.mainWindow())
    made.data.page.stands.setLayer(stands)
    made.data.page.result.setFilePath(str(tmp_path / "out.gpkg"))
    yield made
    made.shut_down()
    made.deleteLater()


def test_from_check_to_check_again_in_the_dock(dock, stands, tmp_path, qtbot):
    with qtbot.waitSignal(dock.run.done, timeout=60_000):
        dock.check.page.check.click()
    panel = dock.side.panel
    assert panel.path == tmp_path / "out_issues.gpkg"
    count = int(panel.form.codes.item(0, 1).text())
    fid = next(f.id() for f in stands.getFeatures() if f["YU_BI_DU"] not in (None, 0))
    _edit(stands, fid, YU_BI_DU=3.7)
    with qtbot.waitSignal(dock.run.done, timeout=60_000) as caught:
        panel.form.recheck.click()
        assert not panel.form.recheck.isEnabled()
    assert caught.args[0] == "sanmingcarbon:recheck"
    assert int(panel.form.codes.item(0, 1).text()) != count
    groups = [group.name() for group in QgsProject.instance().layerTreeRoot().findGroups()]
    assert len(groups) == 1
    stands.rollBack()


def test_the_chosen_fields_become_the_mapping_of_the_run(dock, tmp_path, qtbot):
    dock.data.page.choose_fields.click()
    dialog = dock.side.fields
    with qtbot.waitSignal(dialog.loaded, timeout=30_000):
        pass
    dialog.choose("dbh", None)
    path = tmp_path / "fields.json"
    dialog.save(path)
    dialog.accept()
    assert dock.check.parameters()["MAPPING"] == str(path)
    assert "dbh" not in json.loads(path.read_text(encoding="utf-8"))["fields"]


def test_without_a_list_the_panel_opens_empty(dock):
    dock.check.page.open_list.click()
    assert dock.side.panel.path is None
    assert dock.side.panel.model.rowCount() == 0
