"""Who came in, looked, took something away, or changed what people may."""
