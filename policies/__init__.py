"""The pure core: what Mileage knows. No input or output, no clock; `now` and facts are arguments."""
