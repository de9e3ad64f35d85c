"""The numbers of the explorers: a pure function each, from arrays and control values to a frozen dataclass."""
