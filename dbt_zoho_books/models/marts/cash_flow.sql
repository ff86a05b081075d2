with balances as (
    select
        balances.organization_id,
        balances.basis,
        balances.fiscal_year,
        balances.period_start,
        balances.period_end,
        balances.account_id,
        accounts.statement,
        accounts.cash_flow_section,
        balances.opening_balance,
        balances.movement
    from {{ ref('account_balances_monthly') }} as balances
    inner join {{ ref('int_accounts') }} as accounts
        on balances.organization_id = accounts.organization_id
        and balances.account_id = accounts.account_id
),

entries as (
    select
        organization_id, basis, fiscal_year, period_start, period_end, 'computed' as row_type,
        'operating' as section, 'operating/net_income' as row_key,
        cast(null as {{ zoho_books.type_of('text') }}) as account_id,
        sum(case when statement = 'profit_and_loss' then -movement else 0 end) as amount
    from balances
    group by organization_id, basis, fiscal_year, period_start, period_end
    union all
    -- An asset that grows uses cash, a liability that grows brings it.
    select
        organization_id, basis, fiscal_year, period_start, period_end, 'account', cash_flow_section,
        concat(cash_flow_section, '/', account_id), account_id, -movement
    from balances
    where statement = 'balance_sheet'
        and cash_flow_section <> 'cash'
        and movement <> 0
),

totals as (
    select
        organization_id, basis, fiscal_year, period_start, period_end, 'total' as row_type,
        section, concat('total_', section) as row_key,
        cast(null as {{ zoho_books.type_of('text') }}) as account_id, sum(amount) as amount
    from entries
    group by organization_id, basis, fiscal_year, period_start, period_end, section
    union all
    select
        organization_id, basis, fiscal_year, period_start, period_end, 'total', 'net_change',
        'net_change', null, sum(amount)
    from entries
    group by organization_id, basis, fiscal_year, period_start, period_end
    union all
    select
        organization_id, basis, fiscal_year, period_start, period_end, 'total', 'cash',
        'beginning_cash', null,
        sum(case when cash_flow_section = 'cash' then opening_balance else 0 end)
    from balances
    group by organization_id, basis, fiscal_year, period_start, period_end
    union all
    select
        organization_id, basis, fiscal_year, period_start, period_end, 'total', 'cash',
        'ending_cash', null,
        sum(case when cash_flow_section = 'cash' then opening_balance + movement else 0 end)
    from balances
    group by organization_id, basis, fiscal_year, period_start, period_end
),

every as (
    select * from entries
    union all
    select * from totals
)

select
    organization_id,
    basis,
    fiscal_year,
    period_start,
    period_end,
    row_key,
    row_type,
    section,
    account_id,
    {{ zoho_books.to_amount('amount') }} as amount
from every
