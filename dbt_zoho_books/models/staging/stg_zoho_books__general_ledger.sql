{{ zoho_books.stage(
    'general_ledger',
    text=['basis', 'account_id', 'name', 'account_code'],
    numeric=[
        'debit = debit | debit_total', 'credit = credit | credit_total', 'opening_balance',
        'closing_balance',
    ],
    date=['from_date', 'to_date'],
    timestamp=['read_at'],
    boolean=['is_settled'],
    whole=['period_rows'],
    newest=['basis', 'from_date', 'to_date']
) }}
