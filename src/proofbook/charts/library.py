"""The one place that knows Pygal: charts of it, set up for pictures of ours.

Promises: the library is imported when the first picture is drawn and not before, and leaves nothing behind in how
modules are found; nothing is fetched, no script is named.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any, Final

WIDTH: Final = 520
_WIDEST: Final = 19
"""The size of letters that room is left for: pages write larger in a narrow window."""


def chart(shape: str, letters: int = _WIDEST, **settings: Any) -> Any:
    """An empty chart of a shape by the library's name; `letters`: the size of letters that room is left for."""
    sizes = dict.fromkeys(("label_font_size", "major_label_font_size", "legend_font_size"), letters)
    style = _library().style.Style(value_font_size=0, **sizes)
    made = {
        "width": WIDTH,
        "margin": 4,
        "spacing": 6,
        "style": style,
        "css": (),
        "js": (),
        "no_prefix": True,
        "no_data_text": "",
        "min_scale": 2,
        "max_scale": 4,
        **settings,
    }
    return getattr(_library(), shape)(truncate_label=-1, truncate_legend=-1, legend_box_size=13, **made)


@cache
def _library() -> Any:
    import pygal
    import pygal.etree
    import pygal.style

    pygal.etree.etree.to_etree()  # where lxml is installed, it would be taken, which refuses texts that `dressing` makes visible
    # It enters a finder for plug-ins that draw maps, of a kind Python no longer takes: imports that fail would warn of it.
    sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, pygal.PluginImportFixer)]
    return pygal
