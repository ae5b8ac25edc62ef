"""The commands: parse, build, call one function, print."""
