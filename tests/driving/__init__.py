"""Drives the course as a learner does: `course start`, a real browser, the keys of a keyboard.

`server` starts the course in a folder of the test's own, `browser` opens Chromium, which reaches this machine
only, `lab` knows JupyterLab's pages, `explorers` the figures that move, `latency` how fast they do.
"""
