"""The pages and the HTTP API: everything that meets people and programs through a browser or a request."""
