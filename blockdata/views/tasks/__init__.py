"""What to do tomorrow, as users hold it: patrol lists, upkeep of registers, and their files."""
