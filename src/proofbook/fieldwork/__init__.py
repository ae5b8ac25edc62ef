"""What an auditor does with a book: requests, samples, observed runs, notes, receipts."""
