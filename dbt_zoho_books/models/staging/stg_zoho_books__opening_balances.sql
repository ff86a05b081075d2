{{ zoho_books.stage(
    'opening_balances',
    text=['opening_balance_id'],
    numeric=['total'],
    date=['date'],
    json=['accounts']
) }}
