"""The periodic report as files: a workbook, and a PDF set like the letters."""

import functools
import io
import json
import threading
from datetime import datetime
from pathlib import Path

import typst
import xlsxwriter
from flask_babel import gettext

from portal.foundation import formats, languages
from portal.letters.coverage import FONTS
from portal.transparency.report import Line, Report
from portal.transparency.wording import FIELD_WORDS, report_groups

TEMPLATES = Path(__file__).parents[2] / "templates" / "transparency"
FIRST_COLUMN = 34
OTHER_COLUMNS = 11

_one_at_a_time = threading.Lock()


def workbook(report: Report, *, note: str) -> bytes:
    """The report as an XLSX file with one sheet. Cells are numbers and texts, never formulas."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("II.06a")
        bold, wrap = book.add_format({"bold": True}), book.add_format({"bold": True, "text_wrap": True, "border": 1})
        number, name = book.add_format({"num_format": "#,##0", "border": 1}), book.add_format({"border": 1})
        sheet.write_string(0, 0, title(), bold)
        sheet.write_string(1, 0, period(report))
        sheet.write_string(2, 0, note)
        sheet.set_column(0, 0, FIRST_COLUMN)
        sheet.set_column(1, 11, OTHER_COLUMNS)
        sheet.merge_range(4, 0, 5, 0, gettext("Field"), wrap)
        column = 1
        for group, headings in report_groups():
            sheet.merge_range(4, column, 4, column + len(headings) - 1, str(group), wrap)
            for heading in headings:
                sheet.write_string(5, column, str(heading), wrap)
                column += 1
        for row, line in enumerate((*report.lines, report.total), start=6):
            sheet.write_string(row, 0, line_name(line), name)
            for place, count in enumerate(line.cells(), start=1):
                sheet.write_number(row, place, count, number)
        sheet.freeze_panes(6, 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    return out.getvalue()


def pdf(report: Report, *, note: str, now: datetime) -> bytes:
    """The report as a PDF/A that a screen reader can read, one landscape page."""
    facts = {
        "language": languages.spoken(),
        "title": title(),
        "period": period(report),
        "note": note,
        "made": gettext("Made by the portal on %(moment)s.", moment=formats.instant(now, languages.spoken())),
        "field": gettext("Field"),
        "groups": [
            {"name": str(name), "headings": [str(one) for one in headings]} for name, headings in report_groups()
        ],
        "lines": [
            [line_name(line), *(formats.number(count, languages.spoken()) for count in line.cells())]
            for line in (*report.lines, report.total)
        ],
    }
    with _one_at_a_time:
        made = _compiler().compile(
            str(TEMPLATES / "report.typ"),
            format="pdf",
            sys_inputs={"report": json.dumps(facts, ensure_ascii=False)},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=now.replace(microsecond=0),
        )
    if not isinstance(made, bytes):  # pragma: no cover - only image formats come as several pages
        raise TypeError("the report has become pictures")
    return made


def title() -> str:
    """The name of the form."""
    return str(gettext("Report II.06a/VPCP/KSTT: handling of administrative procedures"))


def period(report: Report) -> str:
    """The days it is about, in words."""
    language = languages.spoken()
    first, last = formats.day(report.first, language), formats.day(report.last, language)
    return str(gettext("From %(first)s to %(last)s, both included", first=first, last=last))


def line_name(line: Line) -> str:
    """The field of a line, or that it is the sum."""
    return str(FIELD_WORDS.get(line.field, line.field)) if line.field else gettext("All fields")


@functools.lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.Compiler(root=str(TEMPLATES), font_paths=fonts, ignore_system_fonts=True)
