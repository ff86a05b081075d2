with movements as (
    select
        organization_id,
        basis,
        account_id,
        period_start,
        sum(debit) as debit,
        sum(credit) as credit
    from {{ ref('general_ledger') }}
    group by organization_id, basis, account_id, period_start
),

accounts as (
    select
        organization_id,
        basis,
        account_id,
        min(period_start) as first_period
    from movements
    group by organization_id, basis, account_id
),

grid as (
    select
        accounts.organization_id,
        accounts.basis,
        accounts.account_id,
        periods.period_start,
        periods.period_end,
        periods.fiscal_year,
        periods.fiscal_year_start,
        coalesce(movements.debit, {{ zoho_books.zero() }}) as debit,
        coalesce(movements.credit, {{ zoho_books.zero() }}) as credit
    from accounts
    inner join {{ ref('int_fiscal_periods') }} as periods
        on accounts.organization_id = periods.organization_id
        and accounts.first_period <= periods.period_start
    left join movements
        on accounts.organization_id = movements.organization_id
        and accounts.basis = movements.basis
        and accounts.account_id = movements.account_id
        and periods.period_start = movements.period_start
),

summed as (
    select
        grid.*,
        sum(debit - credit) over (
            partition by organization_id, basis, account_id
            order by period_start
            rows between unbounded preceding and current row
        ) as closing,
        sum(debit - credit) over (
            partition by organization_id, basis, account_id, fiscal_year
            order by period_start
            rows between unbounded preceding and current row
        ) as year_to_date
    from grid
)

select
    organization_id,
    basis,
    account_id,
    period_start,
    period_end,
    fiscal_year,
    {{ zoho_books.to_amount('closing - (debit - credit)') }} as opening_balance,
    {{ zoho_books.to_amount('debit') }} as debit,
    {{ zoho_books.to_amount('credit') }} as credit,
    {{ zoho_books.to_amount('debit - credit') }} as movement,
    {{ zoho_books.to_amount('closing') }} as closing_balance,
    {{ zoho_books.to_amount('year_to_date') }} as year_to_date
from summed
