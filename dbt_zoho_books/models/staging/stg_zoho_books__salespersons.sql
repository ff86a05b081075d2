{{ zoho_books.stage(
    'salespersons',
    text=['salesperson_id', 'salesperson_name', 'salesperson_email', 'status']
) }}
