"""One TOML file and secrets as file paths; read once, then frozen."""
