"""The command line, `mileage`: one file a group of commands."""
