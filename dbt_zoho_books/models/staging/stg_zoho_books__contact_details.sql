{{ zoho_books.stage(
    'contact_details',
    text=[
        'contact_id', 'contact_name', 'company_name', 'contact_type', 'customer_sub_type',
        'status', 'currency_code', 'email', 'phone', 'mobile', 'website', 'tax_id',
    ],
    timestamp=['created_time', 'last_modified_time'],
    json=['billing_address', 'shipping_address', 'contact_persons'],
    whole=['payment_terms'],
    listed_in=('contacts', 'contact_id')
) }}
