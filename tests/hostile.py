"""Names that try to become code; each must be shown as the characters it is.

All that could run would set `window.__x`.
"""

from __future__ import annotations

NAMES = (
    "<script>window.__x=1</script>",
    '</script><img src=x onerror="window.__x=1">',
    "<svg onload=window.__x=1>",
    "${window.__x=1}",
    "`;window.__x=1;`",
    "`${window.__x=1}`",
    "{{ 7*7 }}",
    "{% raw %}{# x #}",
    "\\u003cimg src=x onerror=window.__x=1\\u003e",
    '"\' onmouseover="window.__x=1',
    "javascript:window.__x=1",
    "𠮷野家&amp;&#60;b&#62;",
)
