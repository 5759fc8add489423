"""Grading a class: nbgrader's autograder on all cores, or on a cluster.

    python -m minidl.course.autograde 01_convolution

run in a teacher's folder does what ``nbgrader autograde 01_convolution`` does, and gives the same
points: every submission that is new runs in a kernel and a process of its own, several at a time;
nbgrader prepares it and saves its points, in one gradebook. Cells that were handed out and that
only show something are not run. What happens in one submission, a crash, a hang, memory without
end, is said in the table and costs nobody else.
"""

from minidl.course.autograde.grading import Report, Result, autograde

__all__ = ["Report", "Result", "autograde"]
