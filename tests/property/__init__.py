"""Properties that hold for any history of the service and of runs."""
