"""Bytes to typed lines and rejected lines; by file format, never by partner."""

from star_warehouse.read.delivery import read_delivery

__all__ = ["read_delivery"]
