"""`python -m deploy` is `leaseline`, for where the script is not on the path."""

from deploy.entry import main

main()
