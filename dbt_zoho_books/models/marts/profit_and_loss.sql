{%- set sections = [
    ('operating_income', 1, 1), ('cost_of_goods_sold', 2, -1), ('operating_expense', 4, -1),
    ('non_operating_income', 6, 1), ('non_operating_expense', 7, -1),
] -%}
{%- set profits = [
    ('gross_profit', 3, ['operating_income', 'cost_of_goods_sold']),
    ('operating_profit', 5, ['operating_income', 'cost_of_goods_sold', 'operating_expense']),
    ('net_profit', 8, [
        'operating_income', 'cost_of_goods_sold', 'operating_expense', 'non_operating_income',
        'non_operating_expense',
    ]),
] -%}
with movements as (
    select
        balances.organization_id,
        balances.basis,
        balances.fiscal_year,
        balances.period_start,
        balances.period_end,
        accounts.section,
        balances.account_id,
        -- Income is a credit and expense a debit: both are shown as positive amounts.
        case when accounts.normal_side = 'credit' then -balances.movement else balances.movement end as amount
    from {{ ref('account_balances_monthly') }} as balances
    inner join {{ ref('int_accounts') }} as accounts
        on balances.organization_id = accounts.organization_id
        and balances.account_id = accounts.account_id
    where accounts.statement = 'profit_and_loss'
        and (balances.debit <> 0 or balances.credit <> 0)
),

periods as (
    select distinct organization_id, basis, fiscal_year, period_start, period_end
    from {{ ref('account_balances_monthly') }}
),

entries as (
    select
        organization_id, basis, fiscal_year, period_start, period_end, 'account' as row_type, section,
        concat(section, '/', account_id) as row_key, account_id, amount,
        case section
            {%- for section, place, sign in sections %}
            when '{{ section }}' then {{ place }}
            {%- endfor %}
        end as position
    from movements
    {%- for section, place, sign in sections %}
    union all
    select
        periods.organization_id, periods.basis, periods.fiscal_year, periods.period_start,
        periods.period_end, 'section', '{{ section }}', '{{ section }}', null,
        coalesce(sum(movements.amount), 0), {{ place }}
    from periods
    left join movements
        on periods.organization_id = movements.organization_id
        and periods.basis = movements.basis
        and periods.period_start = movements.period_start
        and movements.section = '{{ section }}'
    group by
        periods.organization_id, periods.basis, periods.fiscal_year, periods.period_start,
        periods.period_end
    {%- endfor %}
    {%- for profit, place, parts in profits %}
    union all
    select
        periods.organization_id, periods.basis, periods.fiscal_year, periods.period_start,
        periods.period_end, 'profit', '{{ profit }}', '{{ profit }}', null,
        coalesce(
            sum(
                case when movements.section in ('operating_income', 'non_operating_income')
                    then movements.amount else -movements.amount
                end
            ),
            0
        ),
        {{ place }}
    from periods
    left join movements
        on periods.organization_id = movements.organization_id
        and periods.basis = movements.basis
        and periods.period_start = movements.period_start
        and movements.section in ('{{ parts | join("', '") }}')
    group by
        periods.organization_id, periods.basis, periods.fiscal_year, periods.period_start,
        periods.period_end
    {%- endfor %}
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
    {{ zoho_books.to_amount('amount') }} as amount,
    cast(position as integer) as position
from entries
