"""`base.scores`: indicators with alarms, and the scorecard of departments and areas."""
