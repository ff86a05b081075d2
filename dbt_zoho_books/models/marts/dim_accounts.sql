select
    organization_id,
    account_id,
    account_name,
    account_code,
    account_type,
    account_class,
    normal_side,
    statement,
    section,
    cash_flow_section,
    parent_account_id,
    currency_code,
    is_active,
    is_in_chart
from {{ ref('int_accounts') }}
