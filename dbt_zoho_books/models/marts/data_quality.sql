with checks as (
    select
        tie as test, organization_id, basis, count(*) as row_count,
        sum(case when difference <> 0 then 1 else 0 end) as mismatches,
        sum(case when difference <> 0 and is_explained then 1 else 0 end) as explained,
        sum(expected) as expected, sum(found) as found,
        sum(case when difference < 0 then -difference else difference end) as difference
    from {{ ref('int_ties') }}
    group by tie, organization_id, basis
    union all
    select
        concat('exception_', reason), organization_id, basis, count(*), count(*), 0,
        sum(expected), sum(found),
        sum(case when difference < 0 then -difference else difference end)
    from {{ ref('ledger_exceptions') }}
    group by reason, organization_id, basis
    union all
    -- What documents alone say of the ledger, by the reason for which it differs.
    select
        concat('derived_postings_', reason), organization_id, 'accrual', count(*),
        sum(case when difference <> 0 then 1 else 0 end),
        sum(case when difference <> 0 and reason <> 'unexplained' then 1 else 0 end),
        sum(posted_amount), sum(derived_amount),
        sum(case when difference < 0 then -difference else difference end)
    from {{ ref('int_derived_postings') }}
    group by reason, organization_id
    union all
    select
        'fiscal_year_is_known', organization_id, 'accrual', 1,
        case when is_fiscal_year_known then 0 else 1 end, 0, 1,
        case when is_fiscal_year_known then 1 else 0 end,
        case when is_fiscal_year_known then 0 else 1 end
    from {{ ref('int_organizations') }}
)

select
    test,
    organization_id,
    basis,
    cast(row_count as integer) as row_count,
    cast(mismatches as integer) as mismatches,
    cast(explained as integer) as explained,
    {{ zoho_books.to_amount('expected') }} as expected,
    {{ zoho_books.to_amount('found') }} as found,
    {{ zoho_books.to_amount('difference') }} as difference
from checks
