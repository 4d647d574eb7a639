"""Who only reads labelled files loads none of the tagger's kernels."""

import subprocess
import sys


def test_reading_files_loads_no_kernels():
    program = (
        "import sys, blockdata.address.tagger; "
        "sys.exit(any(f'blockdata.address.tagger.{name}' in sys.modules"
        " for name in ('decoding', 'learning', 'hashing')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
