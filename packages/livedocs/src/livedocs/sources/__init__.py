"""Where documentation comes from: a folder of HTML pages and its inventory."""
