{{ zoho_books.stage(
    'currencies',
    text=['currency_id', 'currency_code', 'currency_name', 'currency_symbol'],
    numeric=['exchange_rate'],
    date=['effective_date'],
    boolean=['is_base_currency'],
    whole=['price_precision']
) }}
