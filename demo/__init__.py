"""A demo of the pipeline: the double of Zoho Books, Meltano with the tap, PostgreSQL."""
