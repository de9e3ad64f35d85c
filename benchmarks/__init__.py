"""Side-by-side measurements against what a user would pick instead; `course bench` runs them."""
