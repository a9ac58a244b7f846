"""Cut the Chinese font down to the characters of GB 2312, ASCII and our symbols."""

from __future__ import annotations

from io import BytesIO

from fontTools import subset
from fontTools.ttLib import TTFont

# The rows of GB 2312 that hold characters: signs in 1-9, hanzi in 16-87.
_GB2312_ROWS = (*range(1, 10), *range(16, 88))
_SYMBOLS = "✓✗–—·…㎡㎥²³≥≤×÷±≈→←▲▼▏●○■□“”‘’℃％①②③④⑤⑥⑦⑧⑨⑩"
# The font has no ✗; its multiplication sign is drawn in the same place.
_STAND_INS = {0x2717: 0x00D7}


def characters() -> set[int]:
    """Return the code points to keep."""
    kept = set(range(0x20, 0x7F)) | {ord(sign) for sign in _SYMBOLS}
    for row in _GB2312_ROWS:
        for place in range(1, 95):
            pair = bytes((0xA0 + row, 0xA0 + place))
            kept.update(map(ord, pair.decode("gb2312", errors="replace")))
    return kept - {0xFFFD}


def subset_woff2(full: bytes) -> bytes:
    """Return the font with the kept characters only, compressed for browsers."""
    font = TTFont(BytesIO(full))
    for table in font["cmap"].tables:
        if table.isUnicode():
            for missing, shown in _STAND_INS.items():
                if missing not in table.cmap and shown in table.cmap:
                    table.cmap[missing] = table.cmap[shown]
    options = subset.Options(flavor="woff2", layout_features=[], hinting=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    font.flavor = "woff2"
    target = BytesIO()
    font.save(target)
    return target.getvalue()
