"""Work that waits for somebody: decisions on outputs, spot checks, access reviews, upstream news, incidents, exercises."""
