"""What nbgrader would count as 0 without a word: found in the files, before and after it grades.

    python -m minidl.course.submissions

run in a teacher's folder says for each fault whose it is, in which file and cell, and what to do.
It reads what students handed in and never runs it.
"""

from minidl.course.submissions.fault import Fault
from minidl.course.submissions.folders import faults

__all__ = ["Fault", "faults"]
