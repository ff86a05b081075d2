{{ zoho_books.stage(
    'contacts',
    text=[
        'contact_id', 'contact_name', 'company_name', 'contact_type', 'customer_sub_type',
        'status', 'currency_code', 'email', 'phone', 'mobile', 'website',
    ],
    numeric=[
        'outstanding_receivable_amount', 'outstanding_receivable_amount_bcy',
        'outstanding_payable_amount', 'outstanding_payable_amount_bcy',
        'unused_credits_receivable_amount', 'unused_credits_payable_amount',
    ],
    timestamp=['created_time', 'last_modified_time'],
    whole=['payment_terms']
) }}
