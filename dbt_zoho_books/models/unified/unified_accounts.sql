select
    organization_id,
    account_id as remote_id,
    account_name as name,
    account_code as nominal_code,
    upper(account_class) as classification,
    account_type as type,
    case
        when is_active is null then null
        when is_active then 'ACTIVE'
        else 'INACTIVE'
    end as status,
    currency_code as currency,
    parent_account_id as parent_account
from {{ ref('dim_accounts') }}
