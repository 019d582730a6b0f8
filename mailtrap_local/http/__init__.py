"""The ground that all HTTP fronts stand on: what a route is, who may ask it, how bodies are read and answers made."""
