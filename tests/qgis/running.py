"""Algorithms run as QGIS runs them, and the tables they leave."""

from __future__ import annotations

import sqlite3

from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback, QgsProject


def run_algorithm(name, parameters, feedback=None):
    """Results and context of one of the plugin's algorithms, which must end well."""
    feedback = feedback or QgsProcessingFeedback()
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:" + name)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    results, done = algorithm.run(parameters, context, feedback, {}, False)
    assert done, feedback.textLog()
    return results, context


def rows_of(path, table: str, columns: str = "count(*)"):
    with sqlite3.connect(path) as opened:
        return opened.execute("SELECT {} FROM {}".format(columns, table)).fetchall()
