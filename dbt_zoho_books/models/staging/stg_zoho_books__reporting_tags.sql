{{ zoho_books.stage(
    'reporting_tags',
    text=['tag_id', 'tag_name', 'status', 'description'],
    boolean=['is_active'],
    json=['tag_options']
) }}
