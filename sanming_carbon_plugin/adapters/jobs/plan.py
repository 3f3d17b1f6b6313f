"""Chooses parcels for the targets and writes the plan.

A plan is a GeoPackage with these layers (columns and their meaning: ``core/planning/plan_layers.py``):

``plan``
    Polygons, one per chosen stand: ``stand_key``, year, measure, technique, area, felled volume, cost, gain, lock,
    reason and what a swap would cost.
``candidates``
    Table: every stand that fits a planned measure, chosen or not, with the reason.
``progress``
    Table: done, planned, available and missing per municipality, county, township, measure and period.
``indicators``
    Table: forest cover, growing stock, tickets, projects, each with date and definition.
``plan_summary``
    Table: the plan by county, township, measure, technique and year.
``constraints``
    Table: every target, budget, quota, cap and share, what the plan uses of it and its price.
``plan_carbon``
    Table: modelled stock without and with the plan at the end of coming years.
``plan_run``
    Table of one row: ``scenario`` (name of the plan), ``objective``, ``bound``, ``gap``, ``status`` and the record of
    the run as in a result's ``run`` (versions, inputs with hashes, rules and parameters, options, seed, start, end).
"""
