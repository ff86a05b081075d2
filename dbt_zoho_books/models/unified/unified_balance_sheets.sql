select
    statements.organization_id,
    concat(statements.organization_id, '|', statements.basis, '|', statements.period_end) as statement,
    concat(statements.basis, '|', statements.period_end, '|', statements.row_key) as remote_id,
    upper(statements.basis) as basis,
    statements.period_end as date,
    statements.row_type as type,
    upper(statements.account_class) as classification,
    statements.section,
    statements.account_id as account,
    coalesce(accounts.account_name, statements.row_key) as name,
    statements.amount as value,
    organizations.currency_code as currency
from {{ ref('balance_sheet') }} as statements
left join {{ ref('dim_accounts') }} as accounts
    on statements.organization_id = accounts.organization_id
    and statements.account_id = accounts.account_id
left join {{ ref('dim_organizations') }} as organizations
    on statements.organization_id = organizations.organization_id
