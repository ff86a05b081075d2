{{ zoho_books.stage(
    'journal_report',
    text=[
        'transaction_id', 'transaction_type', 'account_id', 'account_code',
        'account_name = account_name | name', 'account_type', 'currency_code', 'contact_id',
        'contact_name', 'entity_number = entity_number | entry_number', 'reference_number',
        'basis', 'row_type',
    ],
    numeric=[
        'exchange_rate', 'debit = debit_amount | debit', 'credit = credit_amount | credit',
        'fcy_debit = fcy_debit_amount | fcy_debit',
        'fcy_credit = fcy_credit_amount | fcy_credit',
    ],
    date=['date', 'from_date', 'to_date'],
    timestamp=['read_at'],
    boolean=['is_balanced'],
    whole=['line_number', 'period_rows']
) }}
