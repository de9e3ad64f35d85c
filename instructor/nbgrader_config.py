"""nbgrader's configuration of this class: what `nbgrader`, the formgrader and `course assignment` read.

Student code is run by `course assignment grade` alone, in a sandbox; nbgrader's own way of running it is switched off.
"""

from course_utils.grading.inside_nbgrader import configure

c = get_config()  # noqa: F821  (nbgrader defines it)
c.CourseDirectory.course_id = "regularised-regression"
configure(c)  # last, so that it holds
