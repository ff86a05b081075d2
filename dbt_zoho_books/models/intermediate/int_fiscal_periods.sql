with reach as (
    select
        organizations.organization_id,
        organizations.fiscal_start_month,
        cast({{ dbt.date_trunc('month', 'organizations.as_of') }} as date) as as_of_month,
        organizations.as_of,
        min(postings.period_start) as first_month,
        max(postings.period_start) as last_month
    from {{ ref('int_organizations') }} as organizations
    left join {{ ref('int_postings') }} as postings
        on organizations.organization_id = postings.organization_id
    group by organizations.organization_id, organizations.fiscal_start_month, organizations.as_of
),

digits as (
    {%- for digit in range(10) %}
    select {{ digit }} as digit
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- 1,000 months: 83 years of postings.
numbers as (
    select ones.digit + 10 * tens.digit + 100 * hundreds.digit as number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
),

months as (
    select
        reach.organization_id,
        reach.fiscal_start_month,
        reach.as_of,
        cast(
            {{ dbt.dateadd('month', 'numbers.number', 'coalesce(reach.first_month, reach.as_of_month)') }} as date
        ) as period_start,
        coalesce(
            case when reach.last_month > reach.as_of_month then reach.last_month else reach.as_of_month end,
            reach.last_month
        ) as last_month
    from reach
    cross join numbers
),

placed as (
    select
        organization_id,
        as_of,
        period_start,
        cast(extract(year from period_start) as integer) as calendar_year,
        cast(extract(month from period_start) as integer) as calendar_month,
        fiscal_start_month,
        mod(
            cast(extract(month from period_start) as integer) - fiscal_start_month + 12, 12
        ) as months_before
    from months
    where period_start <= last_month
)

select
    organization_id,
    period_start,
    {{ dbt.last_day('period_start', 'month') }} as period_end,
    -- A fiscal year bears the calendar year in which it ends.
    case
        when fiscal_start_month = 1 then calendar_year
        when calendar_month >= fiscal_start_month then calendar_year + 1
        else calendar_year
    end as fiscal_year,
    cast({{ dbt.dateadd('month', '-months_before', 'period_start') }} as date) as fiscal_year_start,
    months_before + 1 as fiscal_period,
    as_of
from placed
