"""The auditor's requests as the company answers them."""
