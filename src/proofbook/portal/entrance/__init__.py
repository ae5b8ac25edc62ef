"""The way in: signing in and out, the first account, one's own account, and the administration of people."""
