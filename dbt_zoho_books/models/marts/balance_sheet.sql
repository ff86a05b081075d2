with balances as (
    select
        balances.organization_id,
        balances.basis,
        balances.fiscal_year,
        balances.period_end,
        balances.account_id,
        accounts.account_class,
        accounts.statement,
        accounts.section,
        balances.closing_balance,
        balances.year_to_date
    from {{ ref('account_balances_monthly') }} as balances
    inner join {{ ref('int_accounts') }} as accounts
        on balances.organization_id = accounts.organization_id
        and balances.account_id = accounts.account_id
),

entries as (
    select
        organization_id, basis, fiscal_year, period_end, 'account' as row_type,
        -- An account of an unknown type is shown as an asset, in a section of its own.
        case when account_class = 'unknown' then 'asset' else account_class end as account_class,
        section,
        concat(section, '/', account_id) as row_key,
        account_id,
        case when account_class in ('liability', 'equity') then -closing_balance
            else closing_balance
        end as amount
    from balances
    where statement = 'balance_sheet'
        and closing_balance <> 0
    union all
    -- Zoho Books posts no closing entries: the profit of a year, and of those before, is computed.
    select
        organization_id, basis, fiscal_year, period_end, 'computed', 'equity', 'equity',
        'equity/current_year_earnings', null, -sum(year_to_date)
    from balances
    where statement = 'profit_and_loss'
    group by organization_id, basis, fiscal_year, period_end
    union all
    select
        organization_id, basis, fiscal_year, period_end, 'computed', 'equity', 'equity',
        'equity/retained_earnings', null, -sum(closing_balance - year_to_date)
    from balances
    where statement = 'profit_and_loss'
    group by organization_id, basis, fiscal_year, period_end
),

totals as (
    select
        organization_id, basis, fiscal_year, period_end, 'total' as row_type, account_class,
        account_class as section, concat('total_', account_class) as row_key,
        cast(null as {{ zoho_books.type_of('text') }}) as account_id, sum(amount) as amount
    from entries
    group by organization_id, basis, fiscal_year, period_end, account_class
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
    period_end,
    row_key,
    row_type,
    account_class,
    section,
    account_id,
    {{ zoho_books.to_amount('amount') }} as amount
from every
