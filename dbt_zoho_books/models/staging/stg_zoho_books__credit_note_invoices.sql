{{ zoho_books.stage(
    'credit_note_invoices',
    text=['creditnote_id', 'creditnote_invoice_id', 'invoice_id'],
    numeric=['credited_amount = credited_amount | amount_applied'],
    date=['date']
) }}
