"""Grading a class, against stock nbgrader: submissions a minute, and what attacks get."""
