"""Query to hits. The core knows neither the web nor an ORM."""
