"""How much one request, and one client, may ask for."""
