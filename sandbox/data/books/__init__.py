"""The books: what documents post, and how a change of one document changes others."""
