"""How the pages look: one calm style sheet, for the screen, a projector and paper."""

from __future__ import annotations

import streamlit as st

from gridgis.governance.colours import SHADES
from gridgis.outputs.markup import Html
from gridgis.ui.components.offline_folium import font_face

__all__ = ["apply"]

_SHADES = "\n".join(
    f".gg-{name} {{ --shade: {item.fill}; }}" for name, item in SHADES.items()
)

# Letters on a pale ground: the five fills alone are too light for small text.
_CSS = (
    """
header[data-testid="stHeader"] { background: transparent; }
.block-container { padding: 1.1rem 1.6rem 3rem; max-width: 1680px; }
section[data-testid="stSidebar"] { width: 178px !important; min-width: 178px !important; }
h1 { font-size: 1.35rem !important; padding: 0 !important; }
h2 { font-size: 1.1rem !important; padding: .4rem 0 .2rem !important; }
h3 { font-size: 1rem !important; padding: .2rem 0 !important; }
.gg-frame { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; align-items: baseline;
  font-size: .86rem; color: #4a5560; padding-top: .45rem; }
.gg-frame b { color: #16212b; font-size: 1rem; }
.gg-chip { display: inline-block; min-width: 4.6em; padding: 0 .5em; border-radius: 3px;
  border: 1px solid var(--shade); border-left: .55em solid var(--shade);
  background: #fff; color: #16212b; font-size: .84rem; white-space: nowrap; }
.gg-figure { border-left: .5rem solid var(--shade); padding: .25rem .6rem .3rem;
  background: #fff; border-radius: 3px; margin-bottom: .45rem; box-shadow: 0 0 0 1px #e3e6ea; }
.gg-figure .n { font-size: 1.55rem; font-weight: 650; line-height: 1.2;
  font-variant-numeric: tabular-nums; }
.gg-figure .s { float: right; color: #5b6671; font-size: .86rem; line-height: 2.1rem;
  font-variant-numeric: tabular-nums; }
.gg-figure .w { color: #33404c; font-size: .86rem; }
.gg-total { --shade: #33404c; }
.gg-bars { width: 100%; border-collapse: collapse; font-size: .84rem; }
.gg-bars td { padding: .16rem .3rem .16rem 0; vertical-align: middle; }
.gg-bars .name { width: 7.5em; white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; max-width: 7.5em; }
.gg-bar { display: flex; height: 1.25rem; border-radius: 2px; overflow: hidden;
  background: #eef0f2; }
.gg-bar span { background: var(--shade); color: #fff; text-align: center; min-width: 0;
  font-size: .76rem; line-height: 1.25rem; overflow: hidden; white-space: nowrap; }
.gg-bar .gg-yellow, .gg-bar .gg-none { color: #16212b; }
.gg-rule { border: 1px solid #dfe3e7; border-left: .4rem solid var(--shade);
  border-radius: 4px; padding: .45rem .7rem .5rem; margin: 0 0 .5rem; background: #fff;
  font-size: .88rem; line-height: 1.5; break-inside: avoid; }
.gg-rule header { display: flex; gap: .6rem; align-items: baseline; flex-wrap: wrap; }
.gg-rule header b { font-size: .95rem; }
.gg-rule .muted, .gg-muted { color: #5b6671; font-size: .82rem; }
.gg-rule .sum { font-variant-numeric: tabular-nums; }
.gg-rule table { border-collapse: collapse; width: 100%; font-size: .82rem; }
.gg-rule td, .gg-rule th { border-top: 1px solid #eceff1; padding: .1rem .4rem .1rem 0;
  text-align: left; vertical-align: top; }
.gg-rule .num { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
.gg-rule summary { cursor: pointer; color: #0b5c8a; font-size: .82rem; }
.gg-need { height: .6rem; background: #eceff1; border-radius: 2px; position: relative;
  margin: .3rem 0 .2rem; }
.gg-need span { position: absolute; inset: 0 auto 0 0; background: var(--shade);
  border-radius: 2px; }
.gg-need i { position: absolute; top: -.15rem; bottom: -.15rem; width: 2px;
  background: #16212b; }
/* Streamlit has no words of its own for this in Chinese. */
[data-testid="stFileUploaderDropzoneInstructions"],
[data-testid="stFileUploaderDropzoneInstructions"] * { font-size: 0 !important; }
[data-testid="stFileUploaderDropzoneInstructions"]::after { font-size: .86rem;
  content: "每个文件不超过 200 MB"; color: #5b6671; }
[data-testid="stFileUploaderDropzone"] button[kind="secondary"] p {
  font-size: 0 !important; }
[data-testid="stFileUploaderDropzone"] button[kind="secondary"] p::after {
  content: "选择文件"; font-size: .95rem; }
.gg-count { font-size: .9rem; font-variant-numeric: tabular-nums; }
[class*="st-key-compliance_table"] [data-testid="stElementToolbar"] { display: none; }
.gg-legend { display: flex; flex-wrap: wrap; gap: .1rem .9rem; font-size: .82rem;
  color: #33404c; }
.gg-legend i { display: inline-block; width: .85em; height: .85em; margin-right: .3em;
  background: var(--shade); border-radius: 2px; vertical-align: -.08em; }
.gg-empty { text-align: center; padding: 12vh 1rem 1rem; color: #33404c; }
.gg-empty p { font-size: 1.05rem; }
[class*="st-key-attention"] button { justify-content: flex-start; text-align: left;
  padding: .3rem .5rem; border-bottom: 1px solid #eceff1; border-radius: 0;
  width: 100%; }
[class*="st-key-attention"] button > div { justify-content: flex-start; width: 100%; }
[class*="st-key-attention"] button p { white-space: normal; text-align: left;
  font-size: .88rem; line-height: 1.45; }
[class*="st-key-attention"] { gap: 0; }
iframe[title="streamlit_folium.st_folium"] { border: 1px solid #d5dade;
  border-radius: 4px; }
@media print {
  section[data-testid="stSidebar"], header[data-testid="stHeader"], button,
  [data-testid="stFileUploader"], .gg-noprint { display: none !important; }
  .block-container { padding: 0; }
  .gg-bar span, .gg-figure, .gg-rule, .gg-chip, .gg-need span {
    print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details > *:not(summary) { display: block !important; }
}
"""
    + _SHADES
)


def apply() -> None:
    """Put the style sheet and the font the package carries into the page."""
    st.html(Html(f"<style>{font_face()}{_CSS}</style>"))
