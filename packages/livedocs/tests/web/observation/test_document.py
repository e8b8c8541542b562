"""docs/operating.md names every metric, and only those."""

from __future__ import annotations

import re
from pathlib import Path

from httpx2 import AsyncClient
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).resolve().parents[5]
DOCUMENTED = re.findall(
    r"^\| `(livedocs_\w+)` \| (.*?) \|", (ROOT / "docs" / "operating.md").read_text("utf-8"), re.MULTILINE
)


async def test_every_metric_is_documented_with_its_labels(client: AsyncClient):
    await client.get("/search", params={"q": "Environment"})
    told: dict[str, set[str]] = {}
    for family in text_string_to_metric_families((await client.get("/metrics")).text):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels}
        told[name] = labels - {"worker", "le"}
    assert {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in DOCUMENTED} == told
