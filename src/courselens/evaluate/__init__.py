"""Measures: systems compared on unseen courses, a person's own questions, and the report that shows it all."""
