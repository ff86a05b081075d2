{{ zoho_books.stage(
    'tax_groups',
    text=['tax_group_id', 'tax_group_name'],
    numeric=['tax_group_percentage'],
    json=['taxes']
) }}
