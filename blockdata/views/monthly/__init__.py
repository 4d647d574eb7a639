"""The monthly report that users hold."""

from blockdata.views.monthly.report import MonthlyReport, monthly_report

__all__ = ["MonthlyReport", "monthly_report"]
