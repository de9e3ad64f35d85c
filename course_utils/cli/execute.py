"""`course execute`: run lessons again in place."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor

HELP = "re-execute lessons in place; a second run leaves every byte as it was"
WORKERS = 2  # kernels at a time, one a lesson


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `course execute`."""
    parser.add_argument(
        "lessons", nargs="*", metavar="lesson", help="numbers such as 04 (default: all ready)"
    )
    parser.add_argument("--refresh", action="store_true", help="replace the output of measured cells too")


def run(args: argparse.Namespace) -> int:
    """Execute the lessons named, or all that are ready; 1 when one could not be executed."""
    from tqdm import tqdm

    from course_utils.lessons.catalogue import UnknownLessonError, find_lesson, ready_lessons
    from course_utils.lessons.execution import LessonError, execute_lesson

    try:
        lessons = [find_lesson(number) for number in args.lessons] or ready_lessons()
    except UnknownLessonError as error:
        print(error, file=sys.stderr)
        return 2

    def outcome(lesson) -> str | None:
        try:
            execute_lesson(lesson.path, refresh=args.refresh)
        except FileNotFoundError:
            return f"{lesson.file}: not written yet (status {lesson.status!r} in notebooks/lessons.toml)"
        except LessonError as error:
            return str(error)
        return None

    with ThreadPoolExecutor(WORKERS) as pool:
        outcomes = tqdm(pool.map(outcome, lessons), total=len(lessons), unit="lesson", disable=None)
        try:
            failures = [failure for failure in outcomes if failure]
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)  # the lessons under way come to their end
            raise
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(lessons) - len(failures)} of {len(lessons)} lessons executed")
    return 1 if failures else 0
