"""What `leaseline verify --repair` does: what its owner can count anew is asked of it, the rest is told."""

from operations.repairing.repairing import Outcome, Repair, looked

__all__ = ["Outcome", "Repair", "looked"]
