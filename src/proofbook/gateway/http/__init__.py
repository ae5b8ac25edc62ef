"""HTTP/1.1 on both sides: llhttp parsers in asyncio protocol classes, with limits before anything is buffered."""
