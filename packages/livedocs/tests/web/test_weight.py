"""What a first visit has to load before it can search."""

from __future__ import annotations

import gzip

from livedocs.web.assets import STATIC_FOLDER, Assets

_MOST_BYTES = 60_000


def test_all_scripts_and_styles_together_weigh_at_most_60_kb_compressed():
    names = Assets.load().names
    weighed = {
        name: len(gzip.compress((STATIC_FOLDER / file).read_bytes()))
        for name, file in names.items()
        if name.endswith((".js", ".css"))
    }
    assert {"app.js", "app.css"} <= weighed.keys()
    assert sum(weighed.values()) <= _MOST_BYTES, weighed
