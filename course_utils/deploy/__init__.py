"""From a fitted LASSO to predictions that somebody relies on. Nothing here is unpickled.

A model as data:
facts            what a model may say of itself: texts, hashes, dates, intervals
canonical        facts as JSON: the same facts are the same bytes, and nothing else is read
contract         the features a model wants by name, with units and ranges, and what is wrong with a record
artifact         a model: its file, verified before it is parsed, and its predictions, with NumPy alone
freezing         a fit and its rows made into an artifact, if the duality gap says that they belong together
card             what a person should know of a model, written from its facts
pipeline_file    the same fit as a scikit-learn pipeline that can be fitted again, in a skops file

Which model serves:
durable          files that a kill at any instant leaves old or new, and one writer at a time
history          who decided what, when and why; the last entry is the current one
registry         models by the hash of their bytes: added, promoted, rolled back

A model that answers, over HTTP or in a function of a cloud:
refusals         one JSON object for every error, and not a word of the inside
strict_json      JSON in UTF-8, no key twice
service          the addresses, and what they answer
open_inference   the same in the words of other model servers
service_access   what all requests share, and who gets in
serving          the model that answers, exchanged in one step when another is promoted
prediction_log   what was predicted, when and by which model, in a database
service_routes   addresses that FastAPI describes and Starlette answers
service_settings what a service is told before it starts
service_requests what is read of a request, and how much of it at most
service_limits   who may ask, and how often
service_errors   how the service says what it does not answer
service_edge     the number of a request, its line in the log, and the end of every fault
service_metrics  what is counted, for Prometheus
service_openapi  the service described for machines
local_server     a service inside this process, for as long as a block lasts

Many rows at once:
batch            predictions for files larger than the memory, and a second file with the rows that have none
batch_dask       the same work on many machines
batch_job        what was asked, and the folder in which it is done
batch_source     a file of rows, or a folder of them, in pieces
batch_csv        CSV in pieces of whole lines; a line that is no row spoils no other
batch_parquet    Parquet in row groups
batch_rows       which rows a model accepts, and what is wrong with each of the others
batch_parts      what becomes of a piece, and of all pieces together

Has the world moved:
tables           rows from a file: columns by name, and times that sort like texts
logged           what a service has predicted, read back from its log
changes          what a comparison of then with now has found
stability_index  the index of the dashboards, and how large chance alone makes it
drift            two tables compared column by column, and alarms that can be believed
alarm_rates      how often alarms ring when nothing has happened, and when something has
months           times as months, so that a window can be one
outcomes         what was predicted, joined to what became known later
performance      is the model still as good as it was: its error, window by window
challenge        a challenger against the champion, on later rows
recipe           how a model of a registry is made, so that it can be made again from newer rows
houses           the house sales of lesson 08 in the order of time, and an invented boom
retrain          shall the new model replace the one that serves: decided once, and written down
decisions        these decisions, read again, and kept from being thrown away half done
"""
