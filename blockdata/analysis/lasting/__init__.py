"""Chronic problems: more of them than such places have, and back again after closing.

**What comes in.** Episodes (`link.build_episodes`), each at a place of some kind: an address, a
building, a component, an entity, a cell. `rolled_up` tells them of a larger place. The places of a
kind with their exposure, the group they are compared within, and since and until when they stand.
A kind that has no register of places is taken to have those ever seen with an episode, and as many
more without one as Chao's lower bound tells. What could only be placed in a wide area is no place:
roll all episodes up to the cells instead of testing those few.

**What such places have.** Per kind and category, a negative binomial regression of the episodes in
the window on the level, the exposure (proportional, and slopes around it that may change at every
factor of seven), the group, and how much *else* is reported from the place (each other category up
to what 99 in 100 of its places have: whom many people use, and who reports much, has more of
everything). Its base is exposure times the share of the category's months that the place was there
for: months that have more of it (season, trend, a silent source) count for more, and a place that
stands for half the window for about half. The dispersion is that of the bulk: counts
beyond what one in a hundred such places has are censored (`fit_such_places`), so that a bad place
is not excused by itself or by its like, up to about one bad place in a hundred.

**Two questions, both must hold.** `p_count`: the upper tail of the place's count. `p_return`: the
upper tail of its returns within `recur_days` of closing, in the days that its closings were
followed, against what such places' problems do in as many days. p is the larger of the two, valid
where at least one of them does not hold. Many reports of one night are one episode, and fail both;
a busy place has many, as such places have. By itself `p_return` is descriptive: places with
several closings are no random sample. What holds the error of the list is `p_count`.

**The families** (Benjamini and Hochberg), of one kind of place, all its categories together: of the
count all places, those without an episode too; of the return all places with a closing that was
followed. q is the larger of the two, so that the list is inside what the counts alone reject.
Listed (`status` "chronic") is q <= alpha with at least `min_returns` returns.

**How much.** `excess` is what the place has above such places in the window, shrunken: most places
are as the regression says (a gamma law with the bulk's dispersion), a few are bad (an exponential
law, its share and mean fitted; DuMouchel's mixture), and the interval is of that posterior.
`excess_now` is the same a year, now: months count for one half per half-life, and the half-life is
that by which the first two thirds of the window tell the last third best. `rank` goes by it, within
a kind: what lies far back and is over stands behind what is there today.

**Coming back.** `returns_within`: the naive share, with closings that were not followed for all the
days dropped, beside Kaplan and Meier's, and the median time until it came back.

**Too little.** Fewer than `min_fit` episodes, or fewer than 20 places with one: `model`
"proportional", expected in proportion to exposure and months, without the place's own episodes,
with the median dispersion of the kind's other categories (1 if there is none). Fewer than
`min_total`: not tested (reason "too_few_incidents"). Fewer than 20 places with closings, or 5
returns: returns in proportion likewise. Months of a category are drawn towards those of all its
kind, and these towards equal ones, by ten episodes a month. A place without a closing that was
followed has no p ("no_closing_at_risk") but stays in the family.

**How it goes on** (`courses_of`; chronic places only). A month is *bad* if it and the two before it
together have more episodes than the number that is as likely at the place's own rate as at such
places' rate (the reference value of a CUSUM). At an address that is usually any episode, so that a
calm month means three months without one. A *spell* is a run of bad months. The first rule that
holds:

============  ===================================================================================
course        rule
============  ===================================================================================
resolved      the last 4 months are not bad: six months calm
improving     the last month is not bad: three to five months calm; or see below
intermittent  bad now, and three or more spells
relapsed      bad now, and two spells: it had been calm for three months or more
new           bad now, one spell, and it began in the last 6 months
rising        bad now, one spell; its last 6 months have more than their share of it (binomial,
              upper tail <= 0.05, by expected counts)
improving     the same, fewer (lower tail <= 0.05)
persistent    bad now, one spell, neither
============  ===================================================================================

Everything is computed from the episodes and from where they are now: a status survives a redrawn
grid and a new match because the episodes do (`rolled_up`).
"""

from blockdata.analysis.lasting.courses import COURSES, bad_months, courses_of
from blockdata.analysis.lasting.places import SIMILAR_COLUMNS, rolled_up, similar_improved
from blockdata.analysis.lasting.problems import LASTING_COLUMNS, lasting_problems
from blockdata.analysis.lasting.returns import RETURN_COLUMNS, closings_of, returns_within
from blockdata.analysis.lasting.rules import STEP_DAYS, LastingRules
from blockdata.analysis.lasting.such_places import SuchPlaces, fit_such_places

__all__ = [
    "COURSES",
    "LASTING_COLUMNS",
    "RETURN_COLUMNS",
    "SIMILAR_COLUMNS",
    "STEP_DAYS",
    "LastingRules",
    "SuchPlaces",
    "bad_months",
    "closings_of",
    "courses_of",
    "fit_such_places",
    "lasting_problems",
    "returns_within",
    "rolled_up",
    "similar_improved",
]
