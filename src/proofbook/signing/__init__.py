"""Keys by URI: where the log key and the vault key live and how they are used."""
