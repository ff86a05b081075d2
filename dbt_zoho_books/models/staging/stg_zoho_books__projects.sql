{{ zoho_books.stage(
    'projects',
    text=['project_id', 'project_name', 'project_code', 'customer_id', 'status', 'billing_type'],
    numeric=['rate'],
    timestamp=['created_time', 'last_modified_time']
) }}
