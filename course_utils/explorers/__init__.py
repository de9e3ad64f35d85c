"""Figures that can be moved.

A `Control` has values, a *frame* is the frozen dataclass of numbers that belongs to one setting, and an
`Explorer` ties controls to the pure function that returns a frame and to the function that draws it.

frames/     the numbers: one pure function an explorer
views/      the pictures: one drawing and one `..._explorer(...)` each
explorer    Control and Explorer
picture     axes and marks as SVG
display     show_explorer (drawn in the page, needs no kernel) and show_live (computed at every key press)
"""
