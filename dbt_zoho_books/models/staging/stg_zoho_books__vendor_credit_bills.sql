{{ zoho_books.stage(
    'vendor_credit_bills',
    text=['vendor_credit_id', 'vendor_credit_bill_id', 'bill_id'],
    numeric=['amount = amount | amount_applied | credited_amount'],
    date=['date']
) }}
