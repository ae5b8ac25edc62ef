"""What the records say about who may use what, and what the gateway makes of it for each request."""
