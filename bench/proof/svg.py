"""Plots without a library: values on a logarithmic axis, and lines over one. Readable on light and dark pages."""

import math
from xml.sax.saxutils import escape

_STYLE = """<style>
text { font: 12px sans-serif; fill: #24292f } .quiet { fill: #6e7781 } .head { font-weight: bold }
line.grid { stroke: #d0d7de } line.range { stroke-width: 3; opacity: .45 }
</style>"""
OURS, OTHERS, FLOOR = "#0969da", "#bc4c00", "#6e7781"


def _page(width, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">\n'
            f'{_STYLE}\n<rect width="{width}" height="{height}" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>\n")


def _text(x, y, text, kind="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>'


class _LogAxis:
    def __init__(self, values, begin, end):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self._begin, self._end = begin, end

    def at(self, value):
        return self._begin + (math.log10(value) - self.low) / (self.high - self.low) * (self._end - self._begin)

    def decades(self):
        return [10.0**exponent for exponent in range(self.low, self.high + 1)]


def dots(title, groups, show):
    """groups: (name, rows); rows: (name, colour, median, least, most). A dot a row, and a bar from the least to the most."""
    row_height, left, right, width, top = 20, 210, 680, 760, 50
    values = [value for _, rows in groups for row in rows for value in row[2:]]
    axis = _LogAxis(values, left, right)
    height = top + sum((len(rows) + 1.4) * row_height for _, rows in groups) + 10
    parts = [_text(12, 20, title, "head")]
    for decade in axis.decades():
        x = axis.at(decade)
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="{top - 8}" x2="{x:.1f}" y2="{height - 14:.1f}"/>')
        parts.append(_text(x, top - 12, f"{decade:g} s", "quiet", "middle"))
    y = top + 0.8 * row_height
    for name, rows in groups:
        parts.append(_text(12, y, name, "head"))
        for label, colour, median, least, most in rows:
            y += row_height
            parts.append(_text(24, y, label))
            parts.append(f'<line class="range" stroke="{colour}" x1="{axis.at(least):.1f}" y1="{y - 4:.1f}" '
                         f'x2="{axis.at(most):.1f}" y2="{y - 4:.1f}"/>')
            parts.append(f'<circle cx="{axis.at(median):.1f}" cy="{y - 4:.1f}" r="5" fill="{colour}"/>')
            parts.append(_text(max(axis.at(median), axis.at(most)) + 10, y, show(median), "quiet"))
        y += 1.4 * row_height
    return _page(width, int(height), parts)


def lines(panels):
    """panels: (title, series); series: (name, colour, points). Both axes are logarithmic: flat is flat, however far."""
    panel_width, height, margin = 380, 260, 56
    parts = []
    for number, (title, series) in enumerate(panels):
        left = number * panel_width + margin
        points = [point for _, _, some in series for point in some]
        xs = _LogAxis([x for x, _ in points], left, left + panel_width - 2 * margin)
        ys = _LogAxis([y for _, y in points], height - 40, 60)
        parts.append(_text(left - 40, 20, title, "head"))
        for decade in xs.decades():
            parts.append(_text(xs.at(decade), height - 20, f"{decade:,.0f}", "quiet", "middle"))
        for decade in ys.decades():
            y = ys.at(decade)
            parts.append(f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{left + panel_width - 2 * margin}" y2="{y:.1f}"/>')
            parts.append(_text(left - 6, y + 4, f"{decade:g}", "quiet", "end"))
        for at, (name, colour, some) in enumerate(series):
            path = " ".join(f"{xs.at(x):.1f},{ys.at(y):.1f}" for x, y in some)
            parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path}"/>')
            parts += [f'<circle cx="{xs.at(x):.1f}" cy="{ys.at(y):.1f}" r="4" fill="{colour}"/>' for x, y in some]
            parts.append(f'<circle cx="{left - 36 + at * 110}" cy="36" r="4" fill="{colour}"/>')
            parts.append(_text(left - 28 + at * 110, 40, name, "quiet"))
    return _page(panel_width * len(panels), height, parts)
