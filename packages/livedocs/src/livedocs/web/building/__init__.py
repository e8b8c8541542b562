"""While there is no library: how far the build of one is."""
