{{ zoho_books.stage(
    'taxes',
    text=[
        'tax_id', 'tax_name', 'tax_type', 'tax_specific_type', 'status', 'tax_authority_id',
        'tax_authority_name', 'tax_account_id', 'purchase_tax_account_id',
    ],
    numeric=['tax_percentage'],
    timestamp=['last_modified_time'],
    boolean=['is_value_added']
) }}
