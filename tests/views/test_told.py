"""Methods tell what their functions tell, but for what the base passes on itself."""

from blockdata.views.layers.told import told_by


def counted(session, config, day, grid):
    """Count.

    Parameters
    ----------
    session : Session
    config : Config
        With layers.

        And more of it.
    day : date
    grid : str
        A layer.

    Returns
    -------
    int
        day : date stays here.
    """


@told_by(counted)
def method(self, grid):
    """Count."""


def test_only_what_the_base_passes_on_is_left_out():
    assert method.__doc__.splitlines() == [
        *("Count.", "", "Parameters", "----------", "grid : str", "    A layer.", ""),
        *("Returns", "-------", "int", "    day : date stays here."),
    ]
