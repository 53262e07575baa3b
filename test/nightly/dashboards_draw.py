#!/usr/bin/python3
"""Draws each Grafana dashboard as one PNG, from the data of a Prometheus.

    test/nightly/dashboards_draw.py --prometheus http://127.0.0.1:9090 --start 1760000000 \
      --end 1760003600 --out docs/images --namespace shop --name web [deploy/dashboards]

The pictures show what the queries return, at the places that the panels have. They are not made by
Grafana, and say so. A query that Prometheus refuses is an error: exit code 1. Panels without data
are printed. Needs python3-matplotlib.
"""

import argparse
import datetime
import json
import pathlib
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

import matplotlib

matplotlib.use("Agg")

import matplotlib.dates
import matplotlib.pyplot as plt
import matplotlib.ticker
import numpy

PAGE, PANEL, TEXT, DIM, GRID = "#111217", "#1b1e24", "#d8d9e0", "#9a9ca8", "#31343c"
COLORS = {"green": "#73bf69", "red": "#f2495c", "orange": "#ff9830", "yellow": "#fade2a",
          "blue": "#5794f2", "purple": "#b877d9", "text": TEXT}
LINES = ["#73bf69", "#fade2a", "#5794f2", "#ff9830", "#f2495c", "#b877d9", "#8ab8ff", "#c0d8ff",
         "#96d98d", "#ffee52", "#ffb357", "#ff7383", "#ca95e5", "#56a64b"]
COLUMN, ROW = 0.72, 0.42  # inches of a column and a row of the grid
FOOTER = "Drawn from Prometheus' data by test/nightly/dashboards_draw.py, not by Grafana."


class QueryFailed(Exception):
    pass


class Source:
    """Asks Prometheus about one stretch of time."""

    def __init__(self, options):
        self.url = options.prometheus.rstrip("/")
        self.start, self.end = options.start, options.end
        self.step = max(options.scrape_interval, (self.end - self.start) // 200)
        rate = max(4 * options.scrape_interval, self.step + options.scrape_interval)
        span = int(self.end - self.start)
        self.built_in = {"__rate_interval": f"{rate:.0f}s", "__interval": f"{self.step:.0f}s",
                         "__range": f"{span}s", "__range_s": str(span)}

    def ask(self, expr, variables, instant, step=None):
        """Returns a list of (labels, times, values)."""
        values = {**variables, **self.built_in}
        expr = re.sub(r"\$\{?(\w+)\}?", lambda m: values.get(m[1], m[0]), expr)
        if instant:
            path, query = "query", {"query": expr, "time": self.end}
        else:
            path, query = "query_range", {"query": expr, "start": self.start, "end": self.end,
                                          "step": step or self.step}
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                data = json.load(answer)
        except urllib.error.HTTPError as error:
            raise QueryFailed(f"{error.code} {error.read().decode()}: {expr}") from error
        except urllib.error.URLError as error:
            raise QueryFailed(f"{self.url}: {error.reason}") from error
        if data["status"] != "success":
            raise QueryFailed(f"{data}: {expr}")
        if data["data"]["resultType"] == "scalar":
            return [({}, *series([data["data"]["result"]]))]
        return [(r["metric"], *series(r.get("values") or [r["value"]]))
                for r in data["data"]["result"]]


def series(samples):
    return (numpy.array([float(t) for t, _ in samples]),
            numpy.array([float(v) for _, v in samples]))


def name_of(labels, legend):
    if legend:
        return re.sub(r"\{\{ *(\w+) *\}\}", lambda m: labels.get(m[1], ""), legend).strip()
    return ", ".join(f"{k}={v}" for k, v in labels.items() if k != "__name__") or "value"


def clock(seconds):
    seconds = int(round(seconds))
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def short(value, digits=3):
    for factor, letter in ((1e9, "G"), (1e6, "M"), (1e3, "K")):
        if abs(value) >= factor:
            return f"{value / factor:.{digits}g} {letter}"
    return f"{value:.{digits}g}"


def with_unit(value, unit, decimals=None):
    if numpy.isnan(value):
        return "–"
    if unit == "s":
        for factor, letter in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
            if abs(value) >= factor:
                return f"{value / factor:.3g} {letter}"
        return f"{value * 1000:.3g} ms" if value else "0 s"
    if unit == "dthms":
        return clock(value)
    if unit == "dateTimeAsIso":
        at = datetime.datetime.fromtimestamp(value / 1000, datetime.timezone.utc)
        return at.strftime("%Y-%m-%d %H:%M:%S")
    if unit == "percentunit":
        return f"{value * 100:.{decimals or 0}f} %"
    if unit == "bytes":
        return f"{value / 2**20:.4g} MiB"
    suffix = {"cps": " /s", "reqps": " /s"}.get(unit, "")
    if decimals is not None and abs(value) < 1000:
        return f"{value:.{decimals}f}{suffix}"
    return short(value) + suffix


class Panel:
    """One panel with the results of its queries."""

    def __init__(self, panel, source, variables):
        self.json, self.type, self.title = panel, panel["type"], panel["title"]
        self.defaults = panel.get("fieldConfig", {}).get("defaults", {})
        self.overrides = {o["matcher"]["options"]: {p["id"]: p["value"] for p in o["properties"]}
                          for o in panel.get("fieldConfig", {}).get("overrides", [])}
        self.source = source
        self.frames = []
        for target in panel.get("targets", []):
            try:
                answer = source.ask(target["expr"], variables, target.get("instant", False))
            except QueryFailed as error:
                raise QueryFailed(f"{self.title}, query {target['refId']}: {error}") from error
            self.frames.append((target, answer))

    def results(self):
        """Yields (name, labels, times, values) of all queries."""
        for target, answer in self.frames:
            for labels, times, values in answer:
                yield name_of(labels, target.get("legendFormat")), labels, times, values

    def empty(self):
        return self.type not in ("row", "text") and not any(a for _, a in self.frames)

    def of(self, name, key):
        """Returns a setting of the field `name`."""
        return self.overrides.get(name, {}).get(key, self.defaults.get(key))

    def color(self, name, value):
        chosen = "text"
        for step in (self.of(name, "thresholds") or {}).get("steps", []):
            if step["value"] is None or value >= step["value"]:
                chosen = step["color"]
        return COLORS.get(chosen, chosen)


def plain(axes):
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def no_data(axes, panel):
    plain(axes)
    axes.text(0.5, 0.5, panel.defaults.get("noValue", "No data"), color=DIM, ha="center",
              va="center", fontsize=11, transform=axes.transAxes)


def moments(times):
    return [datetime.datetime.fromtimestamp(t, datetime.timezone.utc) for t in times]


def time_axis(axes, source):
    axes.set_xlim(*moments((source.start, source.end)))
    locator = matplotlib.dates.AutoDateLocator(minticks=3, maxticks=6)
    axes.xaxis.set_major_locator(locator)
    days = source.end - source.start > 2 * 86400
    axes.xaxis.set_major_formatter(matplotlib.dates.DateFormatter("%m-%d" if days else "%H:%M"))


def legend(axes):
    if axes.get_legend_handles_labels()[1]:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncol=3, fontsize=6.5,
                    frameon=False, labelcolor=DIM, handlelength=1, columnspacing=1)


def draw_lines(axes, panel, marks):
    source, custom = panel.source, panel.defaults.get("custom", {})
    where = {"drawstyle": "steps-post"} if custom.get("lineInterpolation") == "stepAfter" else {}
    grid = numpy.arange(source.start, source.end + 1, source.step)
    bottom = numpy.zeros(len(grid))
    right = None
    for i, (name, _, times, values) in enumerate(panel.results()):
        own = panel.overrides.get(name, {})
        color = COLORS.get(own.get("color", {}).get("fixedColor"), LINES[i % len(LINES)])
        at = numpy.full(len(grid), numpy.nan)
        index = numpy.rint((times - source.start) / source.step).astype(int)
        at[index[index < len(grid)]] = values[index < len(grid)]
        at[~numpy.isfinite(at)] = numpy.nan
        if "stacking" in custom:
            top = bottom + numpy.nan_to_num(at)
            axes.fill_between(moments(grid), bottom, top, color=color, alpha=0.5, lw=0, label=name)
            bottom = top
            continue
        if custom.get("spanNulls"):
            known = ~numpy.isnan(at)
            drawn, at = grid[known], at[known]
        else:
            drawn = grid
        on = axes
        if own.get("custom.axisPlacement") == "right":
            right = on = right or axes.twinx()
            axes.plot([], [], color=color, label=name)  # for the legend
        on.plot(moments(drawn), at, color=color, lw=1.1, label=name, marker="." if
                len(at) < 3 else None, **where)
    first = next(panel.results())[0]
    for one, unit in ((axes, panel.of(first, "unit")), (right, panel.defaults.get("unit"))):
        if one is not None:
            one.set_ylim(bottom=0)
            one.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5))
            one.yaxis.set_major_formatter(lambda value, _, unit=unit: with_unit(value, unit))
            one.tick_params(colors=DIM, labelsize=7)
    for mark in marks:
        axes.axvline(*moments([mark]), color=COLORS["blue"], lw=0.8, ls="--")
    axes.grid(color=GRID, lw=0.5)
    time_axis(axes, source)
    legend(axes)


def draw_stat(axes, panel, _):
    plain(axes)
    shown = list(panel.results())
    mode = panel.json["options"].get("textMode")
    for i, (name, _, _, values) in enumerate(shown):
        value = values[-1]
        text = with_unit(value, panel.of(name, "unit"), panel.of(name, "decimals"))
        at = (i + 0.5) / len(shown)
        size = 20 if len(shown) < 4 else 13
        axes.text(at, 0.5, name if mode == "name" else text, color=panel.color(name, value),
                  fontsize=size, ha="center", va="center", transform=axes.transAxes)
        if mode == "value_and_name" or mode == "auto" and len(shown) > 1:
            axes.text(at, 0.1, name, color=DIM, fontsize=8, ha="center", transform=axes.transAxes)


def draw_bars(axes, panel, _):
    shown = [(name, values[-1]) for name, _, _, values in panel.results()]
    most = max(value for _, value in shown) or 1
    for i, (name, value) in enumerate(shown):
        axes.barh(i, most, color=GRID, height=0.6)
        axes.barh(i, value, color=panel.color(name, value), height=0.6)
        axes.text(most * 1.02, i, with_unit(value, panel.defaults.get("unit")), color=TEXT,
                  fontsize=8, va="center")
    plain(axes)
    axes.set_yticks(range(len(shown)), [name for name, _ in shown], color=TEXT, fontsize=7)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlim(0, most * 1.25)


def draw_heatmap(axes, panel, _):
    source = panel.source
    rows = sorted(((float(labels["le"]), times, values)
                   for _, labels, times, values in panel.results()), key=lambda row: row[0])
    grid = numpy.arange(source.start, source.end + source.step, source.step)
    cells, below = [], numpy.zeros(len(grid))
    for _, times, values in rows:
        upto = numpy.zeros(len(grid))
        upto[numpy.rint((times - source.start) / source.step).astype(int)] = values
        cells.append(numpy.maximum(upto - below, 0))
        below = upto
    cells = numpy.array(cells)
    cells[cells < 1e-9] = numpy.nan
    mesh = axes.pcolormesh(moments(grid), range(len(rows)), cells, cmap="Oranges",
                           shading="nearest", vmin=0)
    axes.set_yticks(range(len(rows)), [with_unit(le, "s") if le < numpy.inf else "more"
                                       for le, _, _ in rows], fontsize=6.5)
    plt.colorbar(mesh, ax=axes, pad=0.02).ax.tick_params(colors=DIM, labelsize=6)
    time_axis(axes, source)


def draw_timeline(axes, panel, marks):
    states = {float(v): (s["text"], COLORS.get(s["color"], s["color"]))
              for m in panel.defaults.get("mappings", []) for v, s in m["options"].items()}
    names, used = [], set()
    width = datetime.timedelta(seconds=panel.source.step)
    for name, _, times, values in panel.results():
        names.append(name)
        for value in sorted(set(values)):
            text, color = states.get(value, (short(value), DIM))
            spans = [(at, width) for at in moments(times[values == value])]
            label = None if text in used else text
            used.add(text)
            axes.broken_barh(spans, (len(names) - 1.45, 0.9), color=color, lw=0, label=label)
    for mark in marks:
        axes.axvline(*moments([mark]), color=COLORS["blue"], lw=0.8, ls="--")
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.set_ylim(len(names) - 0.5, -0.5)
    time_axis(axes, panel.source)
    legend(axes)


def table_rows(panel):
    """Returns titles and rows, merged and ordered as the transformations say."""
    organize = panel.json["transformations"][-1]["options"]
    frames = []
    for target, answer in panel.frames:
        value = "Value" if len(panel.frames) == 1 else f"Value #{target['refId']}"
        frames.append([{**labels, value: values[-1]} for labels, _, values in answer])
    frames = [frame for frame in frames if frame]
    keys = set.intersection(*(set(frame[0]) for frame in frames))
    rows = {}
    for frame in frames:
        for row in frame:
            rows.setdefault(tuple(sorted((k, row.get(k, "")) for k in keys)), {}).update(row)
    fields = {field for row in rows.values() for field in row}
    fields = [f for f in sorted(fields, key=lambda f: organize["indexByName"].get(f, 99))
              if not organize["excludeByName"].get(f)]
    titles = [organize["renameByName"].get(field, field) for field in fields]
    texts = []
    for row in rows.values():
        cells = [row.get(field, "") for field in fields]
        texts.append([cell if isinstance(cell, str) else with_unit(cell, panel.of(title, "unit"))
                      for title, cell in zip(titles, cells)])
    return titles, texts


def draw_table(axes, panel, _):
    plain(axes)
    titles, rows = table_rows(panel)
    room = max(1, int(panel.json["gridPos"]["h"] * ROW / 0.24) - 3)
    table = axes.table(cellText=rows[:room], colLabels=titles, loc="upper left", cellLoc="left")
    table.auto_set_font_size(False)
    table.set_fontsize(8.5)
    table.auto_set_column_width(range(len(titles)))
    table.scale(1, 1.15)
    for (line, column), cell in table.get_celld().items():
        cell.set(facecolor=PANEL, edgecolor=GRID)
        text = cell.get_text().get_text()
        color = TEXT if line else COLORS["blue"]
        for mapping in (panel.of(titles[column], "mappings") or []) if line else []:
            color = COLORS.get(mapping["options"].get(text, {}).get("color"), color)
        cell.get_text().set_color(color)


DRAW = {"timeseries": draw_lines, "stat": draw_stat, "bargauge": draw_bars, "table": draw_table,
        "heatmap": draw_heatmap, "state-timeline": draw_timeline}


def marks_of(board, source, variables):
    """Returns the times that annotations mark; those that are closer than a step are one."""
    marks = []
    for annotation in board["annotations"]["list"]:
        step = int(annotation.get("step", "60s").rstrip("s"))
        for _, times, values in source.ask(annotation["expr"], variables, False, step):
            for at in values / 1000 if annotation.get("useValueForTime") else times:
                if source.start <= at and all(abs(at - mark) > step for mark in marks):
                    marks.append(at)
    return marks


def place(figure, rows, panel):
    """Returns the axes of a panel, on a background that fills its place in the grid."""
    grid, width, height = panel.json["gridPos"], 24 * COLUMN, rows * ROW
    left, bottom = grid["x"] / 24, 1 - (grid["y"] + grid["h"]) * ROW / height
    full = (grid["w"] / 24, grid["h"] * ROW / height)
    back = figure.add_axes((left + 0.002, bottom + 0.05 / height, full[0] - 0.004,
                            full[1] - 0.1 / height), facecolor=PANEL)
    plain(back)
    title = back.text(0.08 / (grid["w"] * COLUMN), 1 - 0.08 / (grid["h"] * ROW), panel.title,
                      color=TEXT, fontsize=9, va="top", transform=back.transAxes, wrap=True)
    title.set_in_layout(False)
    margins = {"stat": (0.1, 0.1, 0.1), "table": (0.1, 0.1, 0.1), "bargauge": (1.7, 0.1, 0.1),
               "heatmap": (0.6, 0.15, 0.35), "state-timeline": (1.8, 0.2, 0.55)}
    before, after, under = margins.get(panel.type, (0.65, 0.5, 0.85))
    return figure.add_axes((left + before / width, bottom + under / height,
                            full[0] - (before + after) / width,
                            full[1] - (under + 0.45) / height), facecolor=PANEL)


def draw(board, source, variables, file):
    panels = [Panel(p, source, variables) for p in board["panels"]]
    marks = marks_of(board, source, variables)
    rows = max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in board["panels"])
    head, foot = 0.5, 0.35
    height = rows * ROW
    page = plt.figure(figsize=(24 * COLUMN, height + head + foot), facecolor=PAGE)
    figure = page.subfigures(3, 1, height_ratios=(head, height, foot))
    for part in figure:
        part.set_facecolor(PAGE)
    span = " to ".join(f"{at:%Y-%m-%d %H:%M}" for at in moments((source.start, source.end)))
    figure[0].text(0.005, 0.3, board["title"], color=TEXT, fontsize=15)
    figure[0].text(0.995, 0.3, f"{span} UTC", color=DIM, fontsize=9, ha="right")
    figure[2].text(0.005, 0.3, FOOTER, color=DIM, fontsize=9)
    for panel in panels:
        if panel.type == "row":
            y = 1 - (panel.json["gridPos"]["y"] + 0.7) / rows
            figure[1].text(0.005, y, panel.title, color=TEXT, fontsize=12, weight="bold")
            continue
        axes = place(figure[1], rows, panel)
        axes.tick_params(colors=DIM, labelsize=7)
        for spine in axes.spines.values():
            spine.set_color(GRID)
        if panel.empty():
            print(f"no data: {board['uid']}, panel {panel.title!r}")
            no_data(axes, panel)
        else:
            DRAW[panel.type](axes, panel, marks)
    page.savefig(file, dpi=100, facecolor=PAGE)
    plt.close(page)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dashboards", nargs="?", default="deploy/dashboards")
    parser.add_argument("--prometheus", required=True)
    parser.add_argument("--start", type=float, required=True, help="Unix time")
    parser.add_argument("--end", type=float, required=True, help="Unix time")
    parser.add_argument("--out", required=True, help="folder for the PNGs")
    parser.add_argument("--scrape-interval", type=float, default=15, help="seconds")
    for name in ("namespace", "name", "kind"):
        parser.add_argument(f"--{name}", default=".*",
                            help="value where a dashboard has one value of the variable")
    options = parser.parse_args()
    out = pathlib.Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    files = sorted(pathlib.Path(options.dashboards).glob("*.json"))
    if not files:
        sys.exit(f"{options.dashboards} has no dashboards")
    source = Source(options)
    for file in files:
        board = json.loads(file.read_text())
        variables = {v["name"]: ".*" if v.get("multi") else getattr(options, v["name"], ".*")
                     for v in board["templating"]["list"]}
        try:
            draw(board, source, variables, out / f"{board['uid']}.png")
        except QueryFailed as error:
            sys.exit(f"{board['uid']}: {error}")
        print(f"{out / board['uid']}.png")


if __name__ == "__main__":
    main()
