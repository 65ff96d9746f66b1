"""The watch room: sees every message, decides nothing."""
