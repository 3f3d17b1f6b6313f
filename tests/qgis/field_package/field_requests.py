"""What is asked for when a field package is made."""

from __future__ import annotations

from sanming_carbon_plugin.adapters.jobs.field_package import PackageRequest

VISITS = 30


def request(made, out, **options):
    return PackageRequest(*made, out, **({"language": "zh"} | options))
