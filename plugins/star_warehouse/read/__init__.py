"""Bytes to typed lines and rejected lines; by file format, never by partner."""

from star_warehouse.read.delivery import OpenDelivery, open_delivery

__all__ = ["OpenDelivery", "open_delivery"]
