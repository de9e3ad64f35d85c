"""The compiled LASSO beside the libraries, at one duality gap for all, verified by a function of its own."""
