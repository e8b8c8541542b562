"""How browsers learn of livedocs: as a search engine of their address bar, and as an application to install."""
