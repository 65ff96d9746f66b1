"""Dead letters over HTTP, a service at a time."""
