"""The pictures of the explorers: what can be moved, and how a frame is drawn."""
