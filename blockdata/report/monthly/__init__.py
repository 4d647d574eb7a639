"""The monthly report: 考评数据分析报告, as a page that prints and a workbook."""

from blockdata.report.monthly.content import Monthly, monthly_content
from blockdata.report.monthly.output import file_name, monthly_page, monthly_workbook, write_monthly
from blockdata.report.monthly.tables import Table

__all__ = [
    "Monthly",
    "Table",
    "file_name",
    "monthly_content",
    "monthly_page",
    "monthly_workbook",
    "write_monthly",
]
