"""Which tests a source file has: for documents that name tests, and the checks that hold them true."""
import functools
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]


@functools.cache
def tests_of(file):
    """The names of its TEST_CASEs or, in a script, of its checks (check "NAME"); empty for a file that is not there."""
    path = ROOT / file
    # A name may go over several lines of the source.
    source = re.sub(r'"\s*\n\s*"', "", path.read_text()) if path.is_file() else ""
    return set(re.findall(r'(?:\bTEST_CASE\(\s*|^\s*check )"((?:[^"\\]|\\.)*)"', source, re.MULTILINE))
