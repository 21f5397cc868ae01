"""The allow-list of layouts: how each takes a stamp apart into its date, its time of day and its tail.

A layout is two RE2 patterns. The first splits a stamp. It's written so that each byte shows which part it belongs to, and
has at most four groups: RE2 then needs one pass, else it's five times slower. It isn't strict, since the second one is,
which reads the dates: a log has few distinct ones. What follows the time of day (AM, an offset, a zone's name) is the
tail, which `minutebook.times.tails` reads in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Layout(NamedTuple):
    """How stamps of one layout are read."""

    stamp: str  #: RE2 with groups date, clock, and year or ms where they are apart
    date: str = ""  #: RE2 of the date (followed by a space and ``year``, if there's one): Y or y, m or b, d
    is_compact: bool = False  #: the clock is HHMMSS
    is_own: bool = False  #: only for formats that name it, since it would misread other logs
    is_dayless: bool = False  #: a time of day alone

    @property
    def has_year(self) -> bool:
        """Whether stamps state their year."""
        return not self.date or "?P<Y>" in self.date or "?P<y>" in self.date


# 09:00:00, 9:00:00, with a fraction of any length after a dot, a comma or a colon.
_CLOCK = r"(?P<clock>\d\d?:\d\d:\d\d(?:[.,:]\d*)?)"
_CLOCK_OR_MINUTE = r"(?P<clock>\d\d?:\d\d(?::\d\d(?:[.,:]\d*)?)?)"
_BIAS = r"(?P<bias>(?:[+-]\d{1,4})?)"
_COMPACT = r"(?P<clock>\d{6}(?:[.,]\d*)?)"
_YEAR = r"(?P<year>\d{4})"
# A month's or a weekday's name, as the first pattern sees it.
_W = r"[A-Za-z]{3,9}\.?"
_WEEKDAY = r"[A-Za-z]{3,9},?"
_MD = rf"(?P<date>{_W} +\d\d?)"

# Parts of a date, as the second pattern sees them.
_Y, _y, _m, _m1, _d, _d1 = (
    r"(?P<Y>\d{4})",
    r"(?P<y>\d\d)",
    r"(?P<m>\d\d)",
    r"(?P<m>\d\d?)",
    r"(?P<d>\d\d)",
    r"(?P<d>\d\d?)",
)
_B = (
    r"(?i:(?P<b>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\.?)"
)
_BD = rf"{_B} +{_d1}"

#: Name → layout, in the order in which `find_layout` prefers them.
LAYOUTS: Mapping[str, Layout] = {
    "iso": Layout(rf"(?P<date>\d{{4}}-\d\d-\d\d)(?:[Tt_]|[ \t]+){_CLOCK}", f"{_Y}-{_m}-{_d}"),
    "epoch": Layout(r"\+?(?P<whole>\d+)(?:\.(?P<fraction>\d*))?"),
    # PowerShell's and older .NET's JSON: milliseconds
    "/Date(ms)/": Layout(r"/Date\((?P<whole>\d{9,14})(?P<fraction>)(?:[+-]\d{4})?\)/"),
    # daemontools, qmail: seconds and nanoseconds of TAI, hexadecimal
    "tai64n": Layout(r"@(?P<label>4[0-9a-f]{23})"),
    # access logs of nginx, Apache, HAProxy, S3
    "%d/%b/%Y:%H:%M:%S %z": Layout(rf"(?P<date>\d\d?/{_W}/\d{{4}})[: ]{_CLOCK}", f"{_d1}/{_B}/{_Y}"),
    # Jira's lists
    "%d/%b/%y %H:%M": Layout(rf"(?P<date>\d\d?/{_W}/\d\d) {_CLOCK_OR_MINUTE}", f"{_d1}/{_B}/{_y}"),
    # nginx error, Go
    "%Y/%m/%d %H:%M:%S": Layout(rf"(?P<date>\d{{4}}/\d\d/\d\d)(?:[ T-]| - ){_CLOCK}", f"{_Y}/{_m}/{_d}"),
    # syslog
    "%b %e %H:%M:%S": Layout(rf"{_MD} {_CLOCK}", _BD),
    "%b %e %H:%M:%S %Y": Layout(rf"{_MD} {_CLOCK} {_YEAR}", f"{_BD} {_Y}"),
    # java.util.logging, Cisco, Kibana
    "%b %e %Y %H:%M:%S": Layout(rf"(?P<date>{_W} +\d\d?,? \d{{4}})(?:,| @)? {_CLOCK_OR_MINUTE}", f"{_BD},? {_Y}"),
    "%Y %b %d %H:%M:%S": Layout(rf"(?P<date>\d{{4}} {_W} +\d\d?) {_CLOCK}", f"{_Y} {_BD}"),
    # Apache error
    "%a %b %d %H:%M:%S %Y": Layout(rf"{_WEEKDAY} {_MD} {_CLOCK} {_YEAR}", f"{_BD} {_Y}"),
    # date(1): the zone stands before the year
    "asctime": Layout(rf"{_WEEKDAY} {_MD} {_CLOCK} (?:(?P<zone>[A-Z]{{2,5}}|[+-]\d{{2,4}}) )?{_YEAR}", f"{_BD} {_Y}"),
    "%a %b %d %H:%M:%S": Layout(rf"{_WEEKDAY} {_MD} {_CLOCK}", _BD),
    # JavaScript
    "%a %b %d %Y %H:%M:%S": Layout(rf"{_WEEKDAY} (?P<date>{_W} +\d\d? \d{{4}}) {_CLOCK}", f"{_BD} {_Y}"),
    "rfc2822": Layout(
        rf"{_WEEKDAY} (?P<date>\d\d?[ -]{_W}[ -]\d{{4}}) {_CLOCK_OR_MINUTE}", f"{_d1}[ -]{_B}[ -]{_Y}"
    ),
    # glog, klog
    "%m%d %H:%M:%S": Layout(rf"(?P<date>\d{{4}}) {_CLOCK}", f"{_m}{_d}"),
    # Android, Proxifier
    "%m-%d %H:%M:%S": Layout(rf"(?P<date>\d\d-\d\d) {_CLOCK}", f"{_m}-{_d}"),
    # Snort, MEGA; Suricata
    "%m/%d-%H:%M:%S": Layout(rf"(?P<date>\d\d/\d\d)-{_CLOCK}", f"{_m}/{_d}"),
    "%m/%d/%Y-%H:%M:%S": Layout(rf"(?P<date>\d\d/\d\d/\d{{4}})-{_CLOCK}", f"{_m}/{_d}/{_Y}"),
    "%m.%d %H:%M:%S": Layout(rf"(?P<date>\d\d\.\d\d) {_CLOCK}", rf"{_m}\.{_d}"),
    # Spark
    "%y/%m/%d %H:%M:%S": Layout(rf"(?P<date>\d\d/\d\d/\d\d) {_CLOCK}", f"{_y}/{_m}/{_d}"),
    # old MySQL
    "%y%m%d %H:%M:%S": Layout(rf"(?P<date>\d{{6}}) +{_CLOCK}", f"{_y}{_m}{_d}"),
    # HDFS
    "%y%m%d %H%M%S": Layout(rf"(?P<date>\d{{6}}) {_COMPACT}", f"{_y}{_m}{_d}", is_compact=True),
    # Redis
    "%d %b %Y %H:%M:%S": Layout(rf"(?P<date>\d\d? {_W} \d{{4}}),? {_CLOCK}", f"{_d1} {_B} {_Y}"),
    "%d %b %H:%M:%S": Layout(rf"(?P<date>\d\d? {_W}) {_CLOCK}", f"{_d1} {_B}"),
    # PHP, Tomcat, RabbitMQ, Oracle
    "%d-%b-%Y %H:%M:%S": Layout(rf"(?P<date>\d\d?-{_W}-\d{{4}})(?:[ T]|::?){_CLOCK}", f"{_d1}-{_B}-{_Y}"),
    # compact ISO, Zabbix
    "%Y%m%dT%H%M%S": Layout(rf"(?P<date>\d{{8}})[T:_-]?{_COMPACT}", f"{_Y}{_m}{_d}", is_compact=True),
    # newer glog
    "%Y%m%d %H:%M:%S": Layout(rf"(?P<date>\d{{8}})[ T]{_CLOCK}", f"{_Y}{_m}{_d}"),
    # HealthApp: 20171223-22:15:29:8 is 8 ms, not 800
    "%Y%m%d-%H:%M:%S:ms": Layout(
        r"(?P<date>\d{8})-(?P<clock>\d\d?:\d\d?:\d\d?):(?P<ms>\d{1,3})", f"{_Y}{_m}{_d}"
    ),
    # BGL
    "%Y-%m-%d-%H.%M.%S": Layout(
        r"(?P<date>\d{4}-\d\d-\d\d)-(?P<clock>\d\d\.\d\d\.\d\d(?:\.\d*)?)", f"{_Y}-{_m}-{_d}"
    ),
    "%Y.%m.%d %H:%M:%S": Layout(rf"(?P<date>\d{{4}}\.\d\d\.\d\d)[ T-]{_CLOCK}", rf"{_Y}\.{_m}\.{_d}"),
    "%d.%m.%Y %H:%M:%S": Layout(
        rf"(?P<date>\d\d?\.\d\d?\.\d{{4}}),? {_CLOCK_OR_MINUTE}", rf"{_d1}\.{_m1}\.{_Y}"
    ),
    "%d/%m/%Y %H:%M:%S": Layout(rf"(?P<date>\d\d?/\d\d?/\d{{4}}),?[ T]{_CLOCK_OR_MINUTE}", f"{_d1}/{_m1}/{_Y}"),
    "%m/%d/%Y %H:%M:%S": Layout(rf"(?P<date>\d\d?/\d\d?/\d{{4}}),?[ T]{_CLOCK_OR_MINUTE}", f"{_m1}/{_d1}/{_Y}"),
    # WebSphere, Excel
    "%d/%m/%y %H:%M:%S": Layout(rf"(?P<date>\d\d?/\d\d?/\d\d),? {_CLOCK_OR_MINUTE}", f"{_d1}/{_m1}/{_y}"),
    "%m/%d/%y %H:%M:%S": Layout(rf"(?P<date>\d\d?/\d\d?/\d\d),? {_CLOCK_OR_MINUTE}", f"{_m1}/{_d1}/{_y}"),
    "%d.%m.%y %H:%M:%S": Layout(rf"(?P<date>\d\d?\.\d\d?\.\d\d),? {_CLOCK}", rf"{_d1}\.{_m1}\.{_y}"),
    # a name for those whose clocks have AM or PM, which any layout may have
    "%m/%d/%Y %I:%M:%S %p": Layout(rf"(?P<date>\d\d?/\d\d?/\d{{4}}),?[ T]{_CLOCK_OR_MINUTE}", f"{_m1}/{_d1}/{_Y}"),
    # a name for iso where a blank pads the hour (MariaDB)
    "%Y-%m-%d  %H:%M:%S": Layout(rf"(?P<date>\d{{4}}-\d\d-\d\d) +{_CLOCK}", f"{_Y}-{_m}-{_d}"),
    # Configuration Manager: what has to be added for UTC, in minutes, stands behind the clock
    "cmtrace": Layout(rf'{_CLOCK}{_BIAS}" date="(?P<date>\d\d?-\d\d?-\d{{4}})', f"{_m1}-{_d1}-{_Y}"),
    "%m-%d-%Y %H:%M:%S": Layout(rf"(?P<date>\d\d?-\d\d?-\d{{4}}) {_CLOCK}{_BIAS}", f"{_m1}-{_d1}-{_Y}", is_own=True),
    "%H:%M:%S": Layout(rf"(?P<date>){_CLOCK}", is_dayless=True),
    "%Y-%m-%d %H:%M": Layout(r"(?P<date>\d{4}-\d\d-\d\d)[Tt ](?P<clock>\d\d?:\d\d)", f"{_Y}-{_m}-{_d}"),
}  # fmt: skip

#: Layouts without a year; the caller states that of the first stamp.
YEARLESS = tuple(name for name, layout in LAYOUTS.items() if not layout.has_year)

#: Layouts of a time of day alone; the caller states the day of each stamp.
DAYLESS = tuple(name for name, layout in LAYOUTS.items() if layout.is_dayless)

#: Pairs of layouts that differ only in whether the day or the month comes first.
TWINS = (("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"), ("%d/%m/%y %H:%M:%S", "%m/%d/%y %H:%M:%S"))


def find_twins(layout: str) -> tuple[str, ...]:
    """The layout and its twin, where it has one."""
    return next((pair for pair in TWINS if layout in pair), ())


# Begins with nothing that a clock or a fraction could go on with.
_TAIL = r"(?P<tail>(?:[^.,:\d](?s:.)*)?)$"
_END = r"\s*$"


def layouts() -> tuple[str, ...]:
    """The layouts that are known, in the order in which `find_layout` prefers them."""
    return tuple(LAYOUTS)


def whole_pattern(layout: Layout) -> str:
    """The RE2 pattern of a whole text: blanks, the stamp and, where it may have one, its tail."""
    has_tail = "?P<date>" in layout.stamp and not any(f"?P<{end}>" in layout.stamp for end in ("zone", "bias"))
    return rf"^\s*{layout.stamp}" + (_TAIL if has_tail else _END)
