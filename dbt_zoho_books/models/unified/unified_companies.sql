select
    organization_id,
    organization_id as remote_id,
    organization_name as name,
    currency_code as currency,
    fiscal_start_month,
    time_zone,
    country_code as country
from {{ ref('dim_organizations') }}
