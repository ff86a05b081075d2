{{ zoho_books.stage(
    'organization_details',
    text=[
        'name', 'currency_code', 'fiscal_year_start_month', 'time_zone',
        'country_code = country_code | country', 'phone', 'website',
    ],
    json=['address'],
    whole=['price_precision']
) }}
