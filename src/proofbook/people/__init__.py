"""Who may use the portal: accounts and roles, proofs of who somebody is, sessions."""
