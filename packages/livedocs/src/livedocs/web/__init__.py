"""The web face: pages, fragments and the JSON API."""
