{{ zoho_books.stage(
    'organizations',
    text=[
        'name', 'currency_code', 'fiscal_year_start_month', 'time_zone',
        'country_code = country_code | country',
    ],
    boolean=['is_org_active'],
    whole=['price_precision']
) }}
