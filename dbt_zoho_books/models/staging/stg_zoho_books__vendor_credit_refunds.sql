{{ zoho_books.stage(
    'vendor_credit_refunds',
    text=['vendor_credit_refund_id', 'vendor_credit_id', 'refund_mode', 'reference_number'],
    numeric=['amount_fcy = amount_fcy | amount', 'amount_bcy'],
    date=['date']
) }}
