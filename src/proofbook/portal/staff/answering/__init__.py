"""Questions asked of users of hosted models, answered in the organisation's own words with live evidence."""
