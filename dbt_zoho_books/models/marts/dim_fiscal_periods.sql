select
    organization_id,
    period_start,
    period_end,
    fiscal_year,
    fiscal_year_start,
    fiscal_period
from {{ ref('int_fiscal_periods') }}
