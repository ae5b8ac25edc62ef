"""The one door in: typed drafts become durable, numbered, dated entries, and a receipt comes back."""
