"""Makes the schema of every stream from Zoho's OpenAPI files and recorded answers."""
