"""Which module turned a lane's GIL on."""

from gilscope.lab.gil_warning import turned_on

WARNING = (
    "work.py:1: RuntimeWarning: The global interpreter lock (GIL) has been enabled to load module 'a._speed', which "
    "has not declared that it can run safely without the GIL.\n"
)


def test_the_chain_is_what_the_lane_printed() -> None:
    """Without it, whoever was to blame is unknown."""
    chain = "  imported at /env/site-packages/a/__init__.py:3\n  imported at /home/ann/work.py:1\n"
    assert "a._speed, which declares no support, turned it on, imported at a/__init__.py:3 <- ann/work.py:1 (" in (
        turned_on(WARNING + chain)
    )
    assert "a._speed, which declares no support, turned it on (" in turned_on(WARNING)
    assert ": a module that does not declare support turned it on (" in turned_on("")
