{{ zoho_books.stage(
    'bank_transactions',
    text=[
        'transaction_id', 'account_id', 'debit_or_credit', 'transaction_type', 'status',
        'payee', 'customer_id', 'currency_code', 'reference_number', 'description',
    ],
    numeric=['amount'],
    date=['date']
) }}
