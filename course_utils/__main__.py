"""`python -m course_utils VERB` is `course VERB`."""

from course_utils.cli import main

raise SystemExit(main())
