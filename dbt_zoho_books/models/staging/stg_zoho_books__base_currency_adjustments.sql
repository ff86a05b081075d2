{{ zoho_books.stage(
    'base_currency_adjustments',
    text=['base_currency_adjustment_id', 'currency_code', 'notes'],
    numeric=['exchange_rate', 'gain_or_loss'],
    date=['adjustment_date']
) }}
