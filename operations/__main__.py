"""`python -m operations` is `leaseline`, for where the script is not on the path."""

from operations.entry import main

main()
