"""A service's database made anew from its topics. Only billing's can be: it alone says all that it keeps."""

from operations.rebuilding.rebuilding import Rebuilding, Rebuilt

__all__ = ["Rebuilding", "Rebuilt"]
