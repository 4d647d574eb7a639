"""Which packages there are; all else stands in pyproject.toml.

Profiles lie beside the package of loaders and ship inside it: pyproject.toml can find packages, or
say where one lies, and not both.
"""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["blockdata*"]),
        *find_packages("loaders", include=["blockdata_loaders*"]),
        "blockdata_loaders.profiles",
    ],
    package_dir={
        "blockdata_loaders": "loaders/blockdata_loaders",
        "blockdata_loaders.profiles": "loaders/profiles",
    },
)
