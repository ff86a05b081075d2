{{ zoho_books.stage(
    'account_transactions',
    text=[
        'account_id', 'categorized_transaction_id', 'transaction_id', 'transaction_type',
        'currency_code', 'customer_id', 'entry_number', 'reference_number', 'debit_or_credit',
        'payee',
    ],
    numeric=[
        'debit = debit | debit_amount', 'credit = credit | credit_amount', 'fcy_debit',
        'fcy_credit',
    ],
    date=['transaction_date = transaction_date | date'],
    whole=['line_number']
) }}
