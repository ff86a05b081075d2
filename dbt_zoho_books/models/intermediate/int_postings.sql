{{ config(materialized='view') }}
{%- set sources = ['journal_report', 'ledger_entries', 'account_transactions'] -%}
{%- set wanted = var('ledger_source', none) -%}
with journal_report as (
    select
        organization_id, coalesce(basis, 'accrual') as basis, transaction_type, transaction_id,
        line_number, account_id, account_name, account_code, account_type, date as posted_on,
        coalesce(debit, {{ zoho_books.zero() }}) as debit,
        coalesce(credit, {{ zoho_books.zero() }}) as credit,
        coalesce(fcy_debit, {{ zoho_books.zero() }}) - coalesce(fcy_credit, {{ zoho_books.zero() }}) as fcy_amount,
        currency_code, exchange_rate, contact_id, entity_number as transaction_number,
        reference_number, from_date, to_date, read_at,
        coalesce(row_type, 'posting') = 'posting' as is_posting, period_rows
    from {{ ref('stg_zoho_books__journal_report') }}
),

ledger_entries as (
    select
        organization_id, coalesce(basis, 'accrual') as basis, transaction_type, transaction_id,
        line_number, account_id, account_name, account_code, account_type, date as posted_on,
        coalesce(debit, {{ zoho_books.zero() }}) as debit,
        coalesce(credit, {{ zoho_books.zero() }}) as credit,
        coalesce(fcy_debit, {{ zoho_books.zero() }}) - coalesce(fcy_credit, {{ zoho_books.zero() }}) as fcy_amount,
        currency_code, exchange_rate, contact_id, entity_number as transaction_number,
        reference_number, from_date, to_date, read_at,
        coalesce(row_type, 'posting') = 'posting' as is_posting, period_rows
    from {{ ref('stg_zoho_books__ledger_entries') }}
),

account_transactions as (
    select
        organization_id, 'accrual' as basis, transaction_type,
        coalesce(transaction_id, categorized_transaction_id) as transaction_id,
        line_number, account_id,
        cast(null as {{ zoho_books.type_of('text') }}) as account_name,
        cast(null as {{ zoho_books.type_of('text') }}) as account_code,
        cast(null as {{ zoho_books.type_of('text') }}) as account_type,
        transaction_date as posted_on,
        coalesce(debit, {{ zoho_books.zero() }}) as debit,
        coalesce(credit, {{ zoho_books.zero() }}) as credit,
        coalesce(fcy_debit, {{ zoho_books.zero() }}) - coalesce(fcy_credit, {{ zoho_books.zero() }}) as fcy_amount,
        currency_code,
        cast(null as {{ zoho_books.type_of('numeric') }}) as exchange_rate,
        customer_id as contact_id, entry_number as transaction_number, reference_number,
        cast(null as date) as from_date, cast(null as date) as to_date,
        loaded_at as read_at,
        true as is_posting, cast(null as {{ zoho_books.type_of('whole') }}) as period_rows
    from {{ ref('stg_zoho_books__account_transactions') }}
),

every as (
    {%- for source in sources if wanted in (none, source) %}
    select '{{ source }}' as ledger_source, {{ loop.index }} as preference, {{ source }}.*
    from {{ source }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

preferred as (
    select organization_id, basis, min(preference) as preference
    from every
    group by organization_id, basis
),

chosen as (
    select every.*
    from every
    inner join preferred
        on every.organization_id = preferred.organization_id
        and every.basis = preferred.basis
        and every.preference = preferred.preference
),

readings as (
    select organization_id, basis, from_date, to_date, read_at
    from chosen
    where from_date is not null and to_date is not null
    group by organization_id, basis, from_date, to_date, read_at
    -- A reading that a killed run has not finished supersedes nothing.
    having max(period_rows) is null or max(period_rows) = count(*)
),

-- A posting that a newer, complete reading of its day no longer shows was deleted or moved.
superseded as (
    select distinct
        chosen.organization_id, chosen.basis, chosen.from_date, chosen.to_date, chosen.read_at,
        chosen.posted_on
    from chosen
    inner join readings
        on chosen.organization_id = readings.organization_id
        and chosen.basis = readings.basis
        and chosen.posted_on >= readings.from_date
        and chosen.posted_on <= readings.to_date
        and chosen.read_at < readings.read_at
),

current_postings as (
    select chosen.*
    from chosen
    left join superseded
        on chosen.organization_id = superseded.organization_id
        and chosen.basis = superseded.basis
        and chosen.posted_on = superseded.posted_on
        and chosen.from_date is not distinct from superseded.from_date
        and chosen.to_date is not distinct from superseded.to_date
        and chosen.read_at = superseded.read_at
    where superseded.organization_id is null
        and chosen.is_posting
)

select
    organization_id,
    basis,
    concat(
        basis, '|', transaction_type, '|', transaction_id, '|', account_id, '|', line_number
    ) as leg_id,
    ledger_source,
    transaction_type,
    transaction_id,
    cast(line_number as integer) as line_number,
    account_id,
    account_name,
    account_code,
    account_type,
    posted_on,
    cast({{ dbt.date_trunc('month', 'posted_on') }} as date) as period_start,
    debit,
    credit,
    debit - credit as amount,
    fcy_amount,
    currency_code,
    exchange_rate,
    contact_id,
    transaction_number,
    reference_number,
    read_at
from current_postings
