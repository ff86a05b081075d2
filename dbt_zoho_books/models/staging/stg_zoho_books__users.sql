{{ zoho_books.stage(
    'users',
    text=['user_id', 'name', 'email', 'status', 'user_role']
) }}
