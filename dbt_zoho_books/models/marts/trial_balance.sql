with balances as (
    select
        balances.organization_id,
        balances.basis,
        balances.period_start,
        balances.period_end,
        balances.fiscal_year,
        balances.account_id,
        balances.debit,
        balances.credit,
        -- Income and expense begin each fiscal year at 0; their earlier profit is retained.
        case when accounts.statement = 'profit_and_loss' then balances.year_to_date
            else balances.closing_balance
        end as balance,
        case when accounts.statement = 'profit_and_loss'
            then balances.closing_balance - balances.year_to_date
            else {{ zoho_books.zero() }}
        end as retained
    from {{ ref('account_balances_monthly') }} as balances
    left join {{ ref('int_accounts') }} as accounts
        on balances.organization_id = accounts.organization_id
        and balances.account_id = accounts.account_id
),

entries as (
    select
        organization_id, basis, period_start, period_end, fiscal_year, account_id as row_key,
        'account' as row_type, account_id, debit, credit, balance
    from balances
    where debit <> 0 or credit <> 0 or balance <> 0
    union all
    select
        organization_id, basis, period_start, period_end, fiscal_year, 'retained_earnings',
        'computed', null, {{ zoho_books.zero() }}, {{ zoho_books.zero() }}, sum(retained)
    from balances
    group by organization_id, basis, period_start, period_end, fiscal_year
    having sum(retained) <> 0
)

select
    organization_id,
    basis,
    period_start,
    period_end,
    fiscal_year,
    row_key,
    row_type,
    account_id,
    {{ zoho_books.to_amount('debit') }} as debit,
    {{ zoho_books.to_amount('credit') }} as credit,
    {{ zoho_books.to_amount('balance') }} as balance,
    {{ zoho_books.to_amount('case when balance > 0 then balance else 0 end') }} as balance_debit,
    {{ zoho_books.to_amount('case when balance < 0 then -balance else 0 end') }} as balance_credit
from entries
