"""Values of one layer of cells on another: by area, by people, by buildings or by floor area."""

from blockdata.grid.transfer.people import people_points
from blockdata.grid.transfer.values import Transferred, transfer
from blockdata.grid.transfer.weights import By, overlap_weights

__all__ = ["By", "Transferred", "overlap_weights", "people_points", "transfer"]
