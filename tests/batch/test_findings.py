"""What a run has to tell."""

from blockdata.batch.findings import Finding, Findings, told_by_steps, write_findings

LOUD = Finding("code", "subject", "中文", "English", 3)
QUIET = Finding("other", "subject", "中文", "English", warns=False)


def test_findings_keep_their_order_and_warn_if_any_does():
    findings = Findings()
    assert not findings.warns
    for finding in (QUIET, LOUD, LOUD):
        findings.add(finding)
    assert findings.items == [QUIET, LOUD, LOUD]
    assert findings.warns
    assert not Findings([QUIET]).warns


def test_a_finding_can_be_added_once():
    findings = Findings()
    for finding in (LOUD, QUIET, LOUD):
        findings.add_once(finding)
    assert findings.items == [LOUD, QUIET]


def test_a_finding_shows_all_it_has_to_tell():
    assert LOUD.as_dict() == {
        "code": "code",
        "subject": "subject",
        "count": 3,
        "zh": "中文",
        "en": "English",
        "warns": True,
    }


def test_what_a_step_told_is_replaced_by_what_it_tells_now(town):
    session = town(("a", "area")).session
    write_findings(session, "one", [LOUD])
    write_findings(session, "two", [QUIET])
    assert sorted(told_by_steps(session), key=lambda f: f.code) == [LOUD, QUIET]
    write_findings(session, "one", [])
    assert told_by_steps(session) == [QUIET]
