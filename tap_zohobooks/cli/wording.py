"""Show what a text of the service says without the names and numbers that it may hold."""

from __future__ import annotations

import re

from tap_zohobooks.cli.names import load_known_names

# Words of messages and of names of views; any other word may be a name.
_TEXT = """
a about accept access account accounts action active activity administrator again all allowed
already an and another any api are as asset assets associated at authentication authorization
authorized authtoken back balance bank base be been before being bill bills blocked books by
cancelled cannot category change changed character characters check code column comment comments
compliance concurrent contact contacts contain contains correct could create created credit
credits currencies currency current custom customer customers daily date dates day days default
delete deleted denied details did disabled do document documents does draft due edit edition
email empty enable enabled ensure enter entity error errors estimate estimates exceeded exchange
exist exists expense expenses expired fail failed feature field fields file filter find fixed
following for forbidden format found from function given gst has have header history hour http
id if in inactive incorrect information integer internal invalid inventory invoice invoices is
issue issued it item items journal journals kindly language later length less limit list located
location locations locked mandatory many match maximum message method minimum minute minutes
missing module modules more must name no not notenabled number of off on once one only open
operation option or order orders organisation organization organizations other over overdue
owner page paid parameter parameters parse partially passed password path payment payments
pending per perform permission permissions plan please post premium present price privilege
privileges problem process processed product professional project projects provided purchase
quote quotes rate rates reached read reason receipt record records recurring refund refunds
removed report reports request requested requests required resource resources response retainer
role row rows rule rules sales salesperson scope security see sent server service session set
setting settings should since size some something sort sorry specified standard start statement
status step stopped subscribe subscription such support supported system tag tags task tasks tax
taxes temporarily than that the their them then there this time timed to today token too
transaction transactions trial try type unable unauthorized unavailable uncategorized unexpected
unpaid unsupported until update upgrade url use user users using valid value values vendor
vendors view viewed void wait was went were when which while will with within without wrong year
you your zoho
debit note notes mode challan assembly categorized closed converted custom dismissed excluded
fullyapplied manuallyadded matched approved rejected submitted billable billed
unbilled invoiced nonbillable reimbursed
"""
WORDS = frozenset(_TEXT.split())

_TOKEN = re.compile(r"\w+")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", re.ASCII)
_KEPT = frozenset(" \t\n.,:;!?/()[]{}'\"=+-_<>")


def hide_names(text: str) -> str:
    """Return a text with each word that is no word of the service as its shape: `Xxxx`, `000`."""
    shown, end = [], 0
    for token in _TOKEN.finditer(text):
        shown += [_hide_others(text[end : token.start()]), _hide_token(token[0])]
        end = token.end()
    return "".join((*shown, _hide_others(text[end:])))


def _hide_token(token: str) -> str:
    known = load_known_names()
    parts = _PARTS.findall(token)
    is_whole = token.lower() in WORDS or token in known
    if is_whole or ("".join(parts) == token and all(part.lower() in WORDS for part in parts)):
        return token
    return "".join(_hide_letter(letter) for letter in token)


def _hide_letter(letter: str) -> str:
    if letter.isdigit():
        return "0"
    if letter == "_":
        return letter
    return "X" if letter.isupper() else "x"


def _hide_others(text: str) -> str:
    return "".join(one if one in _KEPT else "?" for one in text)
