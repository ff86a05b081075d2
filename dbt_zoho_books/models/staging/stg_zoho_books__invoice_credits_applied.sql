{{ zoho_books.stage(
    'invoice_credits_applied',
    text=['invoice_id', 'creditnotes_invoice_id', 'creditnote_id'],
    numeric=['amount_applied'],
    date=['credited_date']
) }}
