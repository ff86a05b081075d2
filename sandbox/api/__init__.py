"""The API of Zoho Books: lists, documents, limits, faults."""
