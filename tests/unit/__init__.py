"""Tests of one module each, without a browser, a database or Meltano."""
