"""The lessons as data, for maintainers: their list, their execution, their comparison, the learner's copies."""
