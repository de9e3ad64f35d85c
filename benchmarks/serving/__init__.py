"""One prediction over HTTP: what it costs our service, the usual tutorial's, and another model server."""
