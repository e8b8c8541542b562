"""The server: uvicorn with what it lacks, in one process or several that share a socket."""
