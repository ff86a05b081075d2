{{ zoho_books.stage(
    'invoice_payments',
    text=['invoice_id', 'invoice_payment_id', 'payment_id'],
    numeric=['amount = amount | amount_applied', 'exchange_rate', 'tax_amount_withheld'],
    date=['date']
) }}
