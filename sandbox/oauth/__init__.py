"""Zoho Accounts: tokens, consent, data centers."""
