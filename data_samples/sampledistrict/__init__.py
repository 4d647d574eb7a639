"""A generator of one invented district: Binhe in the city of Yunhai, which exist nowhere."""
