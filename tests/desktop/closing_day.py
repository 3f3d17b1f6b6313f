"""The end of a day: QGIS and its project closed with unsaved work, which is kept or thrown away."""

from clicking import WORK, dock, seen, ways_out
from closing import another_seed, answer_with, settled, states, worked_state
from contents import contents
from qgis.core import QgsProject
from qgis.PyQt.QtWidgets import QMessageBox
from qgis.utils import iface
from result_clicking import picture, stalls


def _close_and_think_better_of_it():
    """Close QGIS with unsaved work, and answer its question with Cancel."""
    seen["asked_on_closing"] = []
    answer_with(QMessageBox.StandardButton.Cancel, seen["asked_on_closing"])
    iface.mainWindow().close()


def _close_and_save():
    """Close QGIS with unsaved work, and answer its question with Save; the answer is written by then."""
    answer_with(QMessageBox.StandardButton.Save, [])
    iface.mainWindow().close()


def close_with_unsaved_work():
    path = WORK / "工程 一天.qgz"
    with stalls.of_qgis("save the project"):
        assert QgsProject.instance().write(str(path))
    yield 500
    seen["dirty_after_saving"] = QgsProject.instance().isDirty()
    yield from another_seed()
    before, worked = dock().remembered(), states()
    _close_and_think_better_of_it()
    yield settled
    seen["kept_by_cancel"] = [
        iface.mainWindow().isVisible(),
        QgsProject.instance().isDirty(),
        dock().remembered() == before,
        states() == worked,
    ]
    asked = []
    answer_with(QMessageBox.StandardButton.Save, asked, "22_unsaved")
    with stalls.of_qgis("save and new project"):
        iface.actionNewProject().trigger()
    seen["asked"] = asked
    seen["saved"] = bool(asked) and not QgsProject.instance().fileName()
    yield 500
    seen["states_in_new_project"] = states()
    with stalls.of_qgis("open the project"):
        iface.addProject(str(path))
    yield 1000
    yield settled
    seen["dirty_after_opening"] = QgsProject.instance().isDirty()
    after = dock().remembered()
    seen["values_lost"] = [name for name in before if str(before[name]) != str(after.get(name))]
    seen["states_back"] = [worked, states()]
    seen["layers_reopened"] = len(QgsProject.instance().mapLayers())
    picture("23_reopened")


def throw_unsaved_work_away():
    """Change something, and answer the question with Discard: once for a new project, once on closing QGIS."""
    path, before, worked = WORK / "工程 一天.qgz", dock().remembered(), states()
    seen["before_closing"] = contents(WORK)
    yield from another_seed()
    asked = []
    answer_with(QMessageBox.StandardButton.Discard, asked)
    with stalls.of_qgis("save and new project"):
        iface.actionNewProject().trigger()
    yield 500
    with stalls.of_qgis("open the project"):
        iface.addProject(str(path))
    yield 1000
    yield settled
    after = dock().remembered()
    seen["discarded"] = {
        "asked": bool(asked),
        "files": contents(WORK) == seen["before_closing"],
        "values": [name for name in before if str(before[name]) != str(after.get(name))],
        "states": states() == worked,
        "layers": len(QgsProject.instance().mapLayers()) == seen["layers_reopened"],
    }
    yield from another_seed()
    seen["unsaved"] = worked_state()
    ways_out.append(_close_and_save)
