"""The running parts: the writer, the courier, the evidence fetcher, the HTTP server."""
