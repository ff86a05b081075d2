{{ zoho_books.stage(
    'credit_note_refunds',
    text=['creditnote_refund_id', 'creditnote_id', 'refund_mode', 'reference_number'],
    numeric=['amount_fcy = amount_fcy | amount', 'amount_bcy'],
    date=['date']
) }}
