{{ zoho_books.stage(
    'contact_addresses',
    text=[
        'contact_id', 'address_id', 'attention', 'address', 'street2', 'city', 'state', 'zip',
        'country', 'phone', 'fax',
    ]
) }}
