select
    organization_id,
    name as organization_name,
    currency_code,
    currency_decimals,
    fiscal_start_month,
    is_fiscal_year_known,
    time_zone,
    country_code,
    as_of
from {{ ref('int_organizations') }}
