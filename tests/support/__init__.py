"""What the Python tests of every folder share."""
