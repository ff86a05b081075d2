{{ zoho_books.stage(
    'inventory_adjustments',
    text=['inventory_adjustment_id', 'adjustment_type', 'reason', 'status', 'account_id'],
    numeric=['total'],
    date=['date'],
    json=['line_items']
) }}
