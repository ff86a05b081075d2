{{ zoho_books.stage(
    'customer_payment_refunds',
    text=['payment_id', 'payment_refund_id', 'refund_mode', 'reference_number'],
    numeric=['amount_fcy = amount_fcy | amount', 'amount_bcy'],
    date=['date']
) }}
