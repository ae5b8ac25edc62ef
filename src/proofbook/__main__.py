"""`python -m proofbook`: the same program as the `proofbook` command."""

from proofbook.cli.main import main

if __name__ == "__main__":
    main()
