"""A Singer tap that reads everything Zoho Books will give."""
