{{ zoho_books.stage(
    'ledger_entries',
    text=[
        'basis', 'transaction_type', 'transaction_id', 'account_id', 'account_code',
        'account_name = account_name | name', 'account_type', 'currency_code', 'contact_id',
        'contact_name', 'entity_number = entity_number | entry_number', 'reference_number',
        'row_type', 'reference_transaction_id',
    ],
    numeric=[
        'exchange_rate', 'debit = debit | debit_amount', 'credit = credit | credit_amount',
        'fcy_debit = fcy_debit | fcy_debit_amount',
        'fcy_credit = fcy_credit | fcy_credit_amount',
    ],
    date=['date', 'from_date', 'to_date'],
    timestamp=['read_at'],
    boolean=['is_balanced'],
    whole=['line_number', 'period_rows']
) }}
