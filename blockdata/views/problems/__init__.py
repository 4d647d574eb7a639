"""What never gets better: chronic places, what stands behind them, and what helped."""
