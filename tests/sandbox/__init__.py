"""Tests of the double of Zoho Books."""
