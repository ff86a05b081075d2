select
    organization_id,
    currency_id,
    currency_code,
    currency_name,
    currency_symbol,
    price_precision,
    exchange_rate,
    effective_date as effective_on,
    is_base_currency
from {{ ref('stg_zoho_books__currencies') }}
