"""The next release, for the rolling test: what it adds to tables that the present release is working on."""
