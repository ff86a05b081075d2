{{ zoho_books.stage(
    'bill_payments',
    text=['bill_id', 'bill_payment_id', 'payment_id'],
    numeric=['amount = amount | amount_applied', 'exchange_rate'],
    date=['date']
) }}
