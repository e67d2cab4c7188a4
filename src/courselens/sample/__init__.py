"""A fictional course catalogue in the reference layout: any size, the same bytes for the same number and seed.

Numbers of courses go in, pages (HTML, PDF) or a table (CSV) come out; tests also get what was drawn, so that they can
check that reading a sample gives it back.
"""

from courselens.sample.draw import sample_courses
from courselens.sample.write import SampleReport, write_sample

__all__ = ["SampleReport", "sample_courses", "write_sample"]
