"""From a fitted LASSO to predictions that somebody relies on. Nothing here is unpickled.

canonical        facts as JSON: the same facts are the same bytes, and nothing else is read
contract         the features a model wants by name, with units and ranges, and what a record does wrong
artifact         a model as data: its file, verified before it is parsed, and its predictions, with NumPy alone
freezing         a fit and its training rows made into an artifact, if the duality gap says that they belong together
pipeline_file    the same fit as a scikit-learn pipeline that can be fitted again, in a skops file
card             what a person should know of a model, written from its facts
durable          files that a kill at any instant leaves old or new, and one writer at a time
registry         models by the hash of their bytes: which one serves, which did, and the way back
changes          what a comparison of then with now has found, and how a report of many reads
stability_index  the population stability index, and how large chance alone makes it
drift            has the world moved since training: alarms that can be believed
alarm_rates      how often alarms ring when nothing has happened, and when something has
"""
