"""What axe-core says about the accessibility of a page in a browser."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

AXE = Path(__file__).resolve().parent.parent / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .filter(({impact}) => impact === "serious" || impact === "critical")
    .map(({id, impact, nodes}) => `${impact} ${id}: ${nodes.map(({target}) => target).slice(0, 3).join(" | ")}`)"""


def serious_findings(page: Page) -> list[str]:
    """Serious and critical findings, one line each. CI must have axe-core; elsewhere its tests are skipped without."""
    if not AXE.exists():
        reason = "axe-core is not installed (make test installs it where npm is)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    # Evaluated by the browser itself, so that the page's policy against foreign scripts stays as it is.
    page.evaluate(AXE.read_text())
    findings: list[str] = page.evaluate(RUN)
    return findings
