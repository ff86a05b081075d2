{{ zoho_books.stage(
    'locations',
    text=['location_id', 'location_name = location_name | branch_name', 'type', 'email', 'phone']
) }}
