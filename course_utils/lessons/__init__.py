"""The lessons as data, for maintainers: their list, execution and comparison, and the learner's copies."""
