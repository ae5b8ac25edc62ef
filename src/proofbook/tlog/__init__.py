"""Log algebra: bytes in, bytes out. The public C2SP transparency-log formats and nothing else."""
