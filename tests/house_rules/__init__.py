"""The rules of the house as pure functions: each reads a text and returns a list of complaints."""
