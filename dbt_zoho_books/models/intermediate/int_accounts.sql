with chart as (
    select
        organization_id, account_id, account_name, account_code, account_type, parent_account_id,
        is_active, currency_code, description, closing_balance, 1 as preference
    from {{ ref('stg_zoho_books__chart_of_account_details') }}
    union all
    select
        organization_id, account_id, account_name, account_code, account_type, parent_account_id,
        is_active, currency_code, description, closing_balance, 2 as preference
    from {{ ref('stg_zoho_books__chart_of_accounts') }}
    union all
    -- Accounts that postings name and the chart does not list: their type may be unknown.
    select
        organization_id, account_id, max(account_name) as account_name,
        max(account_code) as account_code, max(account_type) as account_type,
        cast(null as {{ zoho_books.type_of('text') }}) as parent_account_id,
        cast(null as boolean) as is_active,
        cast(null as {{ zoho_books.type_of('text') }}) as currency_code,
        cast(null as {{ zoho_books.type_of('text') }}) as description,
        cast(null as {{ zoho_books.type_of('numeric') }}) as closing_balance,
        3 as preference
    from {{ ref('int_postings') }}
    where account_id is not null
    group by organization_id, account_id
),

ranked as (
    select
        organization_id, account_id, preference,
        row_number() over (partition by organization_id, account_id order by preference) as place,
        max(account_name) over (partition by organization_id, account_id) as any_name,
        max(account_type) over (partition by organization_id, account_id) as any_type,
        max(closing_balance) over (partition by organization_id, account_id) as closing_balance,
        account_name, account_code, account_type, parent_account_id, is_active, currency_code,
        description
    from chart
)

select
    ranked.organization_id,
    ranked.account_id,
    coalesce(ranked.account_name, ranked.any_name) as account_name,
    ranked.account_code,
    coalesce(ranked.account_type, ranked.any_type) as account_type,
    coalesce(types.account_class, 'unknown') as account_class,
    coalesce(types.normal_side, 'debit') as normal_side,
    coalesce(types.statement, 'balance_sheet') as statement,
    coalesce(types.section, 'unclassified') as section,
    coalesce(types.cash_flow_section, 'operating') as cash_flow_section,
    ranked.parent_account_id,
    ranked.is_active,
    ranked.currency_code,
    ranked.description,
    ranked.closing_balance,
    ranked.preference < 3 as is_in_chart
from ranked
left join {{ ref('zoho_books_account_types') }} as types
    on coalesce(ranked.account_type, ranked.any_type) = types.account_type
where ranked.place = 1
