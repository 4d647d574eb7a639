"""The step that tells the course of each case from its steps."""

from __future__ import annotations

from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.engines import case_feeds
from blockdata.link.timelines import case_timelines, standing_closings
from blockdata.store import derived
from blockdata.store.session import Session


def write_courses(session: Session, context: Context) -> None:
    """Write the course of every incident that has steps.

    What an incident itself says of its closing is a step like the others. It goes before a closing
    among the steps, unless the case was opened again afterwards.
    """
    steps = case_feeds.steps(session, context.end).rename(columns={"incident": "case_no"})
    told = case_timelines(steps)
    own = steps.loc[steps["own"], ["case_no", "step_at"]]
    stands = standing_closings(told, own.rename(columns={"step_at": "closed_at"}))
    told = told.assign(closed_at=stands.array).rename(columns={"case_no": "incident"})
    derived.write_result(session, "case_course", told)
    _tell_disorder(context, int(told["disorder"].notna().sum()), len(told))


def _tell_disorder(context: Context, count: int, cases: int) -> None:
    if count:
        context.tell(
            Finding(
                "steps_out_of_order",
                "incident_step",
                f"{count} 件案件（有环节的共 {cases} 件）的环节时间先后颠倒",
                f"the steps of {count} cases, of {cases} with steps, are out of order",
                count,
                warns=False,
            )
        )
