"""The pipeline shown: the double of Zoho Books, Meltano with the tap, PostgreSQL."""
