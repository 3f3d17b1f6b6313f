"""Web map and report in a real browser: no faults, nothing fetched, in both languages."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
from made_results import SAMPLE

from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.export_maps import export_maps
from sanming_carbon_plugin.adapters.jobs.report import ReportRequest, report
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.maps.map_set import MapSetRequest
from sanming_carbon_plugin.core.progress import Progress

pytestmark = [pytest.mark.qgis, pytest.mark.slow,
              pytest.mark.skipif(shutil.which("chromium") is None, reason="no browser here")]  # fmt: skip

_LISTEN = """<script>
window.seen = [];
Element.prototype.setPointerCapture = () => {};  // made-up fingers cannot be held
for (const kind of ["error", "securitypolicyviolation", "unhandledrejection"])
  window.addEventListener(kind, e => seen.push(kind + " " + (e.message || e.blockedURI || e.reason)), true);
for (const kind of ["error", "warn"]) console[kind] = (...said) => seen.push(kind + " " + said.join(" "));
</script>"""
_USE = """<script>
window.addEventListener("load", () => {
  const click = name => { const one = document.getElementById(name); if (one) one.click(); };
  const before = document.body.innerText;
  const map = document.getElementById("map"), theme = document.getElementById("theme");
  if (map) {
    ["in", "out", "home"].forEach(click);
    for (let at = 0; at < theme.options.length; at++) {
      theme.selectedIndex = at;
      theme.dispatchEvent(new Event("change"));
    }
    const box = map.getBoundingClientRect();
    const where = {clientX: box.x + box.width / 2, clientY: box.y + box.height / 2, bubbles: true};
    for (const kind of ["pointerdown", "pointerup", "mousedown", "mouseup", "click"])
      map.dispatchEvent(new MouseEvent(kind, where));
    click("language");
  }
  setTimeout(() => {
    const told = document.createElement("pre");
    told.id = "probe";
    told.textContent = JSON.stringify({seen, before, after: document.body.innerText,
      fetched: performance.getEntriesByType("resource").map(one => one.name)});
    document.body.append(told);
  }, 300);
});
</script>"""


@pytest.fixture(scope="module")
def result_file(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("离线 网页") / "结果.gpkg"
    stands, earlier = (LayerSource(str(SAMPLE / name)) for name in ("stands.gpkg", "stands_2015.gpkg"))
    assess(AssessRequest(stands=stands, out=out, earlier=earlier, period="2016-01-01/2020-12-31"), Progress())
    return out


def _opened(page: Path, folder: Path) -> dict:
    """What a browser without a network says of ``page`` after somebody has used it."""
    text = page.read_text(encoding="utf-8")
    assert not re.search(
        r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""", text
    )
    probed = folder / "probed.html"
    head, _, rest = text.partition("</head>")
    probed.write_text(head + _LISTEN + "</head>" + rest.replace("</body>", _USE + "</body>"), encoding="utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000",
               "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder / 'profile'}", "--dump-dom",
               probed.as_uri()]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    return json.loads(unescape(found.group(1)))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_web_map_works_without_a_network_and_without_a_fault(result_file, tmp_path, language):
    out = tmp_path / "map.html"
    export_maps(MapSetRequest(result_file, out, level="township", language=language), Progress())
    told = _opened(out, tmp_path)
    assert told["seen"] == []
    assert told["fetched"] == []
    words = {"zh": ("图例", "小班信息"), "en": ("Legend", "Stand")}
    other = "en" if language == "zh" else "zh"
    hints = ("Click on a stand", "点击小班")
    assert any(word in told["before"] for word in hints)
    assert all(word in told["before"] for word in words[language])
    assert all(word in told["after"] for word in words[other])  # the button changes every word
    assert not any(word in told["after"] for word in hints)  # the figures of the stand stand in its place


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_opens_without_a_network_and_without_a_fault(result_file, tmp_path, language):
    report(ReportRequest(result_file, tmp_path / "r", language=language), Progress())
    told = _opened(tmp_path / "r" / "report.html", tmp_path)
    assert told["seen"] == []
    assert told["fetched"] == []
    assert ("年碳汇量" if language == "zh" else "Yearly sink") in told["before"]
    assert not re.search(r"\b(?:NaN|nan|undefined)\b", told["before"])
