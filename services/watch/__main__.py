"""``python -m services.watch``: the watch service."""

from services.watch.app import main

if __name__ == "__main__":
    main()
