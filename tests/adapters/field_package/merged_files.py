"""A merge of returned packages in this process, and what is read of its review."""

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.field_merge import MergeRequest, field_merge
from sanming_carbon_plugin.core.progress import Progress


def merge(result, *returned, **options):
    out = options.pop("out", result.with_name("review.gpkg"))
    request = MergeRequest(result, [one.folder if hasattr(one, "folder") else one for one in returned], out,
                           overwrite=True, language="zh", **options)  # fmt: skip
    outcome = field_merge(request, Progress())
    return outcome, read_geopackage_table(out, "differences")


def changed(table):
    return {(row["stand_key"], row["column"]): row for row in table.to_dict("records") if row["state"] != "recorded"}


def codes(outcome):
    return {code for code, _ in outcome.issue_counts}
